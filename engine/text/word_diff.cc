#include "engine/text/word_diff.h"

#include <algorithm>
#include <unordered_map>

#include "engine/text/text_limits.h"
#include "engine/text/words.h"

namespace sacoche {
namespace {

// Words as numbers: equal words have equal numbers.
using Numbers = std::vector<std::uint32_t>;
using Index = std::int64_t;

constexpr Index kUnreachable = -1;

// A stretch of both texts, in words.
struct Box {
  Index a_begin = 0;
  Index a_end = 0;
  Index b_begin = 0;
  Index b_end = 0;

  [[nodiscard]] Index a_size() const { return a_end - a_begin; }
  [[nodiscard]] Index b_size() const { return b_end - b_begin; }
};

// How far in `a` each diagonal k = a - b is reached with so many differences.
class Frontier {
 public:
  explicit Frontier(Index differences)
      : span_(differences), reached_(static_cast<std::size_t>(2 * differences + 1), kUnreachable) {}

  void Set(Index k, Index x) { reached_[static_cast<std::size_t>(k + span_)] = x; }
  [[nodiscard]] Index at(Index k) const {
    return k < -span_ || k > span_ ? kUnreachable : reached_[static_cast<std::size_t>(k + span_)];
  }

 private:
  Index span_;
  std::vector<Index> reached_;
};

// The step onto a diagonal: a word of `a` goes, or one of `b` comes.
struct Step {
  enum class Kind { kNone, kDelete, kInsert } kind = Kind::kNone;
  Index x = kUnreachable;
};

Step StepOnto(const Frontier& before, Index k, const Box& box) {
  const Index left = before.at(k - 1);
  const Index above = before.at(k + 1);
  const bool can_delete = left != kUnreachable && left < box.a_size();
  const bool can_insert = above != kUnreachable && above - k <= box.b_size();
  if (can_insert && (!can_delete || above > left)) return {Step::Kind::kInsert, above};
  if (can_delete) return {Step::Kind::kDelete, left + 1};
  return {};
}

// Finds what both texts keep, as marks on either side: the n-th kept word of one is the n-th kept
// word of the other.
class Matcher {
 public:
  Matcher(const Numbers& a, const Numbers& b)
      : a_(a), b_(b), a_kept_(a.size()), b_kept_(b.size()) {}

  void Match(Box box, std::size_t depth) {
    TrimEnds(box);
    if (box.a_size() == 0 || box.b_size() == 0 || MatchGreedily(box)) return;
    if (depth < kDiffDepthMax) MatchAtRareWords(box, depth);
  }

  [[nodiscard]] bool a_kept(std::size_t i) const { return i < a_kept_.size() && a_kept_[i]; }
  [[nodiscard]] bool b_kept(std::size_t i) const { return i < b_kept_.size() && b_kept_[i]; }

 private:
  [[nodiscard]] bool AreEqual(Index a, Index b) const {
    return a_[static_cast<std::size_t>(a)] == b_[static_cast<std::size_t>(b)];
  }
  void Keep(Index a, Index b) {
    a_kept_[static_cast<std::size_t>(a)] = true;
    b_kept_[static_cast<std::size_t>(b)] = true;
  }

  void TrimEnds(Box& box) {
    while (box.a_size() > 0 && box.b_size() > 0 && AreEqual(box.a_begin, box.b_begin))
      Keep(box.a_begin++, box.b_begin++);
    while (box.a_size() > 0 && box.b_size() > 0 && AreEqual(box.a_end - 1, box.b_end - 1))
      Keep(--box.a_end, --box.b_end);
  }

  // Where equal words lead to from (x, x - k).
  [[nodiscard]] Index Slide(Index x, Index k, const Box& box) const {
    while (x < box.a_size() && x - k < box.b_size() &&
           AreEqual(box.a_begin + x, box.b_begin + x - k))
      ++x;
    return x;
  }

  bool MatchGreedily(const Box& box);
  void KeepPath(const std::vector<Frontier>& frontiers, const Box& box);
  void MatchAtRareWords(const Box& box, std::size_t depth);
  [[nodiscard]] std::vector<std::pair<Index, Index>> RareWords(const Box& box) const;

  const Numbers& a_;
  const Numbers& b_;
  std::vector<bool> a_kept_;
  std::vector<bool> b_kept_;
};

// Whether the stretches differ by no more than the limit; then what they share is marked.
bool Matcher::MatchGreedily(const Box& box) {
  constexpr auto kDistanceMax = static_cast<Index>(kDiffDistanceMax);
  const Index goal = box.a_size() - box.b_size();
  if (std::abs(goal) > kDistanceMax) return false;
  std::vector<Frontier> frontiers;
  for (Index d = 0; d <= kDistanceMax; ++d) {
    Frontier frontier(d);
    for (Index k = -d; k <= d; k += 2) {
      const Index x = d == 0 ? 0 : StepOnto(frontiers.back(), k, box).x;
      if (x != kUnreachable) frontier.Set(k, Slide(x, k, box));
    }
    frontiers.push_back(std::move(frontier));
    if (frontiers.back().at(goal) == box.a_size()) {
      KeepPath(frontiers, box);
      return true;
    }
  }
  return false;
}

// Back from the end, marking the equal words on the way.
void Matcher::KeepPath(const std::vector<Frontier>& frontiers, const Box& box) {
  Index k = box.a_size() - box.b_size();
  for (std::size_t d = frontiers.size(); d-- > 0;) {
    const Step step = d == 0 ? Step{Step::Kind::kNone, 0} : StepOnto(frontiers[d - 1], k, box);
    for (Index x = frontiers[d].at(k); x > step.x; --x)
      Keep(box.a_begin + x - 1, box.b_begin + x - 1 - k);
    k += step.kind == Step::Kind::kInsert ? 1 : -1;
  }
}

// The words that either side has exactly once, by their place in `a`.
std::vector<std::pair<Index, Index>> Matcher::RareWords(const Box& box) const {
  struct Seen {
    int in_a = 0;
    int in_b = 0;
    Index b = 0;
  };
  std::unordered_map<std::uint32_t, Seen> seen;
  for (Index i = box.a_begin; i < box.a_end; ++i) ++seen[a_[static_cast<std::size_t>(i)]].in_a;
  for (Index i = box.b_begin; i < box.b_end; ++i) {
    Seen& word = seen[b_[static_cast<std::size_t>(i)]];
    ++word.in_b;
    word.b = i;
  }
  std::vector<std::pair<Index, Index>> rare;
  for (Index i = box.a_begin; i < box.a_end; ++i) {
    const Seen& word = seen[a_[static_cast<std::size_t>(i)]];
    if (word.in_a == 1 && word.in_b == 1) rare.emplace_back(i, word.b);
  }
  return rare;
}

// The longest subsequence that grows in the second number too.
std::vector<std::pair<Index, Index>> LongestInOrder(
    const std::vector<std::pair<Index, Index>>& pairs) {
  std::vector<std::size_t> tails;  // of the best subsequence of each length
  std::vector<std::size_t> previous(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::ranges::lower_bound(tails, pairs[i].second, {},
                                             [&](std::size_t tail) { return pairs[tail].second; });
    previous[i] = at == tails.begin() ? i : *std::prev(at);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<std::pair<Index, Index>> longest(tails.size());
  for (std::size_t n = tails.size(), i = n == 0 ? 0 : tails.back(); n-- > 0; i = previous[i])
    longest[n] = pairs[i];
  return longest;
}

void Matcher::MatchAtRareWords(const Box& box, std::size_t depth) {
  Box between = box;
  bool was_cut = false;
  for (const auto& [a, b] : LongestInOrder(RareWords(box))) {
    if (a < between.a_begin || b < between.b_begin) continue;
    Keep(a, b);
    between.a_end = a;
    between.b_end = b;
    Match(between, depth + 1);
    between.a_begin = a + 1;
    between.b_begin = b + 1;
    was_cut = true;
  }
  if (!was_cut) return;
  between.a_end = box.a_end;
  between.b_end = box.b_end;
  Match(between, depth + 1);
}

Numbers NumbersOf(const std::vector<Word>& words,
                  std::unordered_map<std::u32string_view, std::uint32_t>& numbers) {
  Numbers all;
  all.reserve(words.size());
  for (const Word& word : words) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    all.push_back(numbers.try_emplace(word.text, next).first->second);
  }
  return all;
}

// Two hunks with nothing but one stretch of spaces between them become one.
void AddHunk(std::vector<WordHunk>& hunks, const WordHunk& hunk, bool joins) {
  if (!joins) {
    hunks.push_back(hunk);
    return;
  }
  WordHunk& last = hunks.back();
  last.removed = hunk.position + hunk.removed - last.position;
  last.inserted = hunk.inserted_at + hunk.inserted - last.inserted_at;
}

}  // namespace

std::vector<WordHunk> DiffWords(std::u32string_view before, std::u32string_view after) {
  const std::vector<Word> a = WordsOf(before);
  const std::vector<Word> b = WordsOf(after);
  std::unordered_map<std::u32string_view, std::uint32_t> numbers;
  const Numbers a_numbers = NumbersOf(a, numbers);
  const Numbers b_numbers = NumbersOf(b, numbers);
  Matcher matcher(a_numbers, b_numbers);
  matcher.Match({0, std::ssize(a), 0, std::ssize(b)}, 0);

  std::vector<WordHunk> hunks;
  WordHunk hunk;  // its position and inserted_at are where the walk has come to
  std::size_t kept = 0;
  bool kept_spaces = false;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (matcher.a_kept(i) && matcher.b_kept(j)) {
      ++kept;
      kept_spaces = a[i].kind == Word::Kind::kSpaces;
      hunk.position += a[i++].text.size();
      hunk.inserted_at += b[j++].text.size();
      continue;
    }
    for (; i < a.size() && !matcher.a_kept(i); ++i) hunk.removed += a[i].text.size();
    for (; j < b.size() && !matcher.b_kept(j); ++j) hunk.inserted += b[j].text.size();
    AddHunk(hunks, hunk, !hunks.empty() && kept == 1 && kept_spaces);
    hunk = {hunk.position + hunk.removed, 0, hunk.inserted_at + hunk.inserted, 0};
    kept = 0;
  }
  return hunks;
}

}  // namespace sacoche
