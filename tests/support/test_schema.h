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
inline constexpr FieldId kLevel{9};    // code, protective, indexed
inline constexpr FieldId kSecret{10};  // flag, protective
inline constexpr FieldId kStage{11};   // code, monotonic, indexed
inline constexpr FieldId kErased{12};  // code, erasure
inline constexpr FieldId kStory{13};   // text, text, searchable

inline FieldDef TestField(FieldId id, std::string name, FieldType type, MergePolicy policy) {
  FieldDef field;
  field.id = id;
  field.name = name;
  field.label = std::move(name);
  field.type = type;
  field.policy = policy;
  return field;
}

inline std::vector<ClosedList> TestLists() {
  return {{"tag",
           {{"RED", "Rouge"},
            {"GREEN", "Vert"},
            {"BLUE", "Bleu"},
            {"OLD", "Ancien", ClosedList::Entry::State::kRetired}}},
          {"level", {{"LOW", "Bas"}, {"HIGH", "Haut"}, {"GRAVE", "Grave"}, {"SEVERE", "Sévère"}}},
          {"stage",
           {{"NEW", "Nouveau"},
            {"OPEN", "Ouvert"},
            {"WAITING", "En attente"},
            {"PASSED_ON", "Transmis"},
            {"REOPENED", "Rouvert"},
            {"CLOSED", "Clos"}}},
          {"motive", {{"ASKED", "Demandé"}, {"EXPIRED", "Échu"}}}};
}

inline FieldDef TestCode(FieldId id, std::string name, MergePolicy policy, std::string list,
                         std::vector<Step> order) {
  FieldDef field = TestField(id, std::move(name), FieldType::kCode, policy);
  field.closed_list = std::move(list);
  field.order = std::move(order);
  return field;
}

// The fields whose values have an order, and the erasure.
inline std::vector<FieldDef> TestOrderedFields() {
  using enum MergePolicy;
  using Turn = Step::Turn;
  const auto code = [](const char* text) { return Value::OfCode(text); };
  FieldDef level =
      TestCode(kLevel, "level", kProtective, "level",
               {{code("LOW"), 0}, {code("HIGH"), 1}, {code("GRAVE"), 2}, {code("SEVERE"), 2}});
  level.indexed = FieldDef::Indexed::kYes;
  FieldDef secret = TestField(kSecret, "secret", FieldType::kFlag, kProtective);
  secret.order = {{Value::Flag(false), 0}, {Value::Flag(true), 1}};
  FieldDef stage = TestCode(kStage, "stage", kMonotonic, "stage",
                            {{code("NEW"), 0},
                             {code("OPEN"), 1},
                             {code("WAITING"), 1},
                             {code("PASSED_ON"), 2},
                             {code("REOPENED"), 1, Turn::kReopens},
                             {code("CLOSED"), 3, Turn::kCloses}});
  stage.indexed = FieldDef::Indexed::kYes;
  return {level, secret, stage, TestCode(kErased, "erased", kErasure, "motive", {})};
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
  KindDef file{kFile,
               "file",
               "File",
               KindDef::Place::kRoot,
               {title, name, tags, entries, TestField(kSince, "since", FieldType::kDate, kKeepAll),
                TestField(kCount, "count", FieldType::kInteger, kKeepLatest),
                TestField(kDone, "done", FieldType::kFlag, kKeepLatest),
                TestField(kOther, "other", FieldType::kReference, kKeepAll)}};
  const KindDef page{kPage, "page", "Page", KindDef::Place::kChild, {title}};
  std::ranges::move(TestOrderedFields(), std::back_inserter(file.fields));
  FieldDef story = TestField(kStory, "story", FieldType::kText, MergePolicy::kText);
  story.searchable = FieldDef::Searchable::kYes;
  file.fields.push_back(std::move(story));
  return Schema({file, page}, TestLists());
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
