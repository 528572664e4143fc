#include "engine/telling.h"

#include <algorithm>

#include "engine/merge/resolve.h"

namespace sacoche {
namespace {

// A list as it shall be, or a value, or nothing.
Value ValueFor(const FieldDef& field, const Value& value) {
  return field.is_list() && value.empty() ? Value::List({}) : value;
}

RecordEdit EditFor(const KindDef& kind, const RecordId& id, const ProjectedRecord& projected) {
  RecordEdit edit{id, kind.id, {}};
  for (const auto& [field, value] : projected.values)
    edit.fields.push_back({field, ValueFor(*kind.FindField(field), value), {}});
  return edit;
}

// Why it is gone is the dossier's own to say.
RecordEdit Withdraw(const Schema& schema, const KindDef& kind, const RecordId& id) {
  const FieldDef& erasure = *kind.FindErasure();
  const ClosedList& reasons = *schema.FindList(erasure.closed_list);
  return {id, kind.id, {{erasure.id, Value::OfCode(reasons.entries.front().code), {}}}};
}

bool IsErased(const KindDef& kind, const RecordView& view) {
  return kind.FindErasure() != nullptr && view.Find(kind.FindErasure()->id) != nullptr;
}

// What the schema would refuse if it were typed, as a code that is retired by now, stays behind.
Value Enterable(const Schema& schema, const FieldDef& field, const Value& value) {
  const auto* list = value.As<ValueList>();
  if (list == nullptr) return schema.CheckValue(field, value) ? value : Value::Nothing();
  ValueList kept;
  for (const Value& element : *list)
    if (schema.CheckValue(field, element)) kept.push_back(element);
  return Value::List(std::move(kept));
}

}  // namespace

Status Engine::Telling::Tell(const KindDef& kind, const SpaceId& into,
                             const std::vector<const ProjectedRecord*>& records) {
  std::uint32_t slot = 0;
  for (const ProjectedRecord* record : records) {
    SACOCHE_TRY(SkipErased(kind, into, slot));
    const RecordId id = IdOf(kind, slot++);
    SACOCHE_TRY(Write(into, {id, {EditFor(kind, id, *record)}}));
  }
  return WithdrawFrom(kind, into, slot);
}

Result<Engine::Telling::Standing> Engine::Telling::StandingOf(const KindDef& kind,
                                                              const RecordId& id) {
  Records& records = engine_.parts_->store->records();
  SACOCHE_ASSIGN(const auto head, records.Find(id));
  if (!head) return Standing::kMissing;
  if (kind.FindErasure() == nullptr) return Standing::kStands;
  const FieldId erasure = kind.FindErasure()->id;
  SACOCHE_ASSIGN(const auto registers, records.Registers(id, erasure));
  if (!Resolve(*kind.FindErasure(), registers)) return Standing::kStands;
  SACOCHE_ASSIGN(const bool is_written, records.HasConflict(id, erasure));
  return is_written ? Standing::kErasedAndWritten : Standing::kErased;
}

// What was withdrawn does not come back; who wrote to it meanwhile did not know.
Status Engine::Telling::SkipErased(const KindDef& kind, const SpaceId& into, std::uint32_t& slot) {
  while (true) {
    const RecordId id = IdOf(kind, slot);
    SACOCHE_ASSIGN(const Standing standing, StandingOf(kind, id));
    if (standing == Standing::kMissing || standing == Standing::kStands) return {};
    if (standing == Standing::kErasedAndWritten) SACOCHE_TRY(WriteWithdrawal(kind, into, id, id));
    ++slot;
  }
}

Status Engine::Telling::WithdrawFrom(const KindDef& kind, const SpaceId& into, std::uint32_t slot) {
  while (true) {
    SACOCHE_TRY(SkipErased(kind, into, slot));
    const RecordId id = IdOf(kind, slot++);
    SACOCHE_ASSIGN(const Standing standing, StandingOf(kind, id));
    if (standing == Standing::kMissing) return {};
    SACOCHE_TRY(WriteWithdrawal(kind, into, id, id));
  }
}

Status Engine::Telling::WriteWithdrawal(const KindDef& kind, const SpaceId& into,
                                        const RecordId& dossier, const RecordId& id) {
  return Write(into, {dossier, {Withdraw(*engine_.parts_->config.schema, kind, id)}});
}

Status Engine::Telling::Copy(const SpaceId& into, const std::vector<RecordView>& records,
                             const std::function<bool(const KindDef&)>& may_tell) {
  const Schema& schema = *engine_.parts_->config.schema;
  const auto told = [&](const RecordView& view) {
    const KindDef* kind = schema.FindKind(view.head.kind);
    return kind != nullptr && may_tell(*kind) ? kind : nullptr;
  };
  for (const RecordView& view : records)
    if (told(view) != nullptr) copied_.insert(view.head.id);
  for (const RecordView& view : records)
    if (const KindDef* kind = told(view)) SACOCHE_TRY(CopyRecord(into, *kind, view));
  return {};
}

Status Engine::Telling::CopyRecord(const SpaceId& into, const KindDef& kind,
                                   const RecordView& original) {
  const RecordId root = CopyOf(into, dossier_);
  const RecordId id = CopyOf(into, original.head.id);
  SACOCHE_ASSIGN(const Standing standing, StandingOf(kind, id));
  if (IsErased(kind, original)) {
    const bool is_done = standing == Standing::kMissing || standing == Standing::kErased;
    return is_done ? Status() : WriteWithdrawal(kind, into, root, id);
  }
  if (standing != Standing::kMissing && standing != Standing::kStands) return {};
  EntryIds entry_ids;
  SACOCHE_ASSIGN(RecordEdit edit, EditTowards(into, kind, original, entry_ids));
  if (edit.fields.empty()) return {};
  return Write(into, {root, {std::move(edit)}}, entry_ids);
}

Result<RecordEdit> Engine::Telling::EditTowards(const SpaceId& into, const KindDef& kind,
                                                const RecordView& original, EntryIds& entry_ids) {
  RecordEdit edit{CopyOf(into, original.head.id), kind.id, {}};
  SACOCHE_ASSIGN(const auto copied, engine_.ReadHere(edit.record));
  for (const FieldDef& field : kind.fields) {
    const VisibleField* shown = original.Find(field.id);
    const VisibleField* there = copied ? copied->Find(field.id) : nullptr;
    if (field.policy == MergePolicy::kAppendOnly) {
      if (shown != nullptr) SACOCHE_TRY(CopyEntries(into, *shown, there, edit, entry_ids));
      continue;
    }
    const Value value = Enterable(*engine_.parts_->config.schema, field,
                                  shown == nullptr ? Value() : Renamed(into, shown->value));
    const bool is_same = there == nullptr ? value.empty() : there->value == value;
    // A state cannot be taken back to none.
    if (is_same || (field.policy == MergePolicy::kMonotonic && value.empty())) continue;
    FieldEdit one{field.id, ValueFor(field, value), {}};
    if (field.policy == MergePolicy::kMonotonic) one.reopen = FieldEdit::Reopen::kYes;
    edit.fields.push_back(std::move(one));
  }
  return edit;
}

// Each entry under an id that follows from the original's, so that two colleagues who copy the same
// entry write one.
Status Engine::Telling::CopyEntries(const SpaceId& into, const VisibleField& original,
                                    const VisibleField* copied, RecordEdit& edit,
                                    EntryIds& entry_ids) const {
  for (const LogEntry& entry : original.entries) {
    const ByteArray<16> id = CopyOf(into, RecordId::FromArray(entry.id)).bytes;
    if (copied != nullptr && std::ranges::count(copied->entries, id, &LogEntry::id) > 0) continue;
    FieldEdit one{original.field, Renamed(into, entry.written.value), {}};
    if (entry.corrects) one.corrects = CopyOf(into, RecordId::FromArray(*entry.corrects)).bytes;
    edit.fields.push_back(std::move(one));
    entry_ids.push_back(id);
  }
  return {};
}

// A reference inside the dossier leads to the copy.
Value Engine::Telling::Renamed(const SpaceId& into, const Value& value) const {
  if (const auto* reference = value.As<RecordId>(); reference != nullptr)
    return copied_.contains(*reference) ? Value::Reference(CopyOf(into, *reference)) : value;
  const auto* list = value.As<ValueList>();
  if (list == nullptr) return value;
  ValueList renamed;
  for (const Value& element : *list) renamed.push_back(Renamed(into, element));
  return Value::List(std::move(renamed));
}

Status Engine::Telling::Write(const SpaceId& into, const sacoche::Edit& edit,
                              const EntryIds& entry_ids) {
  SACOCHE_TRY(CheckEdit(*engine_.parts_->config.schema, edit));
  SACOCHE_ASSIGN(const auto change, engine_.MakeLocalChange(edit, into, entry_ids));
  if (!change) return {};
  SACOCHE_ASSIGN(const auto touched, engine_.parts_->committer.CommitAlong(into, *change));
  touched_.insert(touched_.end(), touched.begin(), touched.end());
  return {};
}

}  // namespace sacoche
