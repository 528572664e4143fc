#pragma once

#include <string_view>
#include <vector>

namespace sacoche {

// What a text is compared by.
struct Word {
  enum class Kind { kWord, kSpaces, kLineBreak, kMark };
  Kind kind = Kind::kWord;
  std::u32string_view text;
};

// The text in pieces, none lost. Letters of every script, digits, combining marks and joiners make
// words; spaces stay together; each line break and each punctuation mark stands alone.
[[nodiscard]] std::vector<Word> WordsOf(std::u32string_view text);

[[nodiscard]] Word::Kind KindOf(char32_t c);
[[nodiscard]] inline bool IsSpace(char32_t c) {
  return KindOf(c) == Word::Kind::kSpaces || KindOf(c) == Word::Kind::kLineBreak;
}

// . ! ? …: ends a sentence, if a space or nothing follows.
[[nodiscard]] constexpr bool EndsSentence(char32_t c) {
  return c == U'.' || c == U'!' || c == U'?' || c == U'\u2026';
}

}  // namespace sacoche
