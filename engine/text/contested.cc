#include <algorithm>
#include <map>

#include "engine/text/text_document.h"
#include "engine/text/text_limits.h"
#include "engine/text/words.h"

namespace sacoche {

// Walks the text once, deleted characters too, and keeps for the passage at hand the last unit of
// each replica that changed it.
class ContestedFinder {
 public:
  explicit ContestedFinder(const TextDocument& document) : document_(document) {
    CollectDeletions();
    CollectSettlements();
  }

  std::vector<ContestedPassage> Find() {
    const SpanTree& spans = document_.sequence_.spans();
    for (auto node = spans.First(); node != SpanTree::kNone; node = spans.Next(node)) {
      const Span& span = spans.at(node);
      if (span.deleted) {
        Cross(span);
      } else {
        Read(node, spans.Next(node));
      }
    }
    EndPassage(position_);
    return std::move(found_);
  }

 private:
  // Who deleted neighbouring characters, and with which units: the target with counter t was
  // deleted by the unit `origin` + t, or `origin` - t when the author went backwards.
  struct Deleter {
    std::uint32_t replica = 0;
    bool is_backward = false;
    std::int64_t origin = 0;

    // The last of its units that deleted targets in [begin, end).
    [[nodiscard]] UnitId LastUnit(std::uint32_t begin, std::uint32_t end) const {
      const std::int64_t unit = is_backward ? origin - begin : origin + (end - 1);
      return {replica, static_cast<std::uint32_t>(unit)};
    }
  };
  struct Deletion {
    std::uint32_t end = 0;  // counter of the target after the last
    std::vector<Deleter> deleters;
  };
  // By the replica that typed the targets: the counter of the first target.
  using Deletions = std::vector<std::map<std::uint32_t, Deletion>>;

  void CollectDeletions();
  void Cut(std::map<std::uint32_t, Deletion>& deletions, std::uint32_t at);
  void AddDeletion(UnitId lowest, std::uint32_t length, const Deleter& deleter);
  void CollectSettlements();

  // Stretches with a single deleter; where two deleted alike, nobody disagrees.
  template <class Use>
  void ForEachDeleter(const Span& span, Use use) const;

  void Read(SpanTree::Node node, SpanTree::Node next);
  void Cross(const Span& span);
  void Touch(UnitId unit);
  void EndPassage(std::uint64_t end);
  [[nodiscard]] bool IsContested(UnitId a, UnitId b) const;

  [[nodiscard]] bool Knows(UnitId later, UnitId earlier) const {
    if (later.replica == earlier.replica) return later.counter >= earlier.counter;
    return document_.SeenBy(later, earlier.replica) >= earlier.counter;
  }
  [[nodiscard]] bool AreConcurrent(UnitId a, UnitId b) const {
    return !Knows(a, b) && !Knows(b, a);
  }
  [[nodiscard]] bool IsChangedUnseen(UnitId by, SpanTree::Place from) const;
  [[nodiscard]] bool SpaceFollows(SpanTree::Node next) const;

  const TextDocument& document_;
  Deletions deletions_;
  std::map<std::uint32_t, std::uint32_t> settlements_;  // replica → its last, which saw the most
  std::map<std::uint32_t, std::uint32_t> touched_;      // in this passage: replica → last unit
  std::uint64_t begin_ = 0;
  std::uint64_t position_ = 0;
  std::vector<ContestedPassage> found_;
};

void ContestedFinder::CollectDeletions() {
  const auto& replicas = document_.sequence_.replicas();
  deletions_.resize(replicas.size());
  for (std::uint32_t replica = 0; replica < replicas.size(); ++replica)
    for (const auto& run : replicas[replica].log)
      if (run.deletes()) {
        const bool is_backward = run.kind == TextRun::Kind::kDeleteBackward;
        const std::int64_t place = run.place.counter;
        AddDeletion(run.lowest_target(), run.length,
                    {replica, is_backward, is_backward ? run.first + place : run.first - place});
      }
}

// Parts the stretch that holds the character `at` before it, if there is one.
void ContestedFinder::Cut(std::map<std::uint32_t, Deletion>& deletions, std::uint32_t at) {
  auto after = deletions.upper_bound(at);
  if (after == deletions.begin()) return;
  const auto holder = std::prev(after);
  if (holder->first == at || holder->second.end <= at) return;
  Deletion tail = holder->second;
  holder->second.end = at;
  deletions.emplace_hint(after, at, std::move(tail));
}

void ContestedFinder::AddDeletion(UnitId lowest, std::uint32_t length, const Deleter& deleter) {
  auto& deletions = deletions_[lowest.replica];
  const std::uint32_t end = lowest.counter + length;
  Cut(deletions, lowest.counter);
  Cut(deletions, end);
  auto it = deletions.lower_bound(lowest.counter);
  for (std::uint32_t at = lowest.counter; at < end;) {
    if (it == deletions.end() || it->first > at) {
      const std::uint32_t gap_end = it == deletions.end() ? end : std::min(end, it->first);
      it = deletions.emplace_hint(it, at, Deletion{gap_end, {}});
    }
    it->second.deleters.push_back(deleter);
    at = it->second.end;
    ++it;
  }
}

void ContestedFinder::CollectSettlements() {
  const auto& replicas = document_.sequence_.replicas();
  for (std::uint32_t replica = 0; replica < replicas.size(); ++replica)
    for (const auto& run : replicas[replica].log)
      if (run.kind == TextRun::Kind::kSettle) settlements_[replica] = run.end() - 1;
}

template <class Use>
void ContestedFinder::ForEachDeleter(const Span& span, Use use) const {
  const auto& deletions = deletions_[span.first.replica];
  auto it = deletions.upper_bound(span.first.counter);
  if (it != deletions.begin()) --it;
  const std::uint32_t span_end = span.first.counter + span.length;
  for (; it != deletions.end() && it->first < span_end; ++it) {
    const std::uint32_t begin = std::max(it->first, span.first.counter);
    const std::uint32_t end = std::min(it->second.end, span_end);
    if (begin < end && it->second.deleters.size() == 1)
      use(it->second.deleters.front().LastUnit(begin, end));
  }
}

void ContestedFinder::Read(SpanTree::Node node, SpanTree::Node next) {
  const Span& span = document_.sequence_.spans().at(node);
  const std::u32string_view text = document_.sequence_.TextOf(span.first, span.length);
  for (std::uint32_t i = 0; i < span.length; ++i, ++position_) {
    const UnitId unit = span.first.Plus(i);
    const bool is_last = i + 1 == span.length;
    const bool is_line_end = KindOf(text[i]) == Word::Kind::kLineBreak;
    if (!is_line_end && !EndsSentence(text[i])) continue;
    if (!is_line_end && !(is_last ? SpaceFollows(next) : IsSpace(text[i + 1]))) continue;
    if (IsChangedUnseen(unit, is_last ? SpanTree::Place{next, 0} : SpanTree::Place{node, i + 1}))
      continue;
    Touch(unit);
    EndPassage(position_ + 1);
  }
  if (begin_ < position_) Touch(span.last());
}

void ContestedFinder::Cross(const Span& span) {
  Touch(span.last());
  ForEachDeleter(span, [&](UnitId deleter) { Touch(deleter); });
}

void ContestedFinder::Touch(UnitId unit) {
  std::uint32_t& last = touched_[unit.replica];
  last = std::max(last, unit.counter);
}

// Whether anything from there to the next word was typed or deleted by somebody who had not seen
// that unit. Character by character: where spans are cut differs between devices.
bool ContestedFinder::IsChangedUnseen(UnitId by, SpanTree::Place from) const {
  const SpanTree& spans = document_.sequence_.spans();
  auto [node, offset] = from;
  for (std::size_t n = 0; n < kContestedLookAheadMax && node != SpanTree::kNone; ++n) {
    const Span& span = spans.at(node);
    const Span character{span.first.Plus(offset), 1, span.deleted};
    bool is_changed = AreConcurrent(by, character.first);
    if (span.deleted)
      ForEachDeleter(character, [&](UnitId unit) { is_changed |= AreConcurrent(by, unit); });
    if (is_changed) return true;
    if (!span.deleted && !IsSpace(document_.sequence_.TextOf(character.first, 1).front()))
      return false;
    if (++offset < span.length) continue;
    node = spans.Next(node);
    offset = 0;
  }
  return false;
}

// Whether the next visible character is a space, or none comes.
bool ContestedFinder::SpaceFollows(SpanTree::Node next) const {
  const SpanTree& spans = document_.sequence_.spans();
  while (next != SpanTree::kNone && spans.at(next).deleted) next = spans.Next(next);
  return next == SpanTree::kNone ||
         IsSpace(document_.sequence_.TextOf(spans.at(next).first, 1).front());
}

void ContestedFinder::EndPassage(std::uint64_t end) {
  std::vector<UnitId> contested;
  for (const auto& [a_replica, a_counter] : touched_) {
    const UnitId a{a_replica, a_counter};
    const bool is_contested = std::ranges::any_of(touched_, [&](const auto& other) {
      return IsContested(a, {other.first, other.second});
    });
    if (is_contested) contested.push_back(a);
  }
  if (!contested.empty()) {
    ContestedPassage passage{begin_, end, {}};
    for (const UnitId unit : contested) passage.changes.push_back(document_.DotOf(unit));
    std::ranges::sort(passage.changes);
    found_.push_back(std::move(passage));
  }
  touched_.clear();
  begin_ = end;
}

// Concurrent, and nobody who has seen both changed this passage or settled.
bool ContestedFinder::IsContested(UnitId a, UnitId b) const {
  if (!AreConcurrent(a, b)) return false;
  const auto knows_both = [&](const auto& entry) {
    const UnitId unit{entry.first, entry.second};
    return Knows(unit, a) && Knows(unit, b);
  };
  return std::ranges::none_of(settlements_, knows_both) &&
         std::ranges::none_of(touched_, knows_both);
}

std::vector<ContestedPassage> TextDocument::Contested() const {
  return ContestedFinder(*this).Find();
}

}  // namespace sacoche
