#include "engine/text/words.h"

#include <algorithm>
#include <cstddef>

namespace sacoche {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

bool IsIn(const auto& ranges, char32_t c) {
  return std::ranges::any_of(
      ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// Unicode's White_Space, but for the line breaks.
constexpr Range kSpaces[] = {{0x09, 0x09},     {0x20, 0x20},     {0xa0, 0xa0},
                             {0x1680, 0x1680}, {0x2000, 0x200a}, {0x202f, 0x202f},
                             {0x205f, 0x205f}, {0x3000, 0x3000}};
constexpr Range kLineBreaks[] = {{0x0a, 0x0d}, {0x85, 0x85}, {0x2028, 0x2029}};
// ASCII and Latin-1 punctuation and symbols, General and CJK Punctuation; not U+200B to U+200D and
// U+2060, which join or part the letters of one word.
constexpr Range kMarks[] = {{0x21, 0x2f},     {0x3a, 0x40},     {0x5b, 0x60},     {0x7b, 0x7e},
                            {0xa1, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},
                            {0xbb, 0xbb},     {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},
                            {0x2010, 0x2027}, {0x2030, 0x205e}, {0x20a0, 0x20c0}, {0x3001, 0x3003},
                            {0x3008, 0x3011}};

}  // namespace

Word::Kind KindOf(char32_t c) {
  if (IsIn(kSpaces, c)) return Word::Kind::kSpaces;
  if (IsIn(kLineBreaks, c)) return Word::Kind::kLineBreak;
  if (IsIn(kMarks, c)) return Word::Kind::kMark;
  return Word::Kind::kWord;
}

std::vector<Word> WordsOf(std::u32string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const Word::Kind kind = KindOf(text[at]);
    std::size_t end = at + 1;
    if (kind == Word::Kind::kWord || kind == Word::Kind::kSpaces)
      while (end < text.size() && KindOf(text[end]) == kind) ++end;
    words.push_back({kind, text.substr(at, end - at)});
    at = end;
  }
  return words;
}

}  // namespace sacoche
