#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

// Two people with one text before them.
struct Pair {
  explicit Pair(std::string_view text) {
    anne.Save(text);
    boris.Receive(anne);
  }
  // Each saves the whole text without having seen the other's, then both synchronise.
  void SaveApart(std::string_view of_anne, std::string_view of_boris) {
    anne.Save(of_anne);
    boris.Save(of_boris);
    Exchange(anne, boris);
    EXPECT_EQ(anne.document.Contested(), boris.document.Contested());
  }
  // The contested passages, as a person reads them.
  [[nodiscard]] std::vector<std::string> Passages() const {
    std::vector<std::string> passages;
    for (const ContestedPassage& passage : anne.document.Contested()) {
      TextDocument cut = anne.document;
      for (const auto& [begin, count] : {std::pair{passage.end, cut.size() - passage.end},
                                         std::pair{std::uint64_t{0}, passage.begin}}) {
        if (count == 0) continue;
        const auto ops = cut.OpsToReplace({begin, count, ""}, Writer(9));
        EXPECT_THAT(cut.Apply(*ops), Succeeds());
      }
      passages.push_back(cut.Text());
    }
    return passages;
  }

  Desk anne{1};
  Desk boris{2};
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Contested, TheSentenceThatBothChanged) {
  Pair pair("Madame vit seule. Elle a deux enfants. Elle travaille.");
  pair.SaveApart("Madame vit seule. Elle a trois enfants. Elle travaille.",
                 "Madame vit seule. Elle a deux filles. Elle travaille.");
  EXPECT_EQ(pair.anne.text(), "Madame vit seule. Elle a trois filles. Elle travaille.");
  EXPECT_THAT(pair.Passages(), ElementsAre(" Elle a trois filles."));
  const auto contested = pair.anne.document.Contested();
  ASSERT_EQ(contested[0].changes.size(), 2U);
  EXPECT_EQ(contested[0].changes[0].replica, pair.anne.id);
  EXPECT_EQ(contested[0].changes[1].replica, pair.boris.id);
}

TEST(Contested, NotWhatOnePersonChanged) {
  Pair pair("Madame vit seule. Elle a deux enfants.");
  pair.SaveApart("Madame vit seule. Elle a trois enfants.",
                 "Madame vit seule. Elle a deux enfants.");
  EXPECT_THAT(pair.Passages(), IsEmpty());
}

TEST(Contested, NotDifferentSentences) {
  Pair pair("Madame vit seule. Elle a deux enfants.");
  pair.SaveApart("Madame vit chez sa mère. Elle a deux enfants.",
                 "Madame vit seule. Elle a trois enfants.");
  EXPECT_THAT(pair.Passages(), IsEmpty());
}

TEST(Contested, NotWhatOneChangedAfterHavingSeenTheOther) {
  Pair pair("Elle a deux enfants.");
  pair.SaveApart("Elle a trois enfants.", "Elle a deux enfants.");
  pair.SaveApart("Elle a trois enfants.", "Elle a trois filles.");
  EXPECT_THAT(pair.Passages(), IsEmpty());
}

TEST(Contested, SentencesAddedAtOnePlace) {
  Pair pair("Bilan.\n");
  pair.SaveApart("Bilan.\nElle va bien.\n", "Bilan.\nElle a appelé.\n");
  EXPECT_EQ(pair.anne.text(), "Bilan.\nElle va bien.\nElle a appelé.\n");
  EXPECT_THAT(pair.Passages(), ElementsAre("Elle va bien.\nElle a appelé."));
}

TEST(Contested, AChangeInASentenceThatTheOtherDeleted) {
  Pair pair("Il menace. Il boit.");
  pair.SaveApart("Il boit.", "Il menace encore. Il boit.");
  EXPECT_EQ(pair.Passages().size(), 1U);
}

TEST(Contested, NotWhatBothDeletedAlike) {
  Pair pair("Il menace. Il boit. Il part.");
  pair.SaveApart("Il menace. Il part.", "Il menace. Il part.");
  EXPECT_EQ(pair.anne.text(), "Il menace. Il part.");
  EXPECT_THAT(pair.Passages(), IsEmpty());
}

TEST(Contested, UntilSomebodyWhoSawBothChangesThePassage) {
  Pair pair("Elle a deux enfants. Elle travaille.");
  pair.SaveApart("Elle a trois enfants. Elle travaille.", "Elle a deux filles. Elle travaille.");
  ASSERT_EQ(pair.Passages().size(), 1U);
  pair.SaveApart("Elle a trois filles. Elle travaille beaucoup.",
                 "Elle a trois filles. Elle travaille.");
  EXPECT_EQ(pair.Passages().size(), 1U) << "another passage was changed";
  pair.SaveApart("Elle a deux filles. Elle travaille beaucoup.",
                 "Elle a trois filles. Elle travaille beaucoup.");
  EXPECT_THAT(pair.Passages(), IsEmpty());
}

TEST(Contested, UntilSomebodySaysThatItIsWell) {
  Pair pair("Elle a deux enfants.");
  pair.SaveApart("Elle a trois enfants.", "Elle a deux filles.");
  ASSERT_EQ(pair.Passages().size(), 1U);
  pair.boris.Settle();
  Exchange(pair.anne, pair.boris);
  EXPECT_THAT(pair.Passages(), IsEmpty());
  EXPECT_EQ(pair.anne.text(), "Elle a trois filles.");
}

TEST(Contested, AgainAfterASettlementWhenBothChangeItAgain) {
  Pair pair("Elle a deux enfants.");
  pair.SaveApart("Elle a trois enfants.", "Elle a deux filles.");
  pair.boris.Settle();
  Exchange(pair.anne, pair.boris);
  pair.SaveApart("Elle a quatre filles.", "Elle a trois garçons.");
  EXPECT_EQ(pair.Passages().size(), 1U);
}

TEST(Contested, AFullStopInsideANumberEndsNoSentence) {
  Pair pair("Loyer 3.5 fois trop cher.");
  pair.SaveApart("Loyer 4.5 fois trop cher.", "Loyer 3.9 fois trop cher.");
  EXPECT_EQ(pair.Passages().size(), 1U);
}

// A third person settled with sight of one side only.
TEST(Contested, AThirdPersonsLookAtOneSideSettlesNothing) {
  Pair pair("Elle a deux enfants.");
  Desk claire(3);
  claire.Receive(pair.anne);
  pair.anne.Save("Elle a trois enfants.");
  pair.boris.Save("Elle a deux filles.");
  claire.Receive(pair.anne);
  claire.Settle();
  Exchange(pair.anne, pair.boris);
  Exchange(pair.anne, claire);
  EXPECT_EQ(pair.anne.document.Contested().size(), 1U);
  EXPECT_EQ(pair.anne.document.Contested(), claire.document.Contested());
}

}  // namespace
}  // namespace sacoche
