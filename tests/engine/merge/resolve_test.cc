#include "engine/merge/resolve.h"

#include <gtest/gtest.h>

#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const FieldDef& Field(FieldId id) { return *TestSchema().FindField(kFile, id); }

Sibling Written(std::uint8_t device, std::uint64_t hlc, Value value) {
  Sibling sibling;
  sibling.dot.replica.bytes.back() = device;
  sibling.dot.counter = 1;
  sibling.author.bytes.back() = device;
  sibling.hlc = Hlc{hlc};
  sibling.value = std::move(value);
  return sibling;
}

FieldRegisters Single(FieldId field, std::vector<Sibling> siblings) {
  return {{RegisterKey{field, {}}, Register{std::move(siblings), {}}}};
}

TEST(Resolve, KeepLatest_ShowsTheGreatestStampAndFlagsNothing) {
  const auto shown = Resolve(Field(kTitle), Single(kTitle, {Written(1, 7, Value::Text("late")),
                                                            Written(2, 5, Value::Text("early"))}));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->value, Value::Text("late"));
  EXPECT_FALSE(shown->in_conflict());
}

TEST(Resolve, KeepLatest_TiesEndWithTheDeviceId) {
  const auto shown = Resolve(Field(kTitle), Single(kTitle, {Written(1, 5, Value::Text("one")),
                                                            Written(2, 5, Value::Text("two"))}));
  EXPECT_EQ(shown->value, Value::Text("two"));
}

TEST(Resolve, KeepAll_ShowsBothValuesWithAuthorAndDate) {
  const auto shown = Resolve(Field(kName), Single(kName, {Written(1, 5, Value::Text("Anne")),
                                                          Written(2, 7, Value::Text("Ana"))}));
  ASSERT_TRUE(shown->in_conflict());
  EXPECT_EQ(shown->value, Value::Text("Ana"));
  ASSERT_EQ(shown->candidates.size(), 2U);
  EXPECT_EQ(shown->candidates[1].value, Value::Text("Anne"));
  EXPECT_EQ(shown->candidates[1].author.bytes.back(), 1);
  EXPECT_EQ(shown->candidates[1].hlc, Hlc{5});
}

TEST(Resolve, KeepAll_EqualConcurrentValuesAreNoConflict) {
  const auto shown = Resolve(Field(kName), Single(kName, {Written(1, 5, Value::Text("Anne")),
                                                          Written(2, 7, Value::Text("Anne"))}));
  EXPECT_FALSE(shown->in_conflict());
  EXPECT_EQ(shown->written->author.bytes.back(), 2);
}

TEST(Resolve, KeepAll_ClearedByOneAndChangedByAnotherIsAConflict) {
  const auto shown =
      Resolve(Field(kName),
              Single(kName, {Written(1, 9, Value::Nothing()), Written(2, 7, Value::Text("Anne"))}));
  ASSERT_TRUE(shown);
  EXPECT_TRUE(shown->in_conflict());
}

TEST(Resolve, KeepAll_ClearedByEverybodyShowsNothing) {
  EXPECT_FALSE(Resolve(Field(kName), Single(kName, {Written(1, 9, Value::Nothing()),
                                                    Written(2, 7, Value::Nothing())})));
}

TEST(Resolve, AddWinsSet_AnElementThatOneAddsAndAnotherRemovesIsPresent) {
  const Bytes red = EncodeValue(Value::OfCode("RED"));
  const Bytes blue = EncodeValue(Value::OfCode("BLUE"));
  const FieldRegisters registers = {
      {RegisterKey{kTags, red},
       Register{{Written(1, 5, Value::Flag(true)), Written(2, 9, Value::Flag(false))}, {}}},
      {RegisterKey{kTags, blue}, Register{{Written(1, 5, Value::Flag(false))}, {}}}};
  const auto shown = Resolve(Field(kTags), registers);
  EXPECT_EQ(shown->value, TagList({"RED"}));
  EXPECT_FALSE(shown->in_conflict());
}

TEST(Resolve, AppendOnly_ShowsAllEntriesByStampAndWhatTheyCorrect) {
  Bytes first(16, 1);
  Bytes correction(16, 2);
  Append(correction, first);
  const FieldRegisters registers = {
      {RegisterKey{kEntries, correction}, Register{{Written(2, 9, Value::Text("better"))}, {}}},
      {RegisterKey{kEntries, first}, Register{{Written(1, 5, Value::Text("first"))}, {}}}};
  const auto shown = Resolve(Field(kEntries), registers);
  ASSERT_EQ(shown->entries.size(), 2U);
  EXPECT_EQ(shown->entries[0].written.value, Value::Text("first"));
  EXPECT_FALSE(shown->entries[0].corrects);
  ASSERT_TRUE(shown->entries[1].corrects);
  EXPECT_TRUE(Equal(*shown->entries[1].corrects, first));
}

TEST(Resolve, Protective_ACodeOfANewerReleaseIsNotLowered) {
  const auto shown =
      Resolve(Field(kLevel), Single(kLevel, {Written(1, 5, Value::OfCode("LATER")),
                                             Written(2, 9, Value::OfCode("GRAVE"))}));
  EXPECT_EQ(shown->value, Value::OfCode("LATER"));
  EXPECT_EQ(shown->first_applies, Precedence::kMostProtective);
}

TEST(Resolve, Monotonic_TheRoundIsNotPartOfTheValue) {
  const auto shown =
      Resolve(Field(kStage), Single(kStage, {Written(1, 5, StoredState({Value::OfCode("OPEN"), 2})),
                                             Written(2, 9, Value::OfCode("OPEN"))}));
  EXPECT_EQ(shown->value, Value::OfCode("OPEN"));
  EXPECT_EQ(shown->written->value, Value::OfCode("OPEN"));
  EXPECT_FALSE(shown->in_conflict());
}

TEST(Resolve, KeepLatest_TheLatestAppliesWithoutAWord) {
  const auto shown = Resolve(Field(kTitle), Single(kTitle, {Written(1, 5, Value::Text("early")),
                                                            Written(2, 9, Value::Text("late"))}));
  EXPECT_EQ(shown->value, Value::Text("late"));
  EXPECT_FALSE(shown->in_conflict());
}

TEST(Resolve, KeepLatest_AClockThatCannotBeRightDoesNotWinUnseen) {
  const std::uint64_t bits_of_60_days = Hlc::Of(kStampsApartMsMax, 0).bits;
  for (const auto& [late, flagged] :
       {std::pair(bits_of_60_days, false), std::pair(bits_of_60_days + 0x10000, true),
        std::pair(std::uint64_t{Hlc::kDoubtful}, true)}) {
    const auto shown =
        Resolve(Field(kTitle), Single(kTitle, {Written(1, 0, Value::Text("early")),
                                               Written(2, late, Value::Text("late"))}));
    EXPECT_EQ(shown->value, Value::Text("late"));
    EXPECT_EQ(shown->in_conflict(), flagged) << late;
    EXPECT_EQ(shown->first_applies, flagged ? Precedence::kClockInDoubt : Precedence::kLatest);
  }
}

TEST(Resolve, EveryPolicySaysWhetherItCanConflict) {
  for (const FieldId field : {kTitle, kName, kLevel, kStage, kStory})
    EXPECT_TRUE(MayConflict(Field(field).policy));
  for (const FieldId field : {kTags, kEntries, kErased})
    EXPECT_FALSE(MayConflict(Field(field).policy));
}

TEST(Resolve, AFieldThatWasNeverWrittenShowsNothing) {
  for (const FieldId field : {kTitle, kName, kTags, kEntries, kLevel, kStage, kErased, kStory})
    EXPECT_FALSE(Resolve(Field(field), {}));
}

}  // namespace
}  // namespace sacoche
