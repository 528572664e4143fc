#include "engine/causality/version_vector.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace sacoche {
namespace {

ReplicaId Replica(std::uint8_t number) {
  ReplicaId id;
  id.bytes[0] = number;
  return id;
}

// What a version vector stands for.
using Model = std::set<Dot>;

VersionVector VectorOf(const Model& dots) {
  VersionVector vector;
  for (const Dot& dot : dots) vector.Add(dot);
  return vector;
}

Model Union(Model a, const Model& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// Three replicas and few counters, so that gaps appear and close.
rc::Gen<Dot> AnyDot() {
  return rc::gen::apply(
      [](int replica, std::uint64_t counter) {
        return Dot{Replica(static_cast<std::uint8_t>(replica)), counter};
      },
      rc::gen::inRange(1, 4), rc::gen::inRange<std::uint64_t>(1, 12));
}

Model AnyModel() {
  const auto dots = *rc::gen::container<std::vector<Dot>>(AnyDot());
  return {dots.begin(), dots.end()};
}

bool HoldsExactly(const VersionVector& vector, const Model& model) {
  for (std::uint8_t replica = 0; replica < 5; ++replica)
    for (std::uint64_t counter = 1; counter < 14; ++counter) {
      const Dot dot{Replica(replica), counter};
      if (vector.Contains(dot) != model.contains(dot)) return false;
    }
  return true;
}

RC_GTEST_PROP(VersionVector, Add_HoldsExactlyTheDotsOfTheSet, ()) {
  const Model model = AnyModel();
  RC_ASSERT(HoldsExactly(VectorOf(model), model));
}

RC_GTEST_PROP(VersionVector, Add_DoesNotMindOrderOrRepetition, ()) {
  auto dots = *rc::gen::container<std::vector<Dot>>(AnyDot());
  VersionVector in_order;
  for (const Dot& dot : dots) in_order.Add(dot);
  VersionVector shuffled;
  std::ranges::reverse(dots);
  for (const Dot& dot : dots) shuffled.Add(dot);
  for (const Dot& dot : dots) shuffled.Add(dot);
  RC_ASSERT(in_order == shuffled);
}

RC_GTEST_PROP(VersionVector, Join_IsTheUnionOfTheSets, ()) {
  const Model a = AnyModel();
  const Model b = AnyModel();
  VersionVector joined = VectorOf(a);
  joined.Join(VectorOf(b));
  RC_ASSERT(HoldsExactly(joined, Union(a, b)));
  RC_ASSERT(joined == VectorOf(Union(a, b)));
}

RC_GTEST_PROP(VersionVector, Join_IsCommutativeAssociativeAndIdempotent, ()) {
  const VersionVector a = VectorOf(AnyModel());
  const VersionVector b = VectorOf(AnyModel());
  const VersionVector c = VectorOf(AnyModel());
  const auto join = [](VersionVector x, const VersionVector& y) {
    x.Join(y);
    return x;
  };
  RC_ASSERT(join(a, b) == join(b, a));
  RC_ASSERT(join(join(a, b), c) == join(a, join(b, c)));
  RC_ASSERT(join(a, a) == a);
}

RC_GTEST_PROP(VersionVector, Covers_IsTheInclusionOfTheSets, ()) {
  const Model a = AnyModel();
  const Model b = AnyModel();
  RC_ASSERT(VectorOf(a).Covers(VectorOf(b)) == std::ranges::includes(a, b));
  RC_ASSERT(VectorOf(Union(a, b)).Covers(VectorOf(b)));
}

RC_GTEST_PROP(VersionVector, ContiguousUpTo_IsTheFirstGap, ()) {
  const Model model = AnyModel();
  const VersionVector vector = VectorOf(model);
  for (std::uint8_t replica = 1; replica < 4; ++replica) {
    std::uint64_t expected = 0;
    while (model.contains(Dot{Replica(replica), expected + 1})) ++expected;
    RC_ASSERT(vector.ContiguousUpTo(Replica(replica)) == expected);
  }
}

TEST(VersionVector, ForgetsTheDotsBeyondAGapOnceItIsClosed) {
  VersionVector vector;
  for (const std::uint64_t counter : {5U, 3U, 2U, 4U}) vector.Add({Replica(1), counter});
  EXPECT_EQ(vector.beyond_gaps(), 4U);
  EXPECT_EQ(vector.ContiguousUpTo(Replica(1)), 0U);
  vector.Add({Replica(1), 1});
  EXPECT_EQ(vector.beyond_gaps(), 0U);
  EXPECT_EQ(vector.contiguous(), (std::map<ReplicaId, std::uint64_t>{{Replica(1), 5}}));
}

TEST(VersionVector, CountsFromOne) {
  VersionVector vector;
  vector.Add({Replica(1), 0});
  EXPECT_EQ(vector, VersionVector());
}

TEST(VersionVector, AHugeCounterBeyondAGapCostsNothing) {
  VersionVector vector;
  vector.Add({Replica(1), UINT64_MAX});
  EXPECT_TRUE(vector.Contains({Replica(1), UINT64_MAX}));
  EXPECT_FALSE(vector.Contains({Replica(1), UINT64_MAX - 1}));
  EXPECT_FALSE(VersionVector().Covers(vector));
  EXPECT_TRUE(vector.Covers(vector));
}

TEST(Dot, OrdersByReplicaThenCounterAndHashes) {
  EXPECT_LT((Dot{Replica(1), 9}), (Dot{Replica(2), 1}));
  EXPECT_LT((Dot{Replica(1), 1}), (Dot{Replica(1), 2}));
  std::unordered_set<Dot> dots;
  for (std::uint64_t counter = 1; counter <= 100; ++counter) dots.insert({Replica(1), counter});
  EXPECT_TRUE(dots.contains({Replica(1), 50}));
  EXPECT_FALSE(dots.contains({Replica(2), 50}));
}

}  // namespace
}  // namespace sacoche
