#pragma once

#include <map>
#include <set>

#include "engine/record/readers.h"
#include "engine/record/space_kind.h"
#include "engine/record/value.h"

namespace sacoche {

// Numbers of kinds and fields are for ever: a retired one is never given to something else.
enum class KindId : std::uint32_t {};
enum class FieldId : std::uint32_t {};

enum class FieldType { kText, kInteger, kDate, kCode, kReference, kFlag };

// How concurrent edits of a field come together; merge/MERGE_RULES.md. Adding a policy is adding a
// row here and a resolver.
enum class MergePolicy {
  kKeepLatest,
  kKeepAll,
  kAddWinsSet,
  kAppendOnly,
  kProtective,
  kMonotonic,
  kErasure,
  kText
};

// How much harm a field's content does in the wrong hands. Never renumbered.
enum class Sensitivity : std::uint8_t {
  kReference = 0,     // P0: public facts, as the name of a unit
  kProfessional = 1,  // P1: on people in their work
  kPersonal = 2,      // P2: who somebody is and where they live
  kSensitive = 3,     // P3: violence, health, offences, children, and whatever is told in words
  kClinical = 4,      // P4: under medical secrecy
  kProtocol = 5       // P5: the woman's own protocol
};

// Fixed codes with French labels. A retired code stays readable and may no longer be entered.
struct ClosedList {
  struct Entry {
    std::string code;
    std::string label;
    enum class State { kActive, kRetired } state = State::kActive;
  };
  std::string name;
  std::vector<Entry> entries;

  [[nodiscard]] const Entry* Find(std::string_view code) const;
};

// A value in the order that a protective or monotonic field declares.
struct Step {
  Value value;
  // More protective, or further on. Of two values with one rank neither prevails.
  int rank = 0;
  // For monotonic fields: what a person who sees the field at a further state may choose without
  // more words (kReopens), and what ends the work, so that a colleague who still worked must hear
  // of it (kCloses).
  enum class Turn { kNone, kCloses, kReopens } turn = Turn::kNone;
};

struct FieldDef {
  FieldId id{};
  std::string name;   // how scripts call it
  std::string label;  // how people call it, in French
  FieldType type = FieldType::kText;
  MergePolicy policy = MergePolicy::kKeepLatest;
  std::string closed_list;  // for kCode
  enum class Indexed { kNo, kYes } indexed = Indexed::kNo;
  enum class Searchable { kNo, kYes } searchable = Searchable::kNo;
  std::vector<Step> order;  // for kProtective and kMonotonic: every value of the field
  // Whoever declares nothing gets the careful answer, here and for the form.
  Sensitivity sensitivity = Sensitivity::kSensitive;
  // For kText. Free: people tell something in it, so that it is at least kSensitive whatever its
  // label. Bounded: a name, a number, an address.
  enum class Form { kFree, kBounded } form = Form::kFree;

  // Several values: an edit gives the whole list (set), or one more entry (log).
  [[nodiscard]] bool is_list() const {
    return policy == MergePolicy::kAddWinsSet || policy == MergePolicy::kAppendOnly;
  }
  // Below every value: nothing. Above every value: one that only a newer release knows, since what
  // cannot be judged must not be lowered.
  [[nodiscard]] int RankOf(const Value& value) const;
  [[nodiscard]] Step::Turn TurnOf(const Value& value) const;
  // Whether one of its states ends the work on the record.
  [[nodiscard]] bool closes() const {
    return std::ranges::count(order, Step::Turn::kCloses, &Step::turn) > 0;
  }
};

struct KindDef {
  KindId id{};
  std::string name;
  std::string label;
  // A root begins a dossier; a child belongs to the dossier of the record that it was created
  // under.
  enum class Place { kRoot, kChild } place = Place::kRoot;
  std::vector<FieldDef> fields;
  // Where the kind's dossiers live; a child's kind names that of its root.
  SpaceKind space = SpaceKind::kDossiers;
  Readers readers = {};

  [[nodiscard]] const FieldDef* FindField(FieldId id) const;
  [[nodiscard]] const FieldDef* FindField(std::string_view name) const;
  // The field that says that the record was erased, if the kind has one.
  [[nodiscard]] const FieldDef* FindErasure() const;
};

// A value, given to the engine when it is opened. What a newer release wrote under kinds and fields
// that this schema does not have is kept and passed on all the same.
class Schema {
 public:
  // What a schema must be is checked: codes have a list, orders are whole, numbers and names are
  // given once, free texts are kSensitive at least, what is under a secret of its own lives in that
  // secret's space, a nameless space holds neither texts nor dates, and a server reads nothing.
  Schema(std::vector<KindDef> kinds, std::vector<ClosedList> lists);

  [[nodiscard]] const std::vector<KindDef>& kinds() const { return kinds_; }
  [[nodiscard]] const std::vector<ClosedList>& lists() const { return lists_; }
  [[nodiscard]] const KindDef* FindKind(KindId id) const;
  [[nodiscard]] const KindDef* FindKind(std::string_view name) const;
  [[nodiscard]] const FieldDef* FindField(KindId kind, FieldId field) const;
  [[nodiscard]] const ClosedList* FindList(std::string_view name) const;

  // One value (an element, for lists) against the field's declaration. kInvalidInput says what is
  // wrong and what would be right.
  [[nodiscard]] Status CheckValue(const FieldDef& field, const Value& value) const;

  // What a person or a script typed for one value of the field. Empty text clears it.
  [[nodiscard]] Result<Value> ParseValue(const FieldDef& field, std::string_view text) const;

 private:
  std::vector<KindDef> kinds_;
  std::vector<ClosedList> lists_;
};

// How a value is written for people and in JSON: the code, not its label; nothing of opaque bytes.
[[nodiscard]] std::string FormatValue(const Value& value);

}  // namespace sacoche
