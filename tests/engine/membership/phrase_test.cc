#include "engine/membership/phrase.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <sstream>

#include "engine/membership/phrase_words.h"
#include "tests/support/keys.h"
#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

using testing::HasSubstr;

ComparedKeys SampleKeys() {
  return {KeyNumber(1).public_key(), KeyNumber(2).public_key(), CountingFrom<BoxPublicKey>(1)};
}

ComparedKeys AnyKeys() {
  ComparedKeys keys;
  for (auto* key : {&keys.organisation, &keys.signing_key, &keys.box_key})
    for (std::uint8_t& byte : *key) byte = *rc::gen::arbitrary<std::uint8_t>();
  return keys;
}

std::vector<std::string> Split(const std::string& phrase) {
  std::vector<std::string> words;
  std::istringstream text(phrase);
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

// The first and the last were computed by another program from the grammar in phrase.h; none is
// ever changed.
TEST(ComparisonPhrase, IsForEver) {
  EXPECT_EQ(ComparisonPhrase({}), "reine soir foulard banjo steppe durcir");
  EXPECT_EQ(ComparisonPhrase(SampleKeys()), "carpe oranger vapeur curseur vocation ajouter");
  EXPECT_EQ(
      ComparisonPhrase({CountingFrom<SigningPublicKey>(0x10), CountingFrom<SigningPublicKey>(0x40),
                        CountingFrom<BoxPublicKey>(0x80)}),
      "mesure argument boire baraque hibou exposer");
}

TEST(ComparisonPhrase, IsTheFirst66BitsOfTheHash) {
  const ComparedKeys keys = SampleKeys();
  const Hash256 hash =
      HashFor("sacoche.phrase", {keys.organisation, keys.signing_key, keys.box_key});
  std::string bits;
  for (const std::string& word : Split(ComparisonPhrase(keys))) {
    const auto at = std::ranges::lower_bound(PhraseWords(), word) - PhraseWords().begin();
    for (int bit = 10; bit >= 0; --bit) bits.push_back((at >> bit & 1) != 0 ? '1' : '0');
  }
  ASSERT_EQ(bits.size(), 66U);
  for (std::size_t bit = 0; bit < bits.size(); ++bit)
    EXPECT_EQ(bits[bit] == '1', (hash[bit / 8] >> (7 - bit % 8) & 1) != 0) << bit;
}

TEST(ComparisonPhrase, IsAnotherForEveryOtherKey) {
  const std::string phrase = ComparisonPhrase(SampleKeys());
  for (const auto key :
       {&ComparedKeys::organisation, &ComparedKeys::signing_key, &ComparedKeys::box_key}) {
    ComparedKeys other = SampleKeys();
    (other.*key)[31] ^= 1;
    EXPECT_NE(ComparisonPhrase(other), phrase);
  }
}

// Whose key is whose counts.
TEST(ComparisonPhrase, IsAnotherWhenTwoKeysChangePlaces) {
  ComparedKeys other = SampleKeys();
  std::swap(other.organisation, other.signing_key);
  EXPECT_NE(ComparisonPhrase(other), ComparisonPhrase(SampleKeys()));
}

RC_GTEST_PROP(ParsePhrase, ReadsWhatIsShown, ()) {
  const std::string phrase = ComparisonPhrase(AnyKeys());
  const auto parsed = ParsePhrase(phrase);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == phrase);
}

std::string TypedSomehow(const std::string& word) {
  std::string typed = word.substr(0, *rc::gen::inRange<std::size_t>(4, word.size() + 1));
  if (*rc::gen::arbitrary<bool>()) typed[0] = static_cast<char>(typed[0] - 32);
  const std::size_t e = typed.find('e');
  if (e != std::string::npos)
    typed.replace(e, 1, *rc::gen::element<std::string>("e", "E", "é", "È", "ê", "ë", "e\u0301"));
  return typed;
}

RC_GTEST_PROP(ParsePhrase, ReadsWhatWasTypedAnotherWay, ()) {
  const std::string phrase = ComparisonPhrase(AnyKeys());
  std::string typed = *rc::gen::element<std::string>("", " ", "« ");
  for (const std::string& word : Split(phrase))
    typed +=
        TypedSomehow(word) + *rc::gen::element<std::string>(" ", "  ", ", ", "-", "\u00a0", " – ");
  const auto parsed = ParsePhrase(typed);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == phrase);
}

RC_GTEST_PROP(ParsePhrase, AnyBytesAreAPhraseOrAnError, (const std::string& bytes)) {
  const auto parsed = ParsePhrase(bytes);
  if (parsed) RC_ASSERT(Split(*parsed).size() == kPhraseLength);
}

TEST(ParsePhrase, LeavesOutAccentsAndLigatures) {
  EXPECT_EQ(ParsePhrase("PÄPÌLLÕN Mœlleux MŒLLEUX çîgogne tùlipé, ÿaourt").value_or("-"),
            "papillon moelleux moelleux cigogne tulipe yaourt");
}

TEST(ParsePhrase, NamesAWordThatIsNotInTheListAndTheNearest) {
  const auto parsed = ParsePhrase("tulipe papiyon moulin neige orage cigogne");
  ASSERT_THAT(parsed, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(parsed.error().message, HasSubstr("\"papiyon\""));
  EXPECT_THAT(parsed.error().advice, HasSubstr("\"papillon\""));
}

TEST(ParsePhrase, AWordThatBeginsLikeOneOfTheListAndGoesOnOtherwiseIsAnother) {
  const auto parsed = ParsePhrase("tulipier papillon moulin neige orage cigogne");
  ASSERT_THAT(parsed, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(parsed.error().advice, HasSubstr("\"tulipe\""));
}

TEST(ParsePhrase, ThreeLettersAreTooFew) {
  EXPECT_THAT(ParsePhrase("tul papillon moulin neige orage cigogne"),
              FailsWith(ErrorCode::kInvalidInput));
}

TEST(ParsePhrase, SaysHowManyWordsAreMissingOrTooMany) {
  for (const auto& [typed, count] : std::vector<std::pair<std::string, std::string>>{
           {"", "0 were typed"},
           {"tulipe", "1 was typed"},
           {"tulipe papillon moulin neige orage", "5 were typed"},
           {"tulipe papillon moulin neige orage cigogne tulipe", "7 were typed"}}) {
    const auto parsed = ParsePhrase(typed);
    ASSERT_THAT(parsed, FailsWith(ErrorCode::kInvalidInput)) << typed;
    EXPECT_THAT(parsed.error().message, HasSubstr(count));
  }
}

TEST(ParsePhrase, WhatIsTooLongIsNotRepeated) {
  const auto parsed = ParsePhrase(std::string(100'000, 'a'));
  ASSERT_THAT(parsed, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_LT(parsed.error().message.size(), 100U);
  const auto long_word = ParsePhrase(std::string(kPhraseTypedBytesMax, 'a'));
  ASSERT_THAT(long_word, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_LT(long_word.error().message.size(), 100U);
}

}  // namespace
}  // namespace sacoche
