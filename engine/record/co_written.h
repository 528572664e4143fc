#pragma once

#include <string>
#include <vector>

#include "engine/causality/dot.h"

namespace sacoche {

// What of a co-written text somebody had before them when they began to edit it. Opaque: it comes
// with the text that is shown, and goes back with the edit. Empty for a text that nobody wrote.
struct TextVersion {
  std::vector<Dot> known;   // of each replica the last unit, sorted
  std::uint64_t check = 0;  // of the text, so that another one is not taken for it

  bool operator==(const TextVersion&) const = default;
};

// Words that an edit of a co-written text took out at one place, and those that it put there.
struct WordChange {
  std::string removed;
  std::string added;

  bool operator==(const WordChange&) const = default;
};

}  // namespace sacoche
