#include "engine/commit/commit.h"

#include "engine/merge/merge.h"
#include "engine/merge/resolve.h"

namespace sacoche {
namespace {

std::vector<Value> ShownValues(const std::optional<VisibleField>& visible) {
  if (!visible) return {};
  if (const auto* list = visible->value.As<ValueList>()) return *list;
  // While a conflict is open, a record is found under each of its values.
  if (visible->in_conflict()) {
    std::vector<Value> values;
    for (const Candidate& candidate : visible->candidates)
      if (!candidate.value.empty()) values.push_back(candidate.value);
    return values;
  }
  return {visible->value};
}

// An erased record is flagged while it holds what somebody wrote without sight of the erasure.
Status DeriveErasure(Records& records, const RecordId& id, const KindDef& kind) {
  const FieldDef* erasure = kind.FindErasure();
  if (erasure == nullptr) return {};
  SACOCHE_ASSIGN(const auto registers, records.Registers(id, erasure->id));
  if (!Resolve(*erasure, registers)) return {};
  SACOCHE_ASSIGN(const auto record, records.Read(id));
  const bool open = record && HoldsUnseenContent(*erasure, *record);
  return records.SetConflict(id, erasure->id,
                             open ? Records::ConflictState::kOpen : Records::ConflictState::kNone);
}

}  // namespace

Result<CommitReport> Committer::CommitLocal(const SpaceId& space, const Change& change) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  CommitReport report;
  SACOCHE_TRY(Apply(space, change, Origin::kLocal, report));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

Result<CommitReport> Committer::CommitPulled(const SpaceId& space,
                                             const std::vector<Change>& changes,
                                             const PulledFrom& from) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  CommitReport report;
  for (const Change& change : changes) SACOCHE_TRY(Apply(space, change, Origin::kRemote, report));
  SACOCHE_TRY(MoveOn(space, from));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

Status Committer::CommitSetAside(const SpaceId& space, const PulledFrom& from,
                                 const std::string& reason, ByteView envelope) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetAside(space, from.server_seq, reason, envelope));
  SACOCHE_TRY(MoveOn(space, from));
  return transaction.Commit();
}

Status Committer::MoveOn(const SpaceId& space, const PulledFrom& from) {
  SACOCHE_TRY(store_->progress().SetCursor(space, from.server_seq));
  return store_->progress().SetPeerChain(space, from.device, from.chain);
}

Status Committer::Apply(const SpaceId& space, const Change& change, Origin origin,
                        CommitReport& report) {
  SACOCHE_ASSIGN(const auto known, store_->log().Find(space, change.dot));
  if (known) {
    SACOCHE_ASSIGN(const Change there, store_->log().Read(*known));
    if (there != change)
      return Fail(ErrorCode::kUntrusted, "one change arrived with two different contents",
                  "The first one stays. Tell your administrator which colleague's laptop it is.");
    ++report.repeated;
    return {};
  }
  for (const RecordWrite& record : change.records) {
    SACOCHE_TRY(ApplyRecord(space, change, record));
    report.touched.push_back(record.record);
  }
  SACOCHE_TRY(store_->log().Append(space, change, origin));
  ++report.applied;
  return {};
}

Status Committer::ApplyRecord(const SpaceId& space, const Change& change,
                              const RecordWrite& record) {
  SACOCHE_TRY(store_->records().Touch(
      RecordHead{record.record, record.kind, change.dossier, space, change.hlc, change.hlc}));
  const SeenDot seen = [&](const Dot& dot) -> Result<bool> {
    SACOCHE_ASSIGN(const auto found, store_->log().Find(space, dot));
    return found.has_value();
  };
  std::set<FieldId> fields;
  for (const FieldWrite& write : record.writes) {
    const RegisterKey key{write.field, write.element};
    SACOCHE_ASSIGN(const Register before, store_->records().ReadRegister(record.record, key));
    Register after = before;
    SACOCHE_TRY(ApplyWrite(after, change, write, seen));
    SACOCHE_TRY(store_->records().WriteRegister(record.record, key, before, after));
    fields.insert(write.field);
  }
  return Derive(record.record, record.kind, fields);
}

// Index, conflicts and search text follow from the registers; only the fields written can differ.
Status Committer::Derive(const RecordId& record, KindId kind_id, const std::set<FieldId>& fields) {
  const KindDef* kind = schema_->FindKind(kind_id);
  if (kind == nullptr) return {};
  bool text_changed = false;
  for (const FieldId id : fields) {
    const FieldDef* field = kind->FindField(id);
    if (field == nullptr) continue;
    text_changed |= field->searchable == FieldDef::Searchable::kYes;
    const bool flagged = MayConflict(field->policy);
    const bool indexed = field->indexed == FieldDef::Indexed::kYes;
    if (!flagged && !indexed) continue;
    SACOCHE_ASSIGN(const auto registers, store_->records().Registers(record, id));
    const auto visible = Resolve(*field, registers);
    if (indexed) SACOCHE_TRY(store_->records().SetIndex(kind_id, id, record, ShownValues(visible)));
    const bool open = visible && visible->in_conflict();
    SACOCHE_TRY(store_->records().SetConflict(
        record, id, open ? Records::ConflictState::kOpen : Records::ConflictState::kNone));
  }
  if (text_changed) SACOCHE_TRY(DeriveSearch(record, *kind));
  return DeriveErasure(store_->records(), record, *kind);
}

Status Committer::DeriveSearch(const RecordId& record, const KindDef& kind) {
  std::string text;
  for (const FieldDef& field : kind.fields) {
    if (field.searchable != FieldDef::Searchable::kYes) continue;
    SACOCHE_ASSIGN(const auto registers, store_->records().Registers(record, field.id));
    for (const Value& value : ShownValues(Resolve(field, registers)))
      text += FormatValue(value) + '\n';
  }
  return store_->search().Set(record, text);
}

}  // namespace sacoche
