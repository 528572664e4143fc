#include "engine/record/edit.h"

#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

Status CheckList(const Schema& schema, const FieldDef& field, const Value& value) {
  const ValueList* list = value.As<ValueList>();
  if (list == nullptr)
    return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" holds several values",
                "Give the whole list.");
  if (list->size() > kListItemsMax)
    return Fail(ErrorCode::kLimit, "field \"" + field.name + "\" has more than 1,024 values",
                "Shorten the list.");
  for (const Value& element : *list) {
    if (element.empty())
      return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" has an empty element",
                  "Leave it out.");
    SACOCHE_TRY(schema.CheckValue(field, element));
  }
  return {};
}

// What a policy asks of an edit beyond a value of the right type.
Status CheckPolicy(const FieldDef& field, const FieldEdit& edit) {
  using enum MergePolicy;
  if (edit.corrects && field.policy != kAppendOnly)
    return Fail(ErrorCode::kInvalidInput, "only an entry of a log can be corrected",
                "Give the field's new value instead.");
  if (edit.reopen == FieldEdit::Reopen::kYes && field.policy != kMonotonic)
    return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" cannot be reopened",
                "It may hold any value at any time: give the new one.");
  const bool settles = edit.settle == FieldEdit::Settle::kYes;
  if (field.policy != kText && (edit.seen || (settles && !field.closes())))
    return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" is not a co-written text",
                "Give the field's new value only.");
  if (!edit.value.empty()) return {};
  if (field.policy == kAppendOnly)
    return Fail(ErrorCode::kInvalidInput, "an entry of \"" + field.name + "\" is empty",
                "Write something, or leave it out.");
  if (field.policy == kMonotonic && !settles)
    return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" cannot be cleared",
                "Choose the state that is right.");
  if (field.policy == kErasure)
    return Fail(ErrorCode::kInvalidInput, "an erasure cannot be taken back",
                "Write what is needed into a new record.");
  return {};
}

Status CheckField(const Schema& schema, const KindDef& kind, const FieldEdit& edit) {
  const FieldDef* field = kind.FindField(edit.field);
  if (field == nullptr)
    return Fail(ErrorCode::kInvalidInput, "the kind \"" + kind.name + "\" has no such field",
                "See `sacoche schema` for its fields.");
  SACOCHE_TRY(CheckPolicy(*field, edit));
  if (field->policy == MergePolicy::kAddWinsSet) return CheckList(schema, *field, edit.value);
  return schema.CheckValue(*field, edit.value);
}

// Two edits of one text would both be made from the text as it is now, with the same units.
Status CheckTextsGivenOnce(const Schema& schema, const Edit& edit) {
  std::set<std::pair<RecordId, FieldId>> given;
  for (const RecordEdit& record : edit.records)
    for (const FieldEdit& each : record.fields) {
      const FieldDef& field = *schema.FindField(record.kind, each.field);
      if (field.policy != MergePolicy::kText) continue;
      if (!given.emplace(record.record, field.id).second)
        return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" is given twice",
                    "Give it once.");
    }
  return {};
}

Status CheckRecord(const Schema& schema, const KindDef& kind, const RecordEdit& record) {
  for (const FieldEdit& field : record.fields) SACOCHE_TRY(CheckField(schema, kind, field));
  const FieldDef* erasure = kind.FindErasure();
  const bool erases =
      erasure != nullptr && std::ranges::count(record.fields, erasure->id, &FieldEdit::field) > 0;
  if (erases && record.fields.size() > 1)
    return Fail(ErrorCode::kInvalidInput, "a record is erased with all that it holds",
                "Erase it, and change nothing else in it.");
  return {};
}

}  // namespace

Status CheckEdit(const Schema& schema, const Edit& edit) {
  if (edit.records.size() > kEditRecordsMax)
    return Fail(ErrorCode::kLimit, "too many records in one edit", "Make several edits.");
  for (const RecordEdit& record : edit.records) {
    const KindDef* kind = schema.FindKind(record.kind);
    if (kind == nullptr)
      return Fail(ErrorCode::kInvalidInput, "no such kind of record",
                  "See `sacoche schema` for the kinds.");
    if ((kind->place == KindDef::Place::kRoot) != (record.record == edit.dossier))
      return Fail(ErrorCode::kInvalidInput,
                  kind->place == KindDef::Place::kRoot
                      ? "a " + kind->name + " begins a dossier of its own"
                      : "a " + kind->name + " belongs into a dossier",
                  kind->place == KindDef::Place::kRoot ? "Create it without --in."
                                                       : "Name the dossier with --in.");
    SACOCHE_TRY(CheckRecord(schema, *kind, record));
  }
  return CheckTextsGivenOnce(schema, edit);
}

}  // namespace sacoche
