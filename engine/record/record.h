#pragma once

#include <map>

#include "engine/causality/dot.h"
#include "engine/causality/hlc.h"
#include "engine/record/schema.h"

namespace sacoche {

// One value of a register that no known write has overwritten.
struct Sibling {
  Dot dot;
  Hlc hlc;
  DeviceId author;
  Value value;

  bool operator==(const Sibling&) const = default;
};

// Which register of a record: the field and, in a set or a log, the element. A set's element is the
// encoded value; a log's is the id of the entry (16 bytes), followed by the id of the entry that it
// corrects, if it does. A single value's is empty. SightElement is beside the state of a field that
// closes.
struct RegisterKey {
  FieldId field{};
  Bytes element;

  auto operator<=>(const RegisterKey&) const = default;
};

// A multi-value register with exact causality (section 3 of the architecture).
struct Register {
  std::vector<Sibling> siblings;  // sorted by dot
  std::vector<Dot> awaited;       // sorted; overwritten by a known write, and not yet arrived

  bool operator==(const Register&) const = default;
};

// Where a Sight stands (record/sight.h). No encoded value begins so, and no other element is of
// this length.
[[nodiscard]] inline Bytes SightElement() { return {0xff, 0x00}; }
[[nodiscard]] inline bool IsSight(const RegisterKey& key) { return key.element == SightElement(); }

// Whether a person's words are in it. A cleared value and an element that was taken out are not:
// they only say that something was there. A sight says what somebody saw.
[[nodiscard]] inline bool IsContent(const RegisterKey& key, const Sibling& sibling) {
  const bool* present = key.element.empty() ? nullptr : sibling.value.As<bool>();
  return !IsSight(key) && (present != nullptr ? *present : !sibling.value.empty());
}
[[nodiscard]] inline bool HoldsContent(const RegisterKey& key, const Register& reg) {
  return std::ranges::any_of(reg.siblings,
                             [&](const Sibling& sibling) { return IsContent(key, sibling); });
}

// The merged state of one record.
struct Record {
  RecordId id;
  KindId kind{};
  RecordId dossier;
  std::map<RegisterKey, Register> registers;

  [[nodiscard]] bool is_root() const { return id == dossier; }
  bool operator==(const Record&) const = default;
};

}  // namespace sacoche
