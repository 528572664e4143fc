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
// corrects, if it does. A single value's is empty.
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

// Whether a person's words are in the register. A cleared value and an element that was taken out
// are not: they only say that something was there.
[[nodiscard]] inline bool HoldsContent(const RegisterKey& key, const Register& reg) {
  const bool is_element = !key.element.empty();
  return std::ranges::any_of(reg.siblings, [&](const Sibling& sibling) {
    const bool* present = is_element ? sibling.value.As<bool>() : nullptr;
    return present != nullptr ? *present : !sibling.value.empty();
  });
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
