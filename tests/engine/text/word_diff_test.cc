#include "engine/text/word_diff.h"

#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"
#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

std::u32string U32(std::string_view text) { return CodePointsOf(text).value(); }

// The new text with what goes in [-...-] and what comes in {+...+}.
std::string Shown(std::string_view before, std::string_view after) {
  const std::u32string a = U32(before);
  const std::u32string b = U32(after);
  std::u32string shown;
  std::size_t at = 0;
  for (const WordHunk& hunk : DiffWords(a, b)) {
    shown += a.substr(at, hunk.position - at);
    if (hunk.removed > 0) shown += U"[-" + a.substr(hunk.position, hunk.removed) + U"-]";
    if (hunk.inserted > 0) shown += U"{+" + b.substr(hunk.inserted_at, hunk.inserted) + U"+}";
    at = hunk.position + hunk.removed;
  }
  return Utf8Of(shown + a.substr(at));
}

std::u32string Patched(const std::u32string& before, const std::u32string& after) {
  std::u32string patched;
  std::size_t at = 0;
  for (const WordHunk& hunk : DiffWords(before, after)) {
    patched += before.substr(at, hunk.position - at);
    patched += after.substr(hunk.inserted_at, hunk.inserted);
    at = hunk.position + hunk.removed;
  }
  return patched + before.substr(at);
}

TEST(WordDiff, ReadsAsAPersonWouldSayIt) {
  EXPECT_EQ(Shown("", ""), "");
  EXPECT_EQ(Shown("Madame est venue.", "Madame est venue."), "Madame est venue.");
  EXPECT_EQ(Shown("", "Madame est venue."), "{+Madame est venue.+}");
  EXPECT_EQ(Shown("Madame est venue.", ""), "[-Madame est venue.-]");
  EXPECT_EQ(Shown("Elle a deux enfants.", "Elle a trois enfants."),
            "Elle a [-deux-]{+trois+} enfants.");
  EXPECT_EQ(Shown("Elle vit seule.", "Elle vit seule. Sa sœur l'aide."),
            "Elle vit seule.{+ Sa sœur l'aide.+}");
  EXPECT_EQ(Shown("Elle ne veut pas porter plainte.", "Elle veut porter plainte."),
            "Elle [-ne -]veut [-pas -]porter plainte.");
  EXPECT_EQ(Shown("L'enfant va à l'école.", "L'enfant va au collège."),
            "L'enfant va [-à l'école-]{+au collège+}.");
}

TEST(WordDiff, AWordThatStaysIsNotGivenUpForSpaces) {
  EXPECT_EQ(Shown("Anne Samir Claire", "Anne Paul Samir"), "Anne {+Paul +}Samir[- Claire-]");
  EXPECT_EQ(Shown("Elle boit. Il part. On rit.", "Elle boit. On dort. Il part."),
            "Elle boit. {+On dort. +}Il part.[- On rit.-]");
}

TEST(WordDiff, ASentenceComesAndGoesAsOne) {
  EXPECT_EQ(Shown("Il menace. Il boit.", "Il boit."), "[-Il menace. -]Il boit.");
  EXPECT_EQ(Shown("Il boit. Elle part.", "Il boit. Il menace. Elle part."),
            "Il boit. {+Il menace. +}Elle part.");
  EXPECT_EQ(Shown("Un.\nDeux.\n", "Un.\nUn et demi.\nDeux.\n"), "Un.\n{+Un et demi.\n+}Deux.\n");
}

TEST(WordDiff, AWordIsReplacedWhole) {
  EXPECT_EQ(Shown("hébergement", "hébergements"), "[-hébergement-]{+hébergements+}");
  // The accent is a character of its own, and the word is still one word.
  EXPECT_EQ(Shown("e\u0301te\u0301", "e\u0301ta"), "[-e\u0301te\u0301-]{+e\u0301ta+}");
}

TEST(WordDiff, ChangedWordsThatOnlySpacesPartAreOnePhrase) {
  EXPECT_EQ(Shown("le chat noir dort", "un chien blanc dort"),
            "[-le chat noir-]{+un chien blanc+} dort");
  EXPECT_EQ(Shown("premier\nsecond", "un\ndeux"), "[-premier-]{+un+}\n[-second-]{+deux+}");
}

TEST(WordDiff, APieceIsAWordOrSpacesOrOneMark) {
  std::vector<std::string> pieces;
  for (const Word& word : WordsOf(U"«\u00a0L’été…\u00a0»  à 10\u202f€\n\n👩\u200d👧")) {
    pieces.push_back(Utf8Of(word.text));
  }
  EXPECT_THAT(pieces, testing::ElementsAre("«", "\u00a0", "L", "’", "été", "…", "\u00a0", "»", "  ",
                                           "à", " ", "10", "\u202f", "€", "\n", "\n", "👩\u200d👧"));
}

std::u32string Numbered(std::size_t begin, std::size_t end) {
  std::u32string text;
  for (std::size_t i = begin; i < end; ++i) text += U32("mot" + std::to_string(i) + " ");
  return text;
}

TEST(WordDiff, ALongInsertionLeavesTheRestAlone) {
  const std::u32string before = Numbered(0, 3'000);
  const std::u32string after =
      Numbered(5'000, 7'000) + before.substr(0, before.size() - 4) + U"fin";
  const auto hunks = DiffWords(before, after);
  ASSERT_EQ(hunks.size(), 2U);
  EXPECT_EQ(hunks[0].removed, 0U);
  EXPECT_LT(hunks[1].removed, 10U);
  EXPECT_EQ(Patched(before, after), after);
}

// Nothing rare to cut at and far too many differences: the stretch is replaced, in bounded time.
TEST(WordDiff, WhatHasNothingInCommonIsReplacedWhole) {
  std::u32string before;
  std::u32string after;
  for (std::size_t i = 0; i < 4 * kDiffDistanceMax; ++i) {
    before += i % 2 == 0 ? U"a " : U"b ";
    after += i % 3 == 0 ? U"c " : U"d\u00a0";
  }
  EXPECT_EQ(DiffWords(before, after).size(), 1U);
  EXPECT_EQ(Patched(before, after), after);
}

}  // namespace
}  // namespace sacoche
