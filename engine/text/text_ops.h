#pragma once

#include <string>
#include <vector>

#include "engine/causality/dot.h"
#include "platform/base/result.h"

namespace sacoche {

// What one replica does to a text is a sequence of *units*: a character typed, a character deleted,
// or a look at what was contested. A unit's dot is (replica, the n-th unit of that replica in this
// text, from 1 without gaps); these dots are the text's own, not those of changes. The dot of the
// unit that typed a character names the character for ever. The dot {} is the edge of the text.

// Units that follow one another and are told together, `length` of them.
struct TextRun {
  // Never renumbered.
  enum class Kind : std::uint8_t {
    kInsertAfter = 0,     // `text`, as right child of the character `place`, or of the start
    kInsertBefore = 1,    // `text`, as left child of the character `place`
    kDeleteForward = 2,   // `place` and the characters that its author typed after it
    kDeleteBackward = 3,  // `place` and those typed before it; of length 2 or more
    kSettle = 4,  // nothing changes: the author looked at what was contested, and it is well
  };

  Kind kind = Kind::kInsertAfter;
  std::uint32_t length = 0;
  Dot place;
  Dot right;  // kInsertAfter: the character that stood next when this was typed, or the end
  std::u32string text;

  [[nodiscard]] bool inserts() const {
    return kind == Kind::kInsertAfter || kind == Kind::kInsertBefore;
  }
  [[nodiscard]] bool deletes() const {
    return kind == Kind::kDeleteForward || kind == Kind::kDeleteBackward;
  }
  bool operator==(const TextRun&) const = default;
};

// One edit of a text, as a change carries it: a value.
struct TextOps {
  ReplicaId author;
  std::uint64_t first = 1;  // the counter of its first unit
  // What the author had seen since its previous edit: of each replica (sorted; never the author)
  // the units up to this counter.
  std::vector<Dot> seen;
  std::vector<TextRun> runs;

  [[nodiscard]] std::uint64_t units() const {
    std::uint64_t sum = 0;
    for (const TextRun& run : runs) sum += run.length;
    return sum;
  }
  [[nodiscard]] std::uint64_t last() const { return first + units() - 1; }
  [[nodiscard]] bool empty() const { return runs.empty(); }
  bool operator==(const TextOps&) const = default;
};

// What can be said of an edit without its text: limits, and that its parts agree with each other.
// kCorrupt or kLimit.
[[nodiscard]] Status CheckShape(const TextOps& ops);

// The edit without its units beyond `last`, which is one of its own or follows them.
[[nodiscard]] TextOps HeadOf(TextOps ops, std::uint64_t last);

// The run without its first `skipped` units (fewer than it has), of which `counter` numbers the
// first.
[[nodiscard]] TextRun TailOf(const TextOps& ops, const TextRun& run, std::uint64_t counter,
                             std::uint32_t skipped);

}  // namespace sacoche
