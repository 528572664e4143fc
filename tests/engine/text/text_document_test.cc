#include "engine/text/text_document.h"

#include "engine/text/text_limits.h"
#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

TEST(TextDocument, ANewOneIsEmpty) {
  EXPECT_EQ(TextDocument().Text(), "");
  EXPECT_EQ(TextDocument().size(), 0U);
  EXPECT_TRUE(TextDocument().History().empty());
  EXPECT_TRUE(TextDocument().Contested().empty());
}

TEST(TextDocument, BothEditsOfTwoPeopleStay) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("Madame vit seule. Elle a deux enfants. Elle cherche un logement.");
  boris.Receive(anne);
  anne.Save("Madame vit chez sa sœur. Elle a deux enfants. Elle cherche un logement.");
  boris.Save("Madame vit seule. Elle a deux enfants. Elle a trouvé un logement social.");
  Exchange(anne, boris);
  EXPECT_EQ(anne.text(),
            "Madame vit chez sa sœur. Elle a deux enfants. Elle a trouvé un logement social.");
  EXPECT_TRUE(anne.document.Contested().empty());
}

TEST(TextDocument, ParagraphsTypedAtOnePlaceStandOneAfterTheOther) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("Début.\nFin.");
  boris.Receive(anne);
  std::uint64_t at = 7;
  for (const char* piece : {"An", "ne ", "a v", "u Madame.\n"}) {
    anne.Type(at, piece);
    at = anne.document.size() - 4;
  }
  at = 7;
  for (const char* piece : {"Bo", "ris ", "a app", "elé.\n"}) {
    boris.Type(at, piece);
    at = boris.document.size() - 4;
  }
  Exchange(anne, boris);
  EXPECT_EQ(anne.text(), "Début.\nAnne a vu Madame.\nBoris a appelé.\nFin.");
}

TEST(TextDocument, TextsTypedBackwardsDoNotInterleave) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("()");
  boris.Receive(anne);
  for (const char* letter : {"c", "b", "a"}) anne.Type(1, letter);
  for (const char* letter : {"z", "y", "x"}) boris.Type(1, letter);
  Exchange(anne, boris);
  EXPECT_EQ(anne.text(), "(abcxyz)");
}

TEST(TextDocument, WhatIsTypedInADeletedSentenceStays) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("Il boit. Il menace. Elle part.");
  boris.Receive(anne);
  anne.Save("Il boit. Elle part.");
  boris.Save("Il boit. Il menace encore. Elle part.");
  Exchange(anne, boris);
  EXPECT_EQ(anne.text(), "Il boit.  encoreElle part.");
  EXPECT_EQ(anne.document.Contested().size(), 1U);
}

TEST(TextDocument, TheSameDeletionTwiceDeletesOnce) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("un deux trois");
  boris.Receive(anne);
  anne.Delete(2, 5);
  boris.Delete(5, 8);
  Exchange(anne, boris);
  EXPECT_EQ(anne.text(), "un");
}

TEST(TextDocument, PositionsCountCodePoints) {
  Desk anne(1);
  anne.Save("👩\u200d👧 été e\u0301te\u0301 𝄞");
  EXPECT_EQ(anne.document.size(), 15U);
  anne.Type(1, "!");
  EXPECT_EQ(anne.text(), "👩!\u200d👧 été e\u0301te\u0301 𝄞");
  anne.Delete(15, 1);
  EXPECT_EQ(anne.text(), "👩!\u200d👧 été e\u0301te\u0301 ");
}

TEST(TextDocument, RefusesTextThatIsNotUtf8) {
  const TextDocument document;
  EXPECT_THAT(document.OpsToBecome("\xed\xa0\xbd", Writer(1)), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(document.OpsToReplace({0, 0, "\xc3"}, Writer(1)),
              FailsWith(ErrorCode::kInvalidInput));
}

TEST(TextDocument, RefusesAPlaceOutsideOfTheText) {
  Desk anne(1);
  anne.Save("abc");
  EXPECT_THAT(anne.document.OpsToReplace({4, 0, "x"}, anne.id),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(anne.document.OpsToReplace({2, 2, "x"}, anne.id),
              FailsWith(ErrorCode::kInvalidInput));
}

TEST(TextDocument, SavingTheSameTextIsNoEdit) {
  Desk anne(1);
  anne.Save("abc");
  EXPECT_TRUE(anne.Save("abc").empty());
}

TEST(TextDocument, AnEditWaitsForWhatItsAuthorHadSeen) {
  Desk anne(1);
  Desk boris(2);
  const TextOps first = anne.Save("un");
  boris.Receive(anne);
  const TextOps second = boris.Save("un deux");
  anne.Receive(boris);
  const TextOps third = anne.Save("un deux trois");

  TextDocument late;
  EXPECT_THAT(late.Apply(third), Succeeds());
  EXPECT_THAT(late.Apply(second), Succeeds());
  EXPECT_THAT(late.Apply(second), Succeeds());
  EXPECT_EQ(late.Text(), "");
  EXPECT_EQ(late.waiting(), 2U);
  EXPECT_THAT(late.Apply(first), Succeeds());
  EXPECT_EQ(late.Text(), "un deux trois");
  EXPECT_EQ(late.waiting(), 0U);
  EXPECT_EQ(late, anne.document);
}

TEST(TextDocument, OfAnEditThatIsKnownInPartTheRestIsApplied) {
  Desk anne(1);
  anne.Type(0, "ab");
  const TextDocument early = anne.document;
  anne.Type(2, "cd");
  anne.Delete(3, 1);
  anne.Delete(2, 1);
  // The history tells it all in one.
  ASSERT_EQ(anne.document.History().size(), 1U);
  TextDocument document = early;
  EXPECT_THAT(document.Merge(anne.document), Succeeds());
  EXPECT_EQ(document.Text(), "ab");
  EXPECT_EQ(document, anne.document);
}

TEST(TextDocument, RefusesAnEditThatSpeaksOfWhatItsAuthorHadNotSeen) {
  Desk anne(1);
  anne.Type(0, "abc");
  anne.Delete(0, 1);
  TextOps ops;
  ops.author = Writer(2);
  ops.runs = {{TextRun::Kind::kDeleteForward, 1, {anne.id, 2}, {}, {}}};
  TextDocument document = anne.document;
  EXPECT_THAT(document.Apply(ops), FailsWith(ErrorCode::kCorrupt));  // it says to have seen nothing
  ops.seen = {{anne.id, 4}};
  ops.runs[0].place.counter = 4;
  EXPECT_THAT(document.Apply(ops), FailsWith(ErrorCode::kCorrupt));  // unit 4 is a deletion
  ops.runs[0] = {TextRun::Kind::kDeleteForward, 3, {anne.id, 2}, {}, {}};
  EXPECT_THAT(document.Apply(ops), FailsWith(ErrorCode::kCorrupt));  // and so is the third of these
  ops.runs[0] = {TextRun::Kind::kInsertBefore, 1, {ops.author, 1}, {}, U"x"};
  EXPECT_THAT(document.Apply(ops), FailsWith(ErrorCode::kCorrupt));  // before itself
  EXPECT_EQ(document.Text(), "bc");
  EXPECT_EQ(document, anne.document);
}

TEST(TextDocument, RefusesAnEditThatContradictsItself) {
  const auto refused = [](auto spoil) {
    TextOps ops;
    ops.author = Writer(1);
    ops.runs = {{TextRun::Kind::kInsertAfter, 1, {}, {}, U"a"}};
    spoil(ops);
    TextDocument document;
    const Status status = document.Apply(ops);
    return !status && document.History().empty();
  };
  EXPECT_FALSE(refused([](TextOps&) {}));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.author = {}; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.first = 0; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.first = kTextCounterMax + 1; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.runs.clear(); }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.runs[0].length = 2; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.runs[0].text = U"\xd800"; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.seen = {{ops.author, 1}}; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.seen = {{Writer(3), 1}, {Writer(2), 1}}; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.seen = {{Writer(2), 0}}; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.runs[0].kind = TextRun::Kind::kInsertBefore; }));
  EXPECT_TRUE(refused([](TextOps& ops) { ops.runs[0].kind = TextRun::Kind::kSettle; }));
  EXPECT_TRUE(refused([](TextOps& ops) {
    ops.runs[0] = {TextRun::Kind::kDeleteBackward, 2, {ops.author, 1}, {}, {}};
  }));
}

// An edit whose time comes only later is checked then.
TEST(TextDocument, DropsAWaitingEditThatNoHonestReplicaMade) {
  Desk anne(1);
  const TextOps first = anne.Type(0, "abc");
  TextOps forged;
  forged.author = Writer(2);
  forged.seen = {{anne.id, 2}};
  forged.runs = {{TextRun::Kind::kDeleteForward, 1, {anne.id, 3}, {}, {}}};
  TextDocument document;
  EXPECT_THAT(document.Apply(forged), Succeeds());
  EXPECT_EQ(document.waiting(), 1U);
  EXPECT_THAT(document.Apply(first), Succeeds());
  EXPECT_EQ(document.waiting(), 0U);
  EXPECT_EQ(document, anne.document);
}

}  // namespace
}  // namespace sacoche
