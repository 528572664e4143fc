#include "engine/change/make_change.h"

#include "engine/change/sight_writes.h"
#include "engine/change/text_field.h"
#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "engine/text/text_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

bool ShowsOnly(const Register& reg, const Value& value) {
  return !reg.siblings.empty() &&
         std::ranges::all_of(reg.siblings, [&](const Sibling& s) { return s.value == value; });
}

bool IsPresent(const Register& reg) {
  return std::ranges::any_of(reg.siblings, [](const Sibling& s) { return s.value.is_true(); });
}

Register SingleOf(const Registers& now, FieldId field) {
  const auto found = now.find(RegisterKey{field, {}});
  return found == now.end() ? Register{} : found->second;
}

void WriteSingle(const FieldEdit& edit, const Registers& now, std::vector<FieldWrite>& out) {
  const Register present = SingleOf(now, edit.field);
  if (ShowsOnly(present, edit.value)) return;
  if (present.siblings.empty() && edit.value.empty()) return;
  out.push_back(FieldWrite{edit.field, {}, edit.value, DotsToReplace(present)});
}

// A state behind the one that the field has reached begins a round. It takes a reopening, or the
// choice of a value that stands beside the others already.
Status WriteState(const FieldDef& field, const FieldEdit& edit, const Registers& now,
                  std::vector<FieldWrite>& out) {
  if (edit.value.empty()) return {};  // settles only
  const Register present = SingleOf(now, edit.field);
  RoundState reached;
  std::size_t same = 0;
  for (const Sibling& sibling : present.siblings) {
    RoundState state = StateOf(sibling.value);
    if (state.state == edit.value) ++same;
    if (IsFurther(field, state, reached)) reached = std::move(state);
  }
  if (same > 0 && same == present.siblings.size()) return {};
  RoundState next{edit.value, reached.round};
  if (field.RankOf(next.state) < field.RankOf(reached.state)) {
    const bool meant = edit.reopen == FieldEdit::Reopen::kYes ||
                       field.TurnOf(edit.value) == Step::Turn::kReopens || same > 0;
    if (!meant)
      return Fail(ErrorCode::kInvalidInput,
                  "field \"" + field.name + "\" has got further than this state",
                  "If it shall go back, reopen it (`sacoche edit --reopen`).");
    next.round = std::min(next.round + 1, kRoundMax);
  }
  out.push_back(FieldWrite{edit.field, {}, StoredState(std::move(next)), DotsToReplace(present)});
  return {};
}

void WriteSet(const FieldEdit& edit, const Registers& now, std::vector<FieldWrite>& out) {
  std::set<Bytes> wanted;
  for (const Value& element : *edit.value.As<ValueList>()) wanted.insert(EncodeValue(element));
  for (const Bytes& element : wanted) {
    const auto found = now.find(RegisterKey{edit.field, element});
    const Register present = found == now.end() ? Register{} : found->second;
    if (!IsPresent(present))
      out.push_back(FieldWrite{edit.field, element, Value::Flag(true), DotsToReplace(present)});
  }
  for (const auto& [key, present] : now) {
    if (IsPresent(present) && !wanted.contains(key.element))
      out.push_back(
          FieldWrite{edit.field, key.element, Value::Flag(false), DotsToReplace(present)});
  }
}

void WriteEntry(const FieldEdit& edit, const ByteArray<16>& id, std::vector<FieldWrite>& out) {
  Bytes element = CopyOf(id);
  if (edit.corrects) Append(element, *edit.corrects);
  out.push_back(FieldWrite{edit.field, std::move(element), edit.value, {}});
}

Status WriteText(const FieldEdit& edit, const Registers& now, const Dot& change,
                 std::vector<FieldWrite>& out) {
  SACOCHE_ASSIGN(const TextOps ops, TextField(now).Make(edit, change));
  if (ops.empty()) return {};
  SACOCHE_ASSIGN(Bytes bytes, EncodeTextOps(ops));
  out.push_back(FieldWrite{edit.field, TextElementOf(change), Value::Opaque(std::move(bytes)), {}});
  return {};
}

bool HoldsContent(const Registers& now) {
  return std::ranges::any_of(
      now, [](const auto& entry) { return HoldsContent(entry.first, entry.second); });
}

// Makes the writes of one record, by the policies of its fields.
class RecordWriter {
 public:
  RecordWriter(const Dot& change, const Present& present,
               const std::function<ByteArray<16>()>& entry_id)
      : change_(change), present_(present), entry_id_(entry_id) {}

  Result<RecordWrite> Write(const KindDef& kind, const RecordEdit& edit) {
    RecordWrite record{edit.record, edit.kind, {}};
    if (const FieldDef* erasure = kind.FindErasure()) {
      if (!edit.fields.empty() && edit.fields.front().field == erasure->id)
        return Erase(kind, edit, std::move(record));
      SACOCHE_ASSIGN(const Registers erased, present_.registers_of(edit.record, erasure->id));
      if (HoldsContent(erased))
        return Fail(ErrorCode::kInvalidInput, "this record was erased",
                    "Write what is needed into a new record.");
    }
    for (const FieldEdit& field : edit.fields) {
      const FieldDef* def = kind.FindField(field.field);
      SACOCHE_CHECK(def != nullptr);
      SACOCHE_TRY(WriteField(*def, edit.record, field, record.writes));
    }
    return record;
  }

 private:
  Status WriteField(const FieldDef& field, const RecordId& record, const FieldEdit& edit,
                    std::vector<FieldWrite>& out) {
    if (field.policy == MergePolicy::kAppendOnly) {
      WriteEntry(edit, entry_id_(), out);
      return {};
    }
    SACOCHE_ASSIGN(const Registers now, present_.registers_of(record, field.id));
    if (field.policy == MergePolicy::kMonotonic) return WriteState(field, edit, now, out);
    if (field.policy == MergePolicy::kText) return WriteText(edit, now, change_, out);
    if (field.policy == MergePolicy::kAddWinsSet) {
      WriteSet(edit, now, out);
    } else {
      WriteSingle(edit, now, out);
    }
    return {};
  }

  // Says why, and replaces everything that is to be seen here. What a colleague wrote meanwhile
  // without sight of the erasure is replaced by nothing, and so remains. So does what is beyond the
  // limit of one change: it keeps the record flagged until it is erased again.
  Result<RecordWrite> Erase(const KindDef& kind, const RecordEdit& edit, RecordWrite record) {
    const FieldEdit& erasure = edit.fields.front();
    SACOCHE_ASSIGN(const Registers erased, present_.registers_of(edit.record, erasure.field));
    WriteSingle(erasure, erased, record.writes);
    for (const FieldDef& field : kind.fields) {
      if (field.id == erasure.field) continue;
      SACOCHE_ASSIGN(const Registers now, present_.registers_of(edit.record, field.id));
      const Value gone =
          field.policy == MergePolicy::kAddWinsSet ? Value::Flag(false) : Value::Nothing();
      for (const auto& [key, present] : now)
        if (HoldsContent(key, present) && record.writes.size() < kRecordWritesMax)
          record.writes.push_back(FieldWrite{field.id, key.element, gone, DotsToReplace(present)});
    }
    return record;
  }

  const Dot change_;
  const Present& present_;
  const std::function<ByteArray<16>()>& entry_id_;
};

}  // namespace

std::vector<Dot> DotsToReplace(const Register& reg) {
  std::vector<Dot> dots;
  for (const Sibling& sibling : reg.siblings) dots.push_back(sibling.dot);
  if (dots.size() > kOverwrittenMax) dots.resize(kOverwrittenMax);
  return dots;
}

Result<std::optional<Change>> MakeChange(const Schema& schema, const Edit& edit,
                                         const ChangeStamp& stamp, const Present& present,
                                         const std::function<ByteArray<16>()>& entry_id) {
  Change change{stamp.dot, stamp.hlc, stamp.author, edit.dossier, {}};
  RecordWriter writer(stamp.dot, present, entry_id);
  for (const RecordEdit& record : edit.records) {
    const KindDef* kind = schema.FindKind(record.kind);
    SACOCHE_CHECK(kind != nullptr);
    SACOCHE_ASSIGN(RecordWrite writes, writer.Write(*kind, record));
    if (writes.writes.size() > kRecordWritesMax)
      return Fail(ErrorCode::kLimit, "too many values change at once", "Make several edits.");
    if (!writes.writes.empty()) change.records.push_back(std::move(writes));
  }
  SACOCHE_TRY(WriteSights(schema, edit, present, change));
  if (change.records.empty()) return std::optional<Change>();
  return std::optional<Change>(std::move(change));
}

}  // namespace sacoche
