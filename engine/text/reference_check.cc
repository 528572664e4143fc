#include "engine/text/reference_check.h"

#include <algorithm>

namespace sacoche {

ReferenceCheck::ReferenceCheck(const TextDocument& document, const TextOps& ops)
    : document_(document), ops_(ops), known_(document.KnownOf(ops.author)) {
  std::uint64_t counter = ops.first;
  for (const TextRun& run : ops.runs) {
    firsts_.push_back(counter);
    counter += run.length;
  }
}

bool ReferenceCheck::Passes() const {
  for (std::size_t i = 0; i < ops_.runs.size(); ++i)
    if (!Allows(ops_.runs[i], firsts_[i])) return false;
  return true;
}

bool ReferenceCheck::Allows(const TextRun& run, std::uint64_t before) const {
  const auto is_character = [&](const Dot& dot) {
    return dot == Dot{} || AreCharacters(dot, 1, before);
  };
  if (!run.deletes()) return is_character(run.place) && is_character(run.right);
  Dot lowest = run.place;
  if (run.kind == TextRun::Kind::kDeleteBackward) lowest.counter -= run.length - 1;
  return AreCharacters(lowest, run.length, before);
}

// `before`: the counter of the unit that speaks of them.
bool ReferenceCheck::AreCharacters(const Dot& lowest, std::uint64_t length,
                                   std::uint64_t before) const {
  const std::uint64_t end = lowest.counter + length;
  if (lowest.replica != ops_.author)
    return end - 1 <= SeenOf(lowest.replica) && AreLogged(lowest, length);
  if (end > before) return false;
  const std::uint64_t logged =
      lowest.counter > known_ ? 0 : std::min(end, known_ + 1) - lowest.counter;
  return (logged == 0 || AreLogged(lowest, logged)) &&
         (logged == length || AreOwn(lowest.counter + logged, length - logged));
}

bool ReferenceCheck::AreLogged(const Dot& lowest, std::uint64_t length) const {
  const UnitId first = document_.UnitOf(lowest);
  const std::uint64_t end = lowest.counter + length;
  const TextSequence::LogRun* run = &document_.sequence_.RunOf(first);
  while (run->inserts() && run->end() < end) ++run;
  return run->inserts();
}

bool ReferenceCheck::AreOwn(std::uint64_t lowest, std::uint64_t length) const {
  auto i = static_cast<std::size_t>(std::ranges::upper_bound(firsts_, lowest) - firsts_.begin());
  for (--i; ops_.runs[i].inserts(); ++i)
    if (firsts_[i] + ops_.runs[i].length >= lowest + length) return true;
  return false;
}

std::uint64_t ReferenceCheck::SeenOf(const ReplicaId& replica) const {
  std::uint64_t seen = 0;
  const auto now = std::ranges::lower_bound(ops_.seen, replica, {}, &Dot::replica);
  if (now != ops_.seen.end() && now->replica == replica) seen = now->counter;
  const auto number = document_.numbers_.find(replica);
  const auto author = document_.numbers_.find(ops_.author);
  if (number == document_.numbers_.end() || author == document_.numbers_.end()) return seen;
  const auto known = static_cast<std::uint32_t>(known_);
  return std::max<std::uint64_t>(seen, document_.SeenBy({author->second, known}, number->second));
}

}  // namespace sacoche
