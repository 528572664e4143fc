#include "engine/membership/phrase.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/membership/phrase_words.h"

namespace sacoche {
namespace {

constexpr std::size_t kBitsOfAWord = 11;
static_assert(std::size_t{1} << kBitsOfAWord == kPhraseWordCount);
static_assert(kBitsOfAWord * kPhraseLength <= 8 * sizeof(Hash256));

constexpr std::size_t kLettersEnough = 4;  // no two words of the list begin with the same four
constexpr std::size_t kWordShownBytesMax = 24;

std::size_t WordNumber(const Hash256& hash, std::size_t nth) {
  std::size_t number = 0;
  for (std::size_t bit = nth * kBitsOfAWord; bit < (nth + 1) * kBitsOfAWord; ++bit)
    number = number << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1U);
  return number;
}

void AppendWord(std::string& phrase, std::string_view word) {
  if (!phrase.empty()) phrase.push_back(' ');
  phrase += word;
}

struct Folded {
  std::string_view letters;  // of the list's alphabet; " ": what stands between two words
  std::size_t bytes;         // that the character takes
};

Folded FoldAscii(char c) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const std::size_t at = kAlphabet.find(small);
  return {at == std::string_view::npos ? " " : kAlphabet.substr(at, 1), 1};
}

// The character with which the UTF-8 text begins, without its accent.
Folded FoldFirst(std::string_view text) {
  // U+00C0 to U+00DF; the small letters that follow are in the same order.
  constexpr std::string_view kLatin1 = "aaaaaaaceeeeiiii nooooo ouuuuy y";
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return FoldAscii(text[0]);
  const auto second = static_cast<unsigned char>(text.size() > 1 ? text[1] : 0);
  if ((second & 0xc0U) != 0x80) return {" ", 1};
  if (first == 0xc3) return {kLatin1.substr(second & 0x1fU, 1), 2};
  if (first == 0xc5 && (second | 1U) == 0x93) return {"oe", 2};
  // Accents by themselves, U+0300 to U+036F, as some keyboards write them behind the letter.
  if (first == 0xcc || (first == 0xcd && second < 0xb0)) return {"", 2};
  return {" ", 1};
}

std::vector<std::string> WordsOf(std::string_view typed) {
  std::vector<std::string> words;
  bool is_within = false;
  while (!typed.empty()) {
    const Folded folded = FoldFirst(typed);
    typed.remove_prefix(folded.bytes);
    if (folded.letters == " ") {
      is_within = false;
    } else if (!folded.letters.empty()) {
      if (!std::exchange(is_within, true)) words.emplace_back();
      words.back() += folded.letters;
    }
  }
  return words;
}

// Levenshtein's.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view Nearest(std::string_view word) {
  return *std::ranges::min_element(PhraseWords(), {},
                                   [&](std::string_view listed) { return Distance(word, listed); });
}

Result<std::string_view> FindWord(std::string_view word) {
  const auto words = PhraseWords();
  const auto found = std::ranges::lower_bound(words, word);
  if (found != words.end() && word.size() >= kLettersEnough && found->starts_with(word))
    return *found;
  const std::string_view shown = word.substr(0, kWordShownBytesMax);
  return Fail(ErrorCode::kInvalidInput,
              "\"" + std::string(shown) + "\" is not a word of these phrases",
              "The nearest is \"" + std::string(Nearest(shown)) +
                  "\": have that word spelled, and type the six words again.");
}

}  // namespace

std::string ComparisonPhrase(const ComparedKeys& keys) {
  const Hash256 hash =
      HashFor("sacoche.phrase", {keys.organisation, keys.signing_key, keys.box_key});
  std::string phrase;
  for (std::size_t nth = 0; nth < kPhraseLength; ++nth)
    AppendWord(phrase, PhraseWords()[WordNumber(hash, nth)]);
  return phrase;
}

Result<std::string> ParsePhrase(std::string_view typed) {
  if (typed.size() > kPhraseTypedBytesMax)
    return Fail(ErrorCode::kInvalidInput, "what was typed is too long for a comparison phrase",
                "Type the six words that the laptop shows, and nothing else.");
  const std::vector<std::string> words = WordsOf(typed);
  std::string phrase;
  for (const std::string& word : words) {
    SACOCHE_ASSIGN(const std::string_view listed, FindWord(word));
    AppendWord(phrase, listed);
  }
  if (words.size() != kPhraseLength)
    return Fail(ErrorCode::kInvalidInput,
                "a comparison phrase has six words; " + std::to_string(words.size()) +
                    (words.size() == 1 ? " was typed" : " were typed"),
                "Type all six in one pair of quotes, as the laptop shows them.");
  return phrase;
}

}  // namespace sacoche
