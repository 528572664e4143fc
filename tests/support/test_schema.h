#pragma once

#include "engine/record/edit.h"

namespace sacoche {

// One field of every policy and type; small enough to keep in mind.
inline constexpr KindId kFile{1};
inline constexpr KindId kPage{2};
inline constexpr FieldId kTitle{1};    // text, keep_latest, searchable
inline constexpr FieldId kName{2};     // text, keep_all, searchable, indexed
inline constexpr FieldId kTags{3};     // code, add_wins_set, indexed
inline constexpr FieldId kEntries{4};  // text, append_only, searchable
inline constexpr FieldId kSince{5};    // date, keep_all
inline constexpr FieldId kCount{6};    // integer, keep_latest
inline constexpr FieldId kDone{7};     // flag, keep_latest
inline constexpr FieldId kOther{8};    // reference, keep_all

inline FieldDef TestField(FieldId id, std::string name, FieldType type, MergePolicy policy) {
  FieldDef field;
  field.id = id;
  field.name = name;
  field.label = std::move(name);
  field.type = type;
  field.policy = policy;
  return field;
}

inline Schema MakeTestSchema() {
  using enum MergePolicy;
  FieldDef title = TestField(kTitle, "title", FieldType::kText, kKeepLatest);
  title.searchable = FieldDef::Searchable::kYes;
  FieldDef name = TestField(kName, "name", FieldType::kText, kKeepAll);
  name.searchable = FieldDef::Searchable::kYes;
  name.indexed = FieldDef::Indexed::kYes;
  FieldDef tags = TestField(kTags, "tags", FieldType::kCode, kAddWinsSet);
  tags.closed_list = "tag";
  tags.indexed = FieldDef::Indexed::kYes;
  FieldDef entries = TestField(kEntries, "entries", FieldType::kText, kAppendOnly);
  entries.searchable = FieldDef::Searchable::kYes;
  const KindDef file{
      kFile,
      "file",
      "File",
      KindDef::Place::kRoot,
      {title, name, tags, entries, TestField(kSince, "since", FieldType::kDate, kKeepAll),
       TestField(kCount, "count", FieldType::kInteger, kKeepLatest),
       TestField(kDone, "done", FieldType::kFlag, kKeepLatest),
       TestField(kOther, "other", FieldType::kReference, kKeepAll)}};
  const KindDef page{kPage, "page", "Page", KindDef::Place::kChild, {title}};
  const ClosedList list{"tag",
                        {{"RED", "Rouge"},
                         {"GREEN", "Vert"},
                         {"BLUE", "Bleu"},
                         {"OLD", "Ancien", ClosedList::Entry::State::kRetired}}};
  return Schema({file, page}, {list});
}

inline const Schema& TestSchema() {
  static const Schema schema = MakeTestSchema();
  return schema;
}

inline Value TagList(std::initializer_list<const char*> codes) {
  ValueList list;
  for (const char* code : codes) list.push_back(Value::OfCode(code));
  return Value::List(std::move(list));
}

// An edit of one field of a root record.
inline Edit EditOf(const RecordId& record, FieldId field, Value value) {
  return Edit{record, {RecordEdit{record, kFile, {FieldEdit{field, std::move(value), {}}}}}};
}

}  // namespace sacoche
