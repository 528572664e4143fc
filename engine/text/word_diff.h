#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sacoche {

// One difference: at `position` of the old text, `removed` characters go, and `inserted` characters
// of the new text come, from `inserted_at` on.
struct WordHunk {
  std::uint64_t position = 0;
  std::uint64_t removed = 0;
  std::uint64_t inserted_at = 0;
  std::uint64_t inserted = 0;

  bool operator==(const WordHunk&) const = default;
};

// What turns one text into another, by whole words: a word, a stretch of spaces, a line break or a
// punctuation mark is kept or replaced as one, so that no word becomes a mixture of two. Changed
// words that only spaces separate are one hunk, so that phrases are not mixed either. What is only
// inserted or only deleted begins at a line, a sentence or a word, where there is a choice.
//
// The greedy algorithm of Myers, "An O(ND) difference algorithm and its variations" (1986), over
// the words of letters and digits, and then over what stands between those that are kept. Where
// that finds more than kDiffDistanceMax differences, the stretch is first cut at words that occur
// exactly once on both sides and in the same order (Cohen's patience diff), up to kDiffDepthMax
// times over; a stretch without such words is replaced whole. Time is at most kDiffDistanceMax ×
// kDiffDepthMax × length, in practice nearly linear. Deterministic.
[[nodiscard]] std::vector<WordHunk> DiffWords(std::u32string_view before,
                                              std::u32string_view after);

}  // namespace sacoche
