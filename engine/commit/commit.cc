#include "engine/commit/commit.h"

#include <algorithm>
#include <limits>

#include "engine/change/rename_dots.h"
#include "engine/commit/moved_texts.h"
#include "engine/merge/closed.h"
#include "engine/record/closing.h"

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
  return visible->value.empty() ? std::vector<Value>() : std::vector{visible->value};
}

std::set<RecordId> DossiersOf(const Committer::WrittenRecords& written) {
  std::set<RecordId> dossiers;
  for (const auto& [record, what] : written) dossiers.insert(what.dossier);
  return dossiers;
}

constexpr std::size_t kNoLimit = std::numeric_limits<std::int64_t>::max();

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
  WrittenRecords written;
  SACOCHE_TRY(Apply(space, change, {Origin::kLocal}, report, written));
  SACOCHE_TRY(DeriveAll(written));
  SACOCHE_TRY(FollowFrom(space, DossiersOf(written), Origin::kLocal, report));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

Result<std::vector<RecordId>> Committer::CommitAlong(const SpaceId& space, const Change& change) {
  CommitReport report;
  WrittenRecords written;
  SACOCHE_TRY(Apply(space, change, {Origin::kLocal}, report, written));
  SACOCHE_TRY(DeriveAll(written));
  return std::move(report.touched);
}

Status Committer::FollowFrom(const SpaceId& space, const std::set<RecordId>& dossiers,
                             Origin origin, CommitReport& report) {
  if (!follow_ || dossiers.empty()) return {};
  SACOCHE_ASSIGN(const auto touched, follow_(space, dossiers, origin));
  report.touched.insert(report.touched.end(), touched.begin(), touched.end());
  return {};
}

Result<CommitReport> Committer::CommitPulled(const SpaceId& space,
                                             const std::vector<Change>& changes,
                                             const PulledFrom& from) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  CommitReport report;
  const Arrival arrival{from.recalled ? Origin::kLocal : Origin::kRemote, from.received_s};
  if (from.recalled) SACOCHE_TRY(MakeRoomFor(space, changes, from));
  WrittenRecords written;
  for (const Change& change : changes) {
    SACOCHE_TRY(Apply(space, change, arrival, report, written));
    if (!from.recalled) continue;
    SACOCHE_ASSIGN(const auto seq, store_->log().Find(space, change.dot));
    SACOCHE_TRY(store_->log().MarkSealed(*seq, from.chain.counter));
  }
  SACOCHE_TRY(DeriveAll(written));
  SACOCHE_TRY(FollowFrom(space, DossiersOf(written), Origin::kRemote, report));
  SACOCHE_TRY(SettleCarried(space, changes, from));
  SACOCHE_TRY(MoveOn(space, from));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

Result<CommitReport> Committer::CommitCarried(const SpaceId& space,
                                              const std::vector<Change>& changes,
                                              const CarriedFrom& from) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  CommitReport report;
  WrittenRecords written;
  for (const Change& change : changes) {
    const std::uint64_t before = report.applied;
    SACOCHE_TRY(Apply(space, change, {Origin::kRemote}, report, written));
    if (report.applied > before) SACOCHE_TRY(store_->carried().AddChange(space, change.dot));
  }
  SACOCHE_TRY(DeriveAll(written));
  SACOCHE_TRY(FollowFrom(space, DossiersOf(written), Origin::kRemote, report));
  SACOCHE_ASSIGN(const std::int64_t log_seq, store_->log().LastSequence());
  SACOCHE_TRY(store_->peer_envelopes().Put(
      {space, from.device, from.chain.counter, 0, log_seq, from.envelope}));
  SACOCHE_TRY(store_->carried().SetChain(space, from.device, from.chain));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

Status Committer::SettleCarried(const SpaceId& space, const std::vector<Change>& changes,
                                const PulledFrom& from) {
  SACOCHE_ASSIGN(const bool has_carried, store_->carried().HasChanges(space));
  if (!has_carried) return {};
  for (const Change& change : changes) {
    SACOCHE_ASSIGN(const bool was_carried, store_->carried().Settle(space, change.dot));
    if (was_carried && from.received_s)
      SACOCHE_TRY(store_->log().MarkReceived(space, change.dot, *from.received_s));
  }
  return {};
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
  if (from.history) SACOCHE_TRY(store_->progress().MoveKnownHistory(space, *from.history));
  if (from.recalled) {
    SACOCHE_TRY(store_->outbox().Put(*from.recalled));
    return store_->outbox().MarkStored(from.recalled->id, from.server_seq);
  }
  if (!from.envelope.empty()) {
    SACOCHE_TRY(DropCarriedFork(space, from));
    SACOCHE_ASSIGN(const std::int64_t log_seq, store_->log().LastSequence());
    SACOCHE_TRY(
        store_->peer_envelopes().Put({space, from.device, from.chain.counter,
                                      from.received_s.value_or(0), log_seq, from.envelope}));
  }
  return store_->progress().SetPeerChain(space, from.device, from.chain);
}

// What a file had brought in the place of this envelope, or behind it, continues no chain any more.
Status Committer::DropCarriedFork(const SpaceId& space, const PulledFrom& from) {
  SACOCHE_ASSIGN(const ChainHead carried, store_->carried().Chain(space, from.device));
  if (carried.counter < from.chain.counter) return {};
  SACOCHE_ASSIGN(const auto known,
                 store_->peer_envelopes().Find(space, from.device, from.chain.counter));
  if (!known || Equal(*known, from.envelope)) return {};
  SACOCHE_TRY(store_->carried().DropChain(space, from.device));
  return store_->peer_envelopes().DropAfter(space, from.device, from.chain.counter - 1);
}

Status Committer::Apply(const SpaceId& space, const Change& change, const Arrival& arrival,
                        CommitReport& report, WrittenRecords& written) {
  SACOCHE_ASSIGN(const auto known, store_->log().Find(space, change.dot));
  if (known) {
    SACOCHE_ASSIGN(const Change there, store_->log().Read(*known));
    if (there != change)
      return Fail(ErrorCode::kUntrusted, "one change arrived with two different contents",
                  "The first one stays. Tell your administrator which colleague's laptop it is.");
    ++report.repeated;
    return {};
  }
  // A snapshot brought what it says; here it completes the history.
  SACOCHE_ASSIGN(const bool was_applied, store_->snapshots().IsInBase(space, change.dot));
  if (was_applied) {
    ++report.repeated;
    return store_->log().Append(space, change, arrival.origin, arrival.received_s);
  }
  const SeenDot seen = [&](const Dot& dot) { return store_->log().WasApplied(space, dot); };
  for (const RecordWrite& record : change.records) {
    SACOCHE_TRY(ApplyRecord(space, change, record, seen, written));
    report.touched.push_back(record.record);
  }
  SACOCHE_TRY(store_->log().Append(space, change, arrival.origin, arrival.received_s));
  ++report.applied;
  return {};
}

Status Committer::ApplyRecord(const SpaceId& space, const Change& change, const RecordWrite& record,
                              const SeenDot& seen, WrittenRecords& written) {
  SACOCHE_TRY(store_->records().Touch(
      RecordHead{record.record, record.kind, change.dossier, space, change.hlc, change.hlc}));
  Written& of_record = written[record.record];
  of_record.kind = record.kind;
  of_record.dossier = change.dossier;
  for (const FieldWrite& write : record.writes) {
    const RegisterKey key{write.field, write.element};
    SACOCHE_ASSIGN(const Register before, store_->records().ReadRegister(record.record, key));
    Register after = before;
    SACOCHE_TRY(ApplyWrite(after, change, write, seen));
    SACOCHE_TRY(store_->records().WriteRegister(record.record, key, before, after));
    of_record.fields.insert(write.field);
  }
  return {};
}

// Once for all changes of a transaction: what a field shows costs more than a write to it.
Status Committer::DeriveAll(const WrittenRecords& written) {
  for (const auto& [record, what] : written) SACOCHE_TRY(Derive(record, what.kind, what.fields));
  return DeriveClosings(written);
}

// A closed root hears of its children too.
Status Committer::DeriveClosings(const WrittenRecords& written) {
  std::set<RecordId> closables;
  for (const auto& [record, what] : written) {
    const KindDef* kind = schema_->FindKind(what.kind);
    if (kind != nullptr && std::ranges::any_of(kind->fields, &FieldDef::closes))
      closables.insert(record);
    closables.insert(what.dossier);
  }
  for (const RecordId& record : closables) {
    SACOCHE_ASSIGN(const auto head, store_->records().Find(record));
    const KindDef* kind = head ? schema_->FindKind(head->kind) : nullptr;
    if (kind == nullptr) continue;
    for (const FieldDef& field : kind->fields)
      if (field.closes()) SACOCHE_TRY(DeriveClosing(*head, field));
  }
  return {};
}

Status Committer::DeriveClosing(const RecordHead& closed, const FieldDef& field) {
  SACOCHE_ASSIGN(const auto registers, store_->records().Registers(closed.id, field.id));
  if (!Closing(field, registers).stands()) return {};
  SACOCHE_ASSIGN(const auto scope, store_->records().ClosedBy(closed));
  const auto visible = Resolve(field, registers);
  const bool open = (visible && visible->in_conflict()) ||
                    !UnseenByClosing(*schema_, {closed.id, field, registers}, scope).empty();
  return store_->records().SetConflict(
      closed.id, field.id, open ? Records::ConflictState::kOpen : Records::ConflictState::kNone);
}

Result<CommitReport> Committer::ApplySalvaged(const SpaceId& space, const Change& change,
                                              Origin origin, WrittenRecords& written) {
  CommitReport report;
  SACOCHE_TRY(Apply(space, change, {origin}, report, written));
  return report;
}

Status Committer::MakeRoomFor(const SpaceId& space, const std::vector<Change>& recalled,
                              const PulledFrom& from) {
  std::set<Dot> taken;
  for (const Change& change : recalled) {
    SACOCHE_ASSIGN(const auto known, store_->log().Find(space, change.dot));
    if (!known) continue;
    SACOCHE_ASSIGN(const Change there, store_->log().Read(*known));
    if (there == change) {
      SACOCHE_TRY(store_->log().MarkSealed(*known, from.chain.counter));
    } else {
      taken.insert(change.dot);
    }
  }
  if (taken.empty() || from.new_dot == nullptr) return {};
  return MoveUnsealed(taken, from.new_dot, space);
}

Status Committer::MoveAllUnsealed(NewDot new_dot, const SpaceId& space) {
  SACOCHE_ASSIGN(const auto unsealed, store_->log().ReadUnsealed(space, kNoLimit));
  std::set<Dot> all;
  for (const ChangeLog::Unsealed& entry : unsealed) all.insert(entry.change.dot);
  return MoveUnsealed(all, new_dot, space);
}

Status Committer::MoveUnsealed(const std::set<Dot>& taken, NewDot new_dot, const SpaceId& space) {
  SACOCHE_ASSIGN(auto unsealed, store_->log().ReadUnsealed(space, kNoLimit));
  const auto is_taken = [&](const auto& entry) { return taken.contains(entry.change.dot); };
  if (std::ranges::none_of(unsealed, is_taken)) return {};
  std::map<Dot, Dot> moved;
  // The other copy's edits of a text may use the same units even where the dots differ.
  MovedTexts texts(store_, schema_);
  for (ChangeLog::Unsealed& entry : unsealed) {
    const Change before = entry.change;
    Dot& dot = entry.change.dot;
    if (is_taken(entry)) {
      SACOCHE_ASSIGN(dot, FreeDotFor(before, new_dot, space));
      moved[before.dot] = dot;
    }
    RenameDots(moved, entry.change);
    SACOCHE_TRY(texts.Move(entry.change));
    if (entry.change != before) SACOCHE_TRY(store_->log().RewriteDots(entry.seq, entry.change));
  }
  return MergeAgain(space);
}

Result<Dot> Committer::FreeDotFor(Change change, NewDot new_dot, const SpaceId& space) {
  VersionVector arriving;
  SACOCHE_ASSIGN(const auto snapshot, store_->snapshots().Find(space, Snapshots::State::kArriving));
  if (snapshot) {
    SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(snapshot->summary));
    arriving = summary.known;
  }
  bool is_free = false;
  while (!is_free) {
    change.dot = new_dot(change);
    SACOCHE_ASSIGN(const bool is_known, store_->log().WasApplied(space, change.dot));
    is_free = !is_known && !arriving.Contains(change.dot);
  }
  return change.dot;
}

Status Committer::MergeAgain(const SpaceId& space) {
  SACOCHE_TRY(store_->records().EmptyRegisters(space));
  SACOCHE_TRY(JoinBase(space));
  SACOCHE_ASSIGN(const VersionVector base, store_->snapshots().Base(space));
  SACOCHE_ASSIGN(const auto sequences, store_->log().SequencesOf(space));
  WrittenRecords written;
  for (const std::int64_t seq : sequences) {
    const SeenDot seen = [&](const Dot& dot) -> Result<bool> {
      SACOCHE_ASSIGN(const auto found, store_->log().Find(space, dot));
      return base.Contains(dot) || (found && *found < seq);
    };
    SACOCHE_ASSIGN(const Change change, store_->log().Read(seq));
    if (base.Contains(change.dot)) continue;
    for (const RecordWrite& record : change.records)
      SACOCHE_TRY(ApplyRecord(space, change, record, seen, written));
  }
  SACOCHE_TRY(DeriveAll(written));
  CommitReport report;
  return FollowFrom(space, DossiersOf(written), Origin::kRemote, report);
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
