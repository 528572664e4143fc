#include "engine/change/make_change.h"

#include "engine/record/value_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

using Registers = std::map<RegisterKey, Register>;

std::vector<Dot> DotsOf(const Register& reg) {
  std::vector<Dot> dots;
  for (const Sibling& sibling : reg.siblings) dots.push_back(sibling.dot);
  // What does not fit stays a sibling, and shows as a conflict still open.
  if (dots.size() > kOverwrittenMax) dots.resize(kOverwrittenMax);
  return dots;
}

bool ShowsOnly(const Register& reg, const Value& value) {
  return !reg.siblings.empty() &&
         std::ranges::all_of(reg.siblings, [&](const Sibling& s) { return s.value == value; });
}

bool IsPresent(const Register& reg) {
  return std::ranges::any_of(reg.siblings, [](const Sibling& s) { return s.value.is_true(); });
}

void WriteSingle(const FieldEdit& edit, const Registers& now, std::vector<FieldWrite>& out) {
  const auto found = now.find(RegisterKey{edit.field, {}});
  const Register present = found == now.end() ? Register{} : found->second;
  if (ShowsOnly(present, edit.value)) return;
  if (present.siblings.empty() && edit.value.empty()) return;
  out.push_back(FieldWrite{edit.field, {}, edit.value, DotsOf(present)});
}

void WriteSet(const FieldEdit& edit, const Registers& now, std::vector<FieldWrite>& out) {
  std::set<Bytes> wanted;
  for (const Value& element : *edit.value.As<ValueList>()) wanted.insert(EncodeValue(element));
  for (const Bytes& element : wanted) {
    const auto found = now.find(RegisterKey{edit.field, element});
    const Register present = found == now.end() ? Register{} : found->second;
    if (!IsPresent(present))
      out.push_back(FieldWrite{edit.field, element, Value::Flag(true), DotsOf(present)});
  }
  for (const auto& [key, present] : now) {
    if (IsPresent(present) && !wanted.contains(key.element))
      out.push_back(FieldWrite{edit.field, key.element, Value::Flag(false), DotsOf(present)});
  }
}

void WriteEntry(const FieldEdit& edit, const ByteArray<16>& id, std::vector<FieldWrite>& out) {
  Bytes element = CopyOf(id);
  if (edit.corrects) Append(element, *edit.corrects);
  out.push_back(FieldWrite{edit.field, std::move(element), edit.value, {}});
}

}  // namespace

Result<std::optional<Change>> MakeChange(const Schema& schema, const Edit& edit,
                                         const ChangeStamp& stamp, const RegistersOf& registers_of,
                                         const std::function<ByteArray<16>()>& entry_id) {
  Change change{stamp.dot, stamp.hlc, stamp.author, edit.dossier, {}};
  for (const RecordEdit& record : edit.records) {
    RecordWrite writes{record.record, record.kind, {}};
    for (const FieldEdit& field : record.fields) {
      const FieldDef* def = schema.FindField(record.kind, field.field);
      SACOCHE_CHECK(def != nullptr);
      if (def->policy == MergePolicy::kAppendOnly) {
        WriteEntry(field, entry_id(), writes.writes);
        continue;
      }
      SACOCHE_ASSIGN(const Registers now, registers_of(record.record, field.field));
      if (def->policy == MergePolicy::kAddWinsSet) {
        WriteSet(field, now, writes.writes);
      } else {
        WriteSingle(field, now, writes.writes);
      }
    }
    if (!writes.writes.empty()) change.records.push_back(std::move(writes));
  }
  if (change.records.empty()) return std::optional<Change>();
  for (const RecordWrite& record : change.records)
    if (record.writes.size() > kRecordWritesMax)
      return Fail(ErrorCode::kLimit, "too many values change at once", "Make several edits.");
  return std::optional<Change>(std::move(change));
}

}  // namespace sacoche
