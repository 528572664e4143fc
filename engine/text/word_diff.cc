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

  void Keep(Index a, Index b) {
    a_kept_[static_cast<std::size_t>(a)] = true;
    b_kept_[static_cast<std::size_t>(b)] = true;
  }

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

// One of the two texts.
struct Side {
  std::vector<Word> words;
  Numbers numbers;
  std::vector<Index> proper;  // where the words of letters and digits are

  // How well a change begins before that word: on a line of its own, as a sentence, as a word.
  [[nodiscard]] int BeginningAt(std::size_t at) const {
    if (at == 0 || words[at - 1].kind == Word::Kind::kLineBreak) return 3;
    const bool after_spaces = words[at - 1].kind == Word::Kind::kSpaces;
    const std::size_t before = after_spaces ? at - 1 : at;
    if (before > 0 && EndsSentence(words[before - 1].text.back())) return 2;
    return after_spaces ? 1 : 0;
  }
};

// A difference, in words.
struct Difference {
  std::size_t a_begin = 0;
  std::size_t a_end = 0;
  std::size_t b_begin = 0;
  std::size_t b_end = 0;
};

Side SideOf(std::u32string_view text,
            std::unordered_map<std::u32string_view, std::uint32_t>& numbers) {
  Side side{WordsOf(text), {}, {}};
  side.numbers.reserve(side.words.size());
  for (const Word& word : side.words) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    if (word.kind == Word::Kind::kWord) side.proper.push_back(std::ssize(side.numbers));
    side.numbers.push_back(numbers.try_emplace(word.text, next).first->second);
  }
  return side;
}

Numbers ProperNumbersOf(const Side& side) {
  Numbers numbers;
  numbers.reserve(side.proper.size());
  for (const Index at : side.proper) numbers.push_back(side.numbers[static_cast<std::size_t>(at)]);
  return numbers;
}

// Words first: what stands between them is much alike everywhere, and a word that stays must not be
// given up to keep two spaces.
void MatchWords(const Side& a, const Side& b, Matcher& matcher) {
  const Numbers a_proper = ProperNumbersOf(a);
  const Numbers b_proper = ProperNumbersOf(b);
  Matcher words(a_proper, b_proper);
  words.Match({0, std::ssize(a_proper), 0, std::ssize(b_proper)}, 0);
  Box between;
  const auto match_up_to = [&](Index a_end, Index b_end) {
    between.a_end = a_end;
    between.b_end = b_end;
    matcher.Match(between, 0);
  };
  for (std::size_t i = 0, j = 0; i < a_proper.size(); ++i) {
    if (!words.a_kept(i)) continue;
    while (!words.b_kept(j)) ++j;
    const Index in_a = a.proper[i];
    const Index in_b = b.proper[j++];
    match_up_to(in_a, in_b);
    matcher.Keep(in_a, in_b);
    between.a_begin = in_a + 1;
    between.b_begin = in_b + 1;
  }
  match_up_to(std::ssize(a.words), std::ssize(b.words));
}

std::vector<Difference> DifferencesOf(const Matcher& matcher, std::size_t a_size,
                                      std::size_t b_size) {
  std::vector<Difference> differences;
  for (std::size_t i = 0, j = 0; i < a_size || j < b_size;) {
    if (matcher.a_kept(i) && matcher.b_kept(j)) {
      ++i;
      ++j;
      continue;
    }
    Difference difference{i, i, j, j};
    while (i < a_size && !matcher.a_kept(i)) difference.a_end = ++i;
    while (j < b_size && !matcher.b_kept(j)) difference.b_end = ++j;
    differences.push_back(difference);
  }
  return differences;
}

// What is only deleted or only inserted may often be told in several ways: "[a sentence. Then] " or
// "a [sentence. Then ]". Gives how many words further it best begins, where it may move between
// `floor` and `ceiling`.
std::ptrdiff_t BestShift(const Side& side, std::size_t begin, std::size_t end, std::size_t floor,
                         std::size_t ceiling) {
  std::size_t at = begin;
  std::size_t last = end;
  while (at > floor && side.numbers[at - 1] == side.numbers[last - 1]) --at, --last;
  std::size_t best = at;
  for (; last < ceiling && side.numbers[at] == side.numbers[last]; ++last)
    if (side.BeginningAt(++at) >= side.BeginningAt(best)) best = at;
  return static_cast<std::ptrdiff_t>(best) - static_cast<std::ptrdiff_t>(begin);
}

void Shift(std::vector<Difference>& differences, const Side& a, const Side& b) {
  for (std::size_t n = 0; n < differences.size(); ++n) {
    Difference& here = differences[n];
    const bool deletes = here.a_begin < here.a_end;
    if (deletes && here.b_begin < here.b_end) continue;
    const Difference before = n == 0 ? Difference{} : differences[n - 1];
    const Difference after = n + 1 < differences.size()
                                 ? differences[n + 1]
                                 : Difference{a.words.size(), 0, b.words.size(), 0};
    const std::ptrdiff_t shift =
        deletes ? BestShift(a, here.a_begin, here.a_end, before.a_end, after.a_begin)
                : BestShift(b, here.b_begin, here.b_end, before.b_end, after.b_begin);
    for (std::size_t* bound : {&here.a_begin, &here.a_end, &here.b_begin, &here.b_end})
      *bound += static_cast<std::size_t>(shift);
  }
}

// Two with nothing, or nothing but one stretch of spaces, between them become one.
std::vector<Difference> Joined(const std::vector<Difference>& differences, const Side& a) {
  std::vector<Difference> joined;
  const auto joins = [&](std::size_t end, std::size_t begin) {
    return begin == end || (begin - end == 1 && a.words[end].kind == Word::Kind::kSpaces);
  };
  for (const Difference& difference : differences) {
    if (!joined.empty() && joins(joined.back().a_end, difference.a_begin)) {
      joined.back().a_end = difference.a_end;
      joined.back().b_end = difference.b_end;
    } else {
      joined.push_back(difference);
    }
  }
  return joined;
}

// Where each word begins, and where the last ends.
std::vector<std::uint64_t> PositionsOf(const std::vector<Word>& words) {
  std::vector<std::uint64_t> positions{0};
  for (const Word& word : words) positions.push_back(positions.back() + word.text.size());
  return positions;
}

}  // namespace

std::vector<WordHunk> DiffWords(std::u32string_view before, std::u32string_view after) {
  std::unordered_map<std::u32string_view, std::uint32_t> numbers;
  const Side a = SideOf(before, numbers);
  const Side b = SideOf(after, numbers);
  Matcher matcher(a.numbers, b.numbers);
  MatchWords(a, b, matcher);
  std::vector<Difference> differences = DifferencesOf(matcher, a.words.size(), b.words.size());
  Shift(differences, a, b);
  const std::vector<std::uint64_t> in_a = PositionsOf(a.words);
  const std::vector<std::uint64_t> in_b = PositionsOf(b.words);
  std::vector<WordHunk> hunks;
  for (const Difference& d : Joined(differences, a))
    hunks.push_back({in_a[d.a_begin], in_a[d.a_end] - in_a[d.a_begin], in_b[d.b_begin],
                     in_b[d.b_end] - in_b[d.b_begin]});
  return hunks;
}

}  // namespace sacoche
