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

Status CheckField(const Schema& schema, const KindDef& kind, const FieldEdit& edit) {
  const FieldDef* field = kind.FindField(edit.field);
  if (field == nullptr)
    return Fail(ErrorCode::kInvalidInput, "the kind \"" + kind.name + "\" has no such field",
                "See `sacoche schema` for its fields.");
  if (field->policy == MergePolicy::kAddWinsSet) return CheckList(schema, *field, edit.value);
  if (field->policy == MergePolicy::kAppendOnly && edit.value.empty())
    return Fail(ErrorCode::kInvalidInput, "an entry of \"" + field->name + "\" is empty",
                "Write something, or leave it out.");
  if (edit.corrects && field->policy != MergePolicy::kAppendOnly)
    return Fail(ErrorCode::kInvalidInput, "only an entry of a log can be corrected",
                "Give the field's new value instead.");
  return schema.CheckValue(*field, edit.value);
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
    for (const FieldEdit& field : record.fields) SACOCHE_TRY(CheckField(schema, *kind, field));
  }
  return {};
}

}  // namespace sacoche
