#pragma once

#include <map>
#include <vector>

#include "engine/record/co_written.h"
#include "engine/text/text_ops.h"

namespace sacoche {

// What edits of one text did, in words, for its history. It needs every edit of the text that is
// known, in any order; characters whose edit is not known are told as "…".
class WordHistory {
 public:
  void Add(const TextOps& ops);

  // One for each stretch of words that the edit changed; what several edits had typed is several
  // stretches. Time and memory go with the edit, not with the text.
  [[nodiscard]] std::vector<WordChange> ChangesOf(const TextOps& ops) const;

 private:
  [[nodiscard]] std::u32string Characters(const TextRun& deletion) const;

  // By the replica that typed them: the counter of the first, and characters typed in one go.
  std::map<ReplicaId, std::map<std::uint64_t, std::u32string>> typed_;
};

}  // namespace sacoche
