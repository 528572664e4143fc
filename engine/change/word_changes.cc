#include "engine/change/word_changes.h"

#include "engine/text/utf8.h"

namespace sacoche {

void WordHistory::Add(const TextOps& ops) {
  std::uint64_t counter = ops.first;
  for (const TextRun& run : ops.runs) {
    if (run.inserts()) typed_[ops.author].emplace(counter, run.text);
    counter += run.length;
  }
}

// An edit tells of each place first what it adds there and then what it takes out.
std::vector<WordChange> WordHistory::ChangesOf(const TextOps& ops) const {
  std::vector<WordChange> changes;
  Dot next;  // the character that stands after the last addition
  for (const TextRun& run : ops.runs) {
    if (run.inserts()) {
      changes.push_back({"", Utf8Of(run.text)});
      next = run.kind == TextRun::Kind::kInsertBefore ? run.place : run.right;
      continue;
    }
    if (run.deletes()) {
      if (next == Dot{} || run.place != next) changes.emplace_back();
      changes.back().removed = Utf8Of(Characters(run));
    }
    next = {};
  }
  return changes;
}

std::u32string WordHistory::Characters(const TextRun& deletion) const {
  static constexpr std::u32string_view kUnknown = U"…";
  const bool is_forward = deletion.kind == TextRun::Kind::kDeleteForward;
  const std::uint64_t end = deletion.place.counter + (is_forward ? deletion.length : 1);
  std::uint64_t at = end - deletion.length;
  const auto typed = typed_.find(deletion.place.replica);
  if (typed == typed_.end()) return std::u32string(kUnknown);
  std::u32string characters;
  while (at < end) {
    const auto after = typed->second.upper_bound(at);
    if (after == typed->second.begin()) return characters.append(kUnknown);
    const auto& [first, text] = *std::prev(after);
    if (at - first >= text.size()) return characters.append(kUnknown);
    const auto piece = std::u32string_view(text).substr(at - first, end - at);
    characters.append(piece);
    at += piece.size();
  }
  return characters;
}

}  // namespace sacoche
