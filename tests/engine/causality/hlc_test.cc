#include "engine/causality/hlc.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <vector>

namespace sacoche {
namespace {

constexpr std::uint64_t kNow = 1'700'000'000'000;
constexpr std::uint64_t kDay = 24ULL * 3600 * 1000;
constexpr std::uint64_t kYear = 365 * kDay;

TEST(Hlc, HoldsMillisecondsAndCounter) {
  constexpr Hlc stamp = Hlc::Of(kNow, 7);
  EXPECT_EQ(stamp.physical_ms(), kNow);
  EXPECT_EQ(stamp.logical(), 7);
  EXPECT_LT(Hlc::Of(kNow, 65535), Hlc::Of(kNow + 1, 0));
  // The greatest stamp is the greatest positive integer of SQL.
  EXPECT_EQ(Hlc::Of(Hlc::kPhysicalMsMax, 65535).bits,
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST(HlcGenerator, Next_FollowsTheClock) {
  HlcGenerator generator;
  EXPECT_EQ(generator.Next(kNow), Hlc::Of(kNow, 0));
  EXPECT_EQ(generator.Next(kNow + 5), Hlc::Of(kNow + 5, 0));
}

TEST(HlcGenerator, Next_CountsWithinOneMillisecond) {
  HlcGenerator generator;
  generator.Next(kNow);
  EXPECT_EQ(generator.Next(kNow), Hlc::Of(kNow, 1));
  EXPECT_EQ(generator.Next(kNow), Hlc::Of(kNow, 2));
}

TEST(HlcGenerator, Next_GoesOnWhenTheCounterOverflows) {
  HlcGenerator generator(Hlc::Of(kNow, 65535));
  EXPECT_EQ(generator.Next(kNow), Hlc::Of(kNow + 1, 0));
}

TEST(HlcGenerator, Next_MarksTheStampsOfADoubtedClockAndNoOther) {
  using enum HlcGenerator::Clock;
  HlcGenerator generator;
  const Hlc doubted = generator.Next(kNow, kDoubtful);
  EXPECT_TRUE(doubted.is_doubtful());
  EXPECT_EQ(doubted.physical_ms(), kNow);
  const Hlc again = generator.Next(kNow, kDoubtful);
  EXPECT_GT(again, doubted);
  EXPECT_TRUE(again.is_doubtful());
  const Hlc sound = generator.Next(kNow, kSound);
  EXPECT_GT(sound, again);
  EXPECT_FALSE(sound.is_doubtful());
}

TEST(HlcGenerator, Next_MarksTheStampAfterAnOverflowToo) {
  HlcGenerator generator(Hlc::Of(kNow, 0xffff));
  const Hlc next = generator.Next(kNow, HlcGenerator::Clock::kDoubtful);
  EXPECT_EQ(next, Hlc::Of(kNow + 1, Hlc::kDoubtful));
  HlcGenerator unmarked(Hlc::Of(kNow, 0x7fff));
  EXPECT_EQ(unmarked.Next(kNow), Hlc::Of(kNow + 1, 0));
}

TEST(HlcGenerator, Next_NeverGoesBackWhenTheClockDoes) {
  HlcGenerator generator;
  const Hlc before = generator.Next(kNow);
  EXPECT_GT(generator.Next(kNow - 5 * kYear), before);
  EXPECT_GT(generator.Next(0), before);
  EXPECT_LE(generator.last().physical_ms(), kNow + 1);
}

RC_GTEST_PROP(HlcGenerator, Next_GrowsUnderEveryJumpOfTheClock,
              (const std::vector<std::uint64_t>& clock)) {
  HlcGenerator generator(Hlc::Of(kNow, 0));
  Hlc last = generator.last();
  for (const std::uint64_t now : clock) {
    const Hlc next = generator.Next(now % (200 * kYear));
    RC_ASSERT(next > last);
    last = next;
  }
}

TEST(HlcGenerator, Observe_PutsLaterStampsAfterARemoteOne) {
  HlcGenerator generator;
  const Hlc remote = Hlc::Of(kNow + 1000, 3);
  generator.Observe(remote, kNow);
  EXPECT_GT(generator.Next(kNow), remote);
}

TEST(HlcGenerator, Observe_DoesNotGoBack) {
  HlcGenerator generator;
  const Hlc mine = generator.Next(kNow);
  generator.Observe(Hlc::Of(kNow - kYear, 0), kNow);
  EXPECT_EQ(generator.last(), mine);
}

TEST(HlcGenerator, Observe_DoesNotFollowARemoteClockFarAhead) {
  HlcGenerator generator;
  const Hlc mine = generator.Next(kNow);
  generator.Observe(Hlc::Of(kNow + 5 * kYear, 0), kNow);
  generator.Observe(Hlc::Of(Hlc::kPhysicalMsMax, 65535), kNow);
  EXPECT_EQ(generator.last(), mine);
}

TEST(HlcGenerator, Observe_FollowsUpToItsLimitAndNoFurther) {
  const Hlc at_limit = Hlc::Of(kNow + HlcGenerator::kRemoteAheadMsMax, 0);
  const Hlc beyond = Hlc::Of(kNow + HlcGenerator::kRemoteAheadMsMax + 1, 0);
  HlcGenerator generator;
  generator.Observe(beyond, kNow);
  EXPECT_EQ(generator.last(), Hlc{});
  generator.Observe(at_limit, kNow);
  EXPECT_EQ(generator.last(), at_limit);
}

TEST(HlcGenerator, AClockYearsBehindStillTakesPart) {
  // The colleague's clock is right, this one is five years late: nothing is followed, and the
  // stamps of this device still grow.
  HlcGenerator late;
  const std::uint64_t now = kNow - 5 * kYear;
  const Hlc first = late.Next(now);
  late.Observe(Hlc::Of(kNow, 0), now);
  EXPECT_GT(late.Next(now), first);
  EXPECT_LT(late.last(), Hlc::Of(kNow, 0));
}

}  // namespace
}  // namespace sacoche
