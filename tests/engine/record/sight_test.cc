#include "engine/record/sight.h"

#include <gtest/gtest.h>

#include "engine/record/closing.h"
#include "engine/record/value_codec.h"
#include "tests/support/results.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const ReplicaId kOne = ReplicaId::FromArray({1});
const ReplicaId kTwo = ReplicaId::FromArray({2});

Sight SightOf(const Dot& closing, const std::vector<Dot>& seen) {
  Sight sight;
  for (const Dot& dot : seen) sight.of[closing].Add(dot);
  return sight;
}

Sibling Written(const Dot& dot, Value value) {
  Sibling sibling;
  sibling.dot = dot;
  sibling.value = std::move(value);
  return sibling;
}

std::map<RegisterKey, Register> Closed(const Dot& closing, std::vector<Value> sights) {
  std::map<RegisterKey, Register> registers;
  registers[{kStage, {}}].siblings = {Written(closing, Value::OfCode("CLOSED"))};
  std::uint64_t counter = 90;
  for (Value& sight : sights)
    registers[{kStage, SightElement()}].siblings.push_back(
        Written({kOne, ++counter}, std::move(sight)));
  return registers;
}

const FieldDef& Stage() { return *TestSchema().FindField(kFile, kStage); }

TEST(Sight, ComesBackAsItWas) {
  Sight sight = SightOf({kOne, 4}, {{kOne, 1}, {kOne, 2}, {kTwo, 7}});
  sight.of[{kTwo, 9}].AddUpTo(kTwo, 9);
  sight.looked = Sight::Looked::kYes;
  const auto bytes = EncodeSight(sight);
  ASSERT_THAT(bytes, Succeeds());
  EXPECT_EQ(*DecodeSight(*bytes), sight);
}

TEST(Sight, WhatIsTooMuchIsNotKept) {
  Sight sight;
  for (std::uint64_t n = 1; n < 2 * kSightBytesMax; n += 2) sight.of[{kOne, 4}].Add({kTwo, n + 1});
  EXPECT_THAT(EncodeSight(sight), FailsWith(ErrorCode::kLimit));
}

TEST(Sight, OfTooMuchItSaysThatTheClosingsWereSeen) {
  Sight sight;
  for (std::uint64_t n = 1; n < 2 * kSightBytesMax; n += 2) sight.of[{kOne, 4}].Add({kTwo, n + 1});
  const auto less = DecodeSight(EncodeSightOrLess(sight));
  ASSERT_THAT(less, Succeeds());
  EXPECT_EQ(*less, SightOf({kOne, 4}, {{kOne, 4}}));
}

TEST(Sight, NoValueThatASetHoldsStandsWhereItStands) {
  for (const Value& value : {Value::Text("ÿ"), Value::OfCode("RED"), Value::Flag(true)})
    EXPECT_NE(EncodeValue(value), SightElement());
  EXPECT_THAT(DecodeValue(SightElement()), FailsWith(ErrorCode::kCorrupt));
}

TEST(Closing, CoversWhatAnyOfThoseWhoSawItHadSeen) {
  const Dot closing{kOne, 4};
  const auto bytes = [&](const Sight& sight) { return Value::Opaque(*EncodeSight(sight)); };
  const auto registers =
      Closed(closing, {bytes(SightOf(closing, {{kTwo, 3}})), bytes(SightOf(closing, {{kTwo, 5}})),
                       bytes(SightOf({kTwo, 8}, {{kTwo, 6}}))});
  const Closing closed(Stage(), registers);
  ASSERT_TRUE(closed.stands());
  EXPECT_TRUE(closed.Covers({kTwo, 3}));
  EXPECT_TRUE(closed.Covers({kTwo, 5}));
  EXPECT_FALSE(closed.Covers({kTwo, 4}));
  EXPECT_FALSE(closed.Covers({kTwo, 6}));  // by another closing, which does not stand
}

TEST(Closing, OfAnOlderOrANewerReleaseFlagsNothing) {
  const Closing older(Stage(), Closed({kOne, 4}, {}));
  EXPECT_TRUE(older.stands());
  EXPECT_TRUE(older.Covers({kTwo, 9}));
  EXPECT_FALSE(older.SeenBeside({kOne, 4}));
  const Value known = Value::Opaque(*EncodeSight(SightOf({kOne, 4}, {{kTwo, 3}})));
  const Closing newer(Stage(), Closed({kOne, 4}, {known, Value::Opaque({0x02})}));
  EXPECT_TRUE(newer.Covers({kTwo, 9}));
  const Closing beside_nonsense(Stage(), Closed({kOne, 4}, {known, Value::Opaque({0x01, 0x07})}));
  EXPECT_FALSE(beside_nonsense.Covers({kTwo, 9}));
}

TEST(Closing, StandsWhileNoStateIsFurther) {
  auto registers = Closed({kOne, 4}, {});
  registers[{kStage, {}}].siblings.push_back(Written({kTwo, 1}, Value::OfCode("PASSED_ON")));
  EXPECT_TRUE(Closing(Stage(), registers).stands());
  registers[{kStage, {}}].siblings.push_back(
      Written({kTwo, 2}, Value::List({Value::OfCode("OPEN"), Value::Integer(1)})));
  EXPECT_FALSE(Closing(Stage(), registers).stands());
}

}  // namespace
}  // namespace sacoche
