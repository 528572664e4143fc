#include "engine/membership/phrase_words.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "engine/sign/hash.h"

namespace sacoche {
namespace {

TEST(PhraseWords, AreForEver) {
  StreamHash hash("sacoche.test");
  for (const std::string_view word : PhraseWords()) hash.Add(ViewOf(std::string(word) + "\n"));
  EXPECT_EQ(ToHex(hash.Finish()),
            "1ee819ad7bef87d56d1f285a591948a7989df345818b89f9b004e61dd1c1473f");
}

TEST(PhraseWords, AreSortedAndHaveFourToEightPlainLetters) {
  for (const std::string_view word : PhraseWords()) {
    EXPECT_TRUE(word.size() >= 4 && word.size() <= 8) << word;
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string_view::npos) << word;
  }
  EXPECT_TRUE(std::ranges::is_sorted(PhraseWords()));
}

// With it, no word is another's plural.
TEST(PhraseWords, DifferInTheirFirstFourLetters) {
  std::set<std::string_view> beginnings;
  for (const std::string_view word : PhraseWords())
    EXPECT_TRUE(beginnings.insert(word.substr(0, 4)).second) << word;
}

// Two words that one letter makes equal have one of these forms in common: the word itself, the
// word without a letter, the word with a letter masked.
std::set<std::string> FormsWithinOneLetter(std::string_view word) {
  std::set<std::string> forms = {std::string(word)};
  for (std::size_t at = 0; at < word.size(); ++at) {
    std::string form(word);
    form[at] = '?';
    forms.insert(form);
    forms.insert(form.erase(at, 1));
  }
  return forms;
}

TEST(PhraseWords, NoneBecomesAnotherByOneLetter) {
  std::map<std::string, std::string_view> seen;
  for (const std::string_view word : PhraseWords()) {
    for (const std::string& form : FormsWithinOneLetter(word)) {
      const auto [other, is_new] = seen.emplace(form, word);
      // Two words that lack different letters to one form differ by more than a letter.
      const bool is_far = other->second.size() == word.size() && form.size() < word.size();
      EXPECT_TRUE(is_new || is_far) << word << ", " << other->second;
    }
  }
}

}  // namespace
}  // namespace sacoche
