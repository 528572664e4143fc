#include "engine/change/text_field.h"
#include "engine/text/text_codec.h"
#include "engine/text/text_limits.h"
#include "tests/engine/merge/history.h"
#include "tests/support/results.h"

// Co-written texts, as the merge shows them. Claire and Samir have one text before them.
namespace sacoche {
namespace {

const std::string kBefore = "Madame vit seule. Elle a deux enfants. Elle travaille.";

class TextPolicyTest : public ::testing::Test {
 protected:
  Change Save(Colleague& who, FieldEdit edit) {
    edit.field = kStory;
    const auto change = who.Ask({{std::move(edit)}}, ++stamp_);
    EXPECT_THAT(change, Succeeds());
    EXPECT_TRUE(*change);
    changes_.push_back(**change);
    return **change;
  }
  Change Save(Colleague& who, const std::string& text) {
    return Save(who, FieldEdit{kStory, Value::Text(text), {}});
  }
  Change Settle(Colleague& who) {
    FieldEdit edit;
    edit.settle = FieldEdit::Settle::kYes;
    return Save(who, edit);
  }
  void Meet() {
    for (Colleague* who : {&claire, &samir})
      for (const Change& change : changes_) who->held.Apply(change);
    EXPECT_EQ(claire.held.registers, samir.held.registers);
  }
  void SetUp() override {
    Save(claire, kBefore);
    Meet();
  }

  static std::string Text(const Colleague& who) {
    const auto shown = who.held.Show(kStory);
    return shown ? FormatValue(shown->value) : "";
  }
  static std::vector<Passage> Passages(const Colleague& who) {
    const auto shown = who.held.Show(kStory);
    return shown ? shown->passages : std::vector<Passage>();
  }

  Colleague claire{1};
  Colleague samir{2};
  std::vector<Change> changes_;
  std::uint64_t stamp_ = 0;
};

TEST_F(TextPolicyTest, BothEditsStayAndDifferentSentencesAreNoConflict) {
  Save(claire, "Madame vit chez sa mère. Elle a deux enfants. Elle travaille.");
  Save(samir, "Madame vit seule. Elle a deux enfants. Elle ne travaille plus.");
  Meet();
  EXPECT_EQ(Text(claire), "Madame vit chez sa mère. Elle a deux enfants. Elle ne travaille plus.");
  EXPECT_FALSE(claire.held.Show(kStory)->in_conflict());
}

TEST_F(TextPolicyTest, ThePassageThatBothChangedIsFlaggedWithWhoChangedIt) {
  const Change by_claire = Save(claire, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  const Change by_samir = Save(samir, "Madame vit seule. Elle a deux filles. Elle travaille.");
  Meet();
  const auto shown = samir.held.Show(kStory);
  EXPECT_EQ(FormatValue(shown->value), "Madame vit seule. Elle a trois filles. Elle travaille.");
  ASSERT_TRUE(shown->in_conflict());
  EXPECT_EQ(shown->first_applies, Precedence::kBothVisible);
  const Passage expected{17,
                         38,
                         {{by_claire.author, by_claire.hlc, by_claire.dot},
                          {by_samir.author, by_samir.hlc, by_samir.dot}}};
  EXPECT_EQ(shown->passages, std::vector{expected});
  const auto conflict =
      ConflictOf(*TestSchema().FindField(kFile, kStory), kOneRecord, samir.held.Of(kStory));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->passages, shown->passages);
  EXPECT_EQ(conflict->first_applies, Precedence::kBothVisible);
  EXPECT_EQ(shown->written->author, by_samir.author);
}

TEST_F(TextPolicyTest, EqualEditsWordForWordAreTold) {
  Save(claire, "Madame vit seule. Elle a deux enfants.");
  Save(samir, "Madame vit seule. Elle a deux enfants.");
  Meet();
  EXPECT_EQ(Text(claire), "Madame vit seule. Elle a deux enfants.");
  EXPECT_FALSE(claire.held.Show(kStory)->in_conflict());
}

TEST_F(TextPolicyTest, AHandOverIsNoConflict) {
  Save(claire, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  Meet();
  Save(samir, "Madame vit seule. Elle a quatre enfants. Elle travaille.");
  Meet();
  EXPECT_EQ(Text(claire), "Madame vit seule. Elle a quatre enfants. Elle travaille.");
  EXPECT_FALSE(claire.held.Show(kStory)->in_conflict());
}

TEST_F(TextPolicyTest, AResolutionIsAnEditOfThePassageOrALook) {
  for (const bool by_look : {false, true}) {
    Save(claire, "Madame vit seule. Elle a trois enfants. Elle travaille.");
    Save(samir, "Madame vit seule. Elle a deux filles. Elle travaille.");
    Meet();
    ASSERT_EQ(Passages(samir).size(), 1U);
    if (by_look) {
      const std::string before = Text(samir);
      Settle(samir);
      EXPECT_EQ(Text(samir), before);
    } else {
      Save(samir, kBefore);
    }
    Meet();
    EXPECT_EQ(Passages(claire).size(), 0U);
  }
}

TEST_F(TextPolicyTest, ALookWhereNothingIsContestedIsNothing) {
  FieldEdit edit{kStory, {}, {}};
  edit.settle = FieldEdit::Settle::kYes;
  const auto nothing = claire.Ask({{edit}}, 9);
  ASSERT_THAT(nothing, Succeeds());
  EXPECT_FALSE(*nothing);
  EXPECT_EQ(Text(claire), kBefore);
}

TEST_F(TextPolicyTest, ALookAgainstAnEditThatItHadNotSeenSettlesNothingOfIt) {
  Save(claire, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  Save(samir, "Madame vit seule. Elle a deux filles. Elle travaille.");
  Meet();
  Settle(samir);
  Save(claire, "Madame vit seule. Elle a trois petites filles. Elle travaille.");
  Meet();
  EXPECT_EQ(Passages(samir), Passages(claire));
  EXPECT_EQ(Text(samir), "Madame vit seule. Elle a trois petites filles. Elle travaille.");
  EXPECT_EQ(Passages(samir).size(), 0U) << "who edits the passage has seen both sides as well";
}

TEST_F(TextPolicyTest, WhatIsShownAlreadyIsNotWritten) {
  const auto nothing = samir.Ask({{FieldEdit{kStory, Value::Text(kBefore), {}}}}, 9);
  ASSERT_THAT(nothing, Succeeds());
  EXPECT_FALSE(*nothing);
}

TEST_F(TextPolicyTest, AnEditCostsWhatItChanges) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "Phrase " + std::to_string(i) + ". ";
  Save(claire, text);
  const Change small = Save(claire, text + "Fin.");
  EXPECT_LT(small.records[0].writes[0].value.As<Bytes>()->size(), 64U);
}

// -- A form that was open while a colleague's edit arrived
// --------------------------------------------------------

TEST_F(TextPolicyTest, AFormLeavesWhatItDidNotShow) {
  const auto opened = samir.held.Show(kStory)->version;
  Save(claire, "Madame vit seule. Elle a deux enfants. Elle travaille. Elle a porté plainte.");
  Meet();
  FieldEdit edit{
      kStory, Value::Text("Madame vit seule. Elle a trois enfants. Elle travaille."), {}};
  edit.seen = opened;
  Save(samir, edit);
  Meet();
  EXPECT_EQ(Text(claire),
            "Madame vit seule. Elle a trois enfants. Elle travaille. Elle a porté plainte.");
  EXPECT_EQ(Passages(claire).size(), 0U);
}

TEST_F(TextPolicyTest, AFormSavedAgainstTheSamePassageIsFlagged) {
  const auto opened = samir.held.Show(kStory)->version;
  Save(claire, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  Meet();
  FieldEdit edit{kStory, Value::Text("Madame vit seule. Elle a deux filles. Elle travaille."), {}};
  edit.seen = opened;
  Save(samir, edit);
  Meet();
  EXPECT_EQ(Text(claire), "Madame vit seule. Elle a trois filles. Elle travaille.");
  EXPECT_EQ(Passages(claire).size(), 1U);
}

// The second form was opened before the first was saved, on one laptop.
TEST_F(TextPolicyTest, TwoFormsOfOneLaptopAreTwoWriters) {
  const auto opened = samir.held.Show(kStory)->version;
  const auto save = [&](const std::string& text) {
    FieldEdit edit{kStory, Value::Text(text), {}};
    edit.seen = opened;
    return Save(samir, edit);
  };
  save("Madame vit seule. Elle a trois enfants. Elle travaille.");
  save("Madame vit seule. Elle a deux filles. Elle travaille.");
  save("Madame vit seule. Elle a deux enfants. Elle travaille. Fin.");
  EXPECT_EQ(Text(samir), "Madame vit seule. Elle a trois filles. Elle travaille. Fin.");
  ASSERT_EQ(Passages(samir).size(), 1U);
  EXPECT_EQ(Passages(samir)[0].writers.size(), 2U);
  Meet();
  Save(samir, "Rien.");
  Meet();
  EXPECT_EQ(Text(claire), "Rien.");
  EXPECT_EQ(Passages(claire).size(), 0U);
}

TEST_F(TextPolicyTest, AFormOfATextThatWasNotThereDeletesNothing) {
  FieldEdit edit{kStory, Value::Text("Bilan."), {}};
  edit.seen = TextVersion{};
  Save(samir, edit);
  EXPECT_NE(Text(samir).find(kBefore), std::string::npos);
  EXPECT_NE(Text(samir).find("Bilan."), std::string::npos);
}

TEST_F(TextPolicyTest, WhoeverClearsATextAndWritesItAgainMakesNoConflict) {
  Save(samir, "");
  const auto cleared = samir.held.Show(kStory);
  ASSERT_TRUE(cleared);
  EXPECT_TRUE(cleared->value.empty());
  FieldEdit edit{kStory, Value::Text("Bilan."), {}};
  edit.seen = cleared->version;
  Save(samir, edit);
  Meet();
  EXPECT_EQ(Text(claire), "Bilan.");
  EXPECT_EQ(Passages(claire).size(), 0U);
}

TEST_F(TextPolicyTest, AVersionOfAnotherTextIsRefusedInWords) {
  FieldEdit edit{kStory, Value::Text("Bilan."), {}};
  edit.seen = samir.held.Show(kStory)->version;
  edit.seen->check ^= 1;
  Save(claire, "Autre.");
  Meet();
  const auto refused = samir.Ask({{edit}}, 9);
  ASSERT_THAT(refused, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_FALSE(refused.error().advice.empty());
}

// -- Erasure --------------------------------------------------------------------------------

TEST_F(TextPolicyTest, AnErasureTakesEveryWordOutOfTheState) {
  Save(samir, kBefore + " Elle a porté plainte.");
  Meet();
  const auto erased = claire.Ask({{FieldEdit{kErased, Value::OfCode("ASKED"), {}}}}, ++stamp_);
  ASSERT_THAT(erased, Succeeds());
  changes_.push_back(**erased);
  Meet();
  EXPECT_FALSE(samir.held.Show(kStory));
  for (const auto& [key, reg] : samir.held.Of(kStory))
    for (const Sibling& sibling : reg.siblings) EXPECT_TRUE(sibling.value.empty());
}

TEST_F(TextPolicyTest, WhatWasWrittenWithoutSightOfAnErasureStaysVisible) {
  const auto erased = claire.Ask({{FieldEdit{kErased, Value::OfCode("ASKED"), {}}}}, ++stamp_);
  Save(samir, "Madame Aubrac vit seule. Elle a deux enfants. Elle travaille. Rappeler lundi.");
  changes_.push_back(**erased);
  Meet();
  EXPECT_EQ(Text(claire), "Aubrac  …  Rappeler lundi.");
  const FieldDef& erasure = *TestSchema().FindField(kFile, kErased);
  EXPECT_TRUE(HoldsUnseenContent(erasure, claire.held.AsRecord()));
  const auto again = claire.Ask({{FieldEdit{kErased, Value::OfCode("ASKED"), {}}}}, ++stamp_);
  ASSERT_TRUE(again && *again);
  EXPECT_EQ(Text(claire), "");
  EXPECT_FALSE(HoldsUnseenContent(erasure, claire.held.AsRecord()));
}

// Every save of years goes in one erasure.
TEST_F(TextPolicyTest, ATextOfManyEditsIsErasedAtOnce) {
  constexpr std::uint64_t kEdits = 3000;
  Change change{{ReplicaId::FromArray({9}), 0}, Hlc{1}, {}, kOneRecord, {}};
  TextDocument text;
  for (change.dot.counter = 1; change.dot.counter <= kEdits; ++change.dot.counter) {
    const auto ops = text.OpsToReplace({0, 0, "Un. "}, change.dot.replica);
    ASSERT_THAT(text.Apply(*ops), Succeeds());
    change.records = {
        {kOneRecord,
         kFile,
         {{kStory, TextElementOf(change.dot), Value::Opaque(*EncodeTextOps(*ops)), {}}}}};
    changes_.push_back(change);
  }
  Meet();
  ASSERT_GT(Text(claire).size(), 4 * kEdits);
  const auto erased = claire.Ask({{FieldEdit{kErased, Value::OfCode("ASKED"), {}}}}, ++stamp_);
  ASSERT_TRUE(erased && *erased);
  changes_.push_back(**erased);
  Meet();
  EXPECT_FALSE(samir.held.Show(kStory));
  EXPECT_FALSE(HoldsUnseenContent(*TestSchema().FindField(kFile, kErased), samir.held.AsRecord()));
}

// -- What cannot be read ----------------------------------------------------------------------

TEST_F(TextPolicyTest, WhatDoesNotDecodeIsKeptAndCountedAndTheRestIsShown) {
  for (Value strange : {Value::Opaque({9, 9}), Value::Integer(3), Value::Opaque({})}) {
    Colleague helene(static_cast<std::uint8_t>(3 + changes_.size()));
    Change change{helene.NextStamp(1).dot, Hlc{1}, helene.NextStamp(1).author, kOneRecord, {}};
    change.records = {{kOneRecord, kFile, {{kStory, {7}, strange, {}}}}};
    changes_.push_back(change);
  }
  Meet();
  EXPECT_EQ(Text(samir), kBefore);
  EXPECT_EQ(samir.held.Show(kStory)->edits_not_shown, 3U);
}

TEST_F(TextPolicyTest, AnEditThatWaitsForAnotherIsCounted) {
  Colleague helene(3);
  helene.held.Apply(changes_[0]);
  const Change first = Save(claire, kBefore + " Un.");
  const Change second = Save(claire, kBefore + " Un. Deux.");
  helene.held.Apply(second);
  EXPECT_EQ(Text(helene), kBefore);
  EXPECT_EQ(helene.held.Show(kStory)->edits_not_shown, 1U);
  helene.held.Apply(first);
  EXPECT_EQ(Text(helene), kBefore + " Un. Deux.");
  EXPECT_EQ(helene.held.Show(kStory)->edits_not_shown, 0U);
}

TEST_F(TextPolicyTest, ATextInWhichTooManyDevicesWroteTakesNoEditThatNobodyWouldSee) {
  for (std::uint64_t n = 1; n < kTextReplicasMax; ++n) {
    TextOps ops;
    for (std::size_t i = 0; i < 8; ++i)
      ops.author.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
    ops.author.bytes[15] = 0xee;
    ops.runs = {{TextRun::Kind::kInsertAfter, 1, {}, {}, U"x"}};
    const Dot dot{ops.author, 1};
    Change change{dot, Hlc{n}, samir.NextStamp(1).author, kOneRecord, {}};
    change.records = {{kOneRecord,
                       kFile,
                       {{kStory, TextElementOf(dot), Value::Opaque(*EncodeTextOps(ops)), {}}}}};
    samir.held.Apply(change);
  }
  const FieldEdit more{kStory, Value::Text(Text(samir) + "Fin."), {}};
  const auto refused = samir.Ask({{more}}, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
}

// The field was one of a single value once.
TEST_F(TextPolicyTest, APlainTextIsShownAndCanBeEdited) {
  Colleague one(5);
  Colleague other(6);
  Change plain{one.NextStamp(1).dot, Hlc{1}, one.NextStamp(1).author, kOneRecord, {}};
  plain.dot.counter = 4;
  plain.records = {{kOneRecord, kFile, {{kStory, {}, Value::Text("Elle vit seule."), {}}}}};
  one.held.Apply(plain);
  other.held.Apply(plain);
  EXPECT_EQ(Text(one), "Elle vit seule.");
  const Change a = Save(one, "Elle vit seule. Un.");
  const Change b = Save(other, "Madame vit seule.");
  one.held.Apply(b);
  other.held.Apply(a);
  EXPECT_EQ(Text(one), "Madame vit seule. Un.");
  EXPECT_EQ(Text(other), Text(one));
}

}  // namespace
}  // namespace sacoche
