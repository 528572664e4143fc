#pragma once

#include <optional>

#include "engine/record/sight.h"

namespace sacoche {

// What stands of the closings of one record: writes of a state that ends its work, than which no
// other state of the field is further. A value.
class Closing {
 public:
  // The field declares a closing (FieldDef::closes). `registers`: the field's own.
  Closing(const FieldDef& field, const std::map<RegisterKey, Register>& registers);

  [[nodiscard]] bool stands() const { return !dots_.empty(); }
  [[nodiscard]] const std::vector<Dot>& dots() const { return dots_; }

  // Whether nobody need hear of that write: the author of one of the closings had seen it, or its
  // author saw one of them, or somebody looked at it beside one. True of all writes where nothing
  // is known of what was seen, as with a closing of an older release.
  [[nodiscard]] bool Covers(const Dot& write) const;

  // What is known of that closing, from all who wrote with sight of it; nothing if nothing is, or
  // if only a newer release can read it.
  [[nodiscard]] std::optional<VersionVector> SeenBeside(const Dot& closing) const;

  // The same of all that are named, also those that do not stand here, or not yet.
  [[nodiscard]] const std::map<Dot, VersionVector>& seen() const { return seen_; }

 private:
  std::vector<Dot> dots_;
  std::map<Dot, VersionVector> seen_;
  bool is_readable_ = true;
};

}  // namespace sacoche
