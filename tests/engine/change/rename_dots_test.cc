#include "engine/change/rename_dots.h"

#include <gtest/gtest.h>

#include "engine/record/sight.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const ReplicaId kOld = ReplicaId::FromArray({1});
const ReplicaId kNew = ReplicaId::FromArray({2});
const Dot kClosing{kOld, 5};

// A closing, and what its author had seen.
Change ClosingWith(const VersionVector& seen) {
  Sight sight;
  sight.of[kClosing] = seen;
  Change change{kClosing, {}, {}, {}, {}};
  change.records = {
      {{}, kFile, {{kStage, SightElement(), Value::Opaque(*EncodeSight(sight)), {Dot{kOld, 4}}}}}};
  return change;
}

Sight SightOf(const Change& change) {
  return *DecodeSight(*change.records.at(0).writes.at(0).value.As<Bytes>());
}

TEST(RenameDots, WhatWasSeenFollowsAndTheOldNameIsSeenNoMore) {
  VersionVector seen;
  seen.AddUpTo(kOld, 6);
  Change change = ClosingWith(seen);
  RenameDots({{Dot{kOld, 4}, Dot{kNew, 1}}, {kClosing, Dot{kNew, 2}}}, change);
  EXPECT_EQ(change.records[0].writes[0].overwritten, std::vector({Dot{kNew, 1}}));
  const Sight sight = SightOf(change);
  ASSERT_TRUE(sight.of.contains(Dot{kNew, 2}));
  const VersionVector& renamed = sight.of.at(Dot{kNew, 2});
  for (const Dot& dot : {Dot{kOld, 3}, Dot{kOld, 6}, Dot{kNew, 1}, Dot{kNew, 2}})
    EXPECT_TRUE(renamed.Contains(dot));
  EXPECT_FALSE(renamed.Contains(Dot{kOld, 4}));
  EXPECT_FALSE(renamed.Contains(kClosing));
}

TEST(RenameDots, AVectorThatClaimsMoreThanCanBeEndsSoon) {
  VersionVector seen;
  seen.AddUpTo(kOld, kDotCounterMax);
  Change change = ClosingWith(seen);
  RenameDots({{kClosing, Dot{kNew, 1}}}, change);
  EXPECT_TRUE(SightOf(change).of.at(Dot{kNew, 1}).Contains(Dot{kNew, 1}));
}

}  // namespace
}  // namespace sacoche
