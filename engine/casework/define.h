#pragma once

#include "engine/record/schema.h"

// How the kinds of casework are written down: one line a field. For the files of this room only.
namespace sacoche::casework::define {

using enum MergePolicy;
using FieldType::kCode;
using FieldType::kDate;
using FieldType::kFlag;
using FieldType::kInteger;
using FieldType::kReference;
using Turn = Step::Turn;

inline constexpr auto P0 = Sensitivity::kReference;
inline constexpr auto P1 = Sensitivity::kProfessional;
inline constexpr auto P2 = Sensitivity::kPersonal;
inline constexpr auto P3 = Sensitivity::kSensitive;
inline constexpr auto P4 = Sensitivity::kClinical;
inline constexpr auto P5 = Sensitivity::kProtocol;

struct Named {
  std::uint32_t number;
  const char* name;
  const char* label;
};

inline FieldDef Field(Named named, FieldType type, MergePolicy policy, Sensitivity sensitivity) {
  FieldDef field;
  field.id = FieldId(named.number);
  field.name = named.name;
  field.label = named.label;
  field.type = type;
  field.policy = policy;
  field.sensitivity = sensitivity;
  return field;
}

inline FieldDef Indexed(FieldDef field) {
  field.indexed = FieldDef::Indexed::kYes;
  return field;
}

inline FieldDef Searchable(FieldDef field) {
  field.searchable = FieldDef::Searchable::kYes;
  return field;
}

inline FieldDef Coded(Named named, const char* list, MergePolicy policy, Sensitivity sensitivity) {
  FieldDef field = Field(named, kCode, policy, sensitivity);
  field.closed_list = list;
  return field;
}

inline FieldDef Words(Named named, MergePolicy policy, Sensitivity sensitivity = P3) {
  // What has a key of its own is not found by whoever looks for a word in passing.
  FieldDef field = Field(named, FieldType::kText, policy, sensitivity);
  return sensitivity <= P3 ? Searchable(std::move(field)) : field;
}

// A text without a story in it: a name, a number, an address, a code of somebody else's list.
inline FieldDef Bounded(Named named, MergePolicy policy, Sensitivity sensitivity) {
  FieldDef field = Field(named, FieldType::kText, policy, sensitivity);
  field.form = FieldDef::Form::kBounded;
  return field;
}

inline FieldDef InOrder(FieldDef field, std::vector<Step> order) {
  field.order = std::move(order);
  return field;
}

inline Step Place(const char* code, int rank, Turn turn = Turn::kNone) {
  return Step{Value::OfCode(code), rank, turn};
}

// A flag that a concurrent "non" does not take back.
inline FieldDef YesWins(Named named, MergePolicy policy, Sensitivity sensitivity) {
  return InOrder(Field(named, kFlag, policy, sensitivity),
                 {Step{Value::Flag(false), 0}, Step{Value::Flag(true), 1}});
}

// A flag that lets something happen: of two people who do not agree, the careful one prevails.
inline FieldDef NoWins(Named named, Sensitivity sensitivity) {
  return InOrder(Field(named, kFlag, kProtective, sensitivity),
                 {Step{Value::Flag(true), 0}, Step{Value::Flag(false), 1}});
}

// Whoever erases says why, and nothing of the record remains but that.
inline FieldDef Erasure(std::uint32_t number) {
  return Coded({number, "effacement", "Effacé"}, "effacement", kErasure, P0);
}

// Of the kinds that came after the first five, far from the fields that are still to come.
inline constexpr std::uint32_t kErasureNumber = 100;

// A kind with the readers that readers.cc declares for it.
[[nodiscard]] KindDef Kind(Named named, SpaceKind space, KindDef::Place place,
                           std::vector<FieldDef> fields);

inline KindDef Root(Named named, SpaceKind space, std::vector<FieldDef> fields) {
  return Kind(named, space, KindDef::Place::kRoot, std::move(fields));
}

inline KindDef Child(Named named, SpaceKind space, std::vector<FieldDef> fields) {
  return Kind(named, space, KindDef::Place::kChild, std::move(fields));
}

}  // namespace sacoche::casework::define
