#include "engine/sync/agreement.h"

#include <gtest/gtest.h>

namespace sacoche {
namespace {

constexpr std::uint64_t kDay = 24ULL * 3600 * 1000;
constexpr std::uint64_t kYear = 365 * kDay;
constexpr std::uint64_t kServer = 1'750'000'000'000;

// Made at the server's time, by a clock that is so far ahead.
Agreement MadeWithClockAhead(std::uint64_t ahead_ms) {
  return {{kServer, kServer + ahead_ms}, 0, kServer + ahead_ms};
}

TEST(Agreement, BeforeTheFirstNobodyIsAway) {
  EXPECT_EQ(Agreement().LookAt(kServer).LookAt(kServer + kYear).away_ms, 0U);
}

TEST(Agreement, CountsWhatPassedWhateverTheClockShows) {
  for (const std::uint64_t ahead : {std::uint64_t{0}, kDay, 10 * kYear}) {
    const Agreement made = MadeWithClockAhead(ahead);
    EXPECT_EQ(made.LookAt(kServer + ahead + 3 * kDay).away_ms, 3 * kDay);
    EXPECT_EQ(made.LookAt(kServer + ahead + kDay).LookAt(kServer + ahead + 3 * kDay).away_ms,
              3 * kDay);
  }
}

TEST(Agreement, AClockThatIsPutBackGainsNothing) {
  Agreement agreement = MadeWithClockAhead(0).LookAt(kServer + 20 * kDay);
  for (const std::uint64_t back : {10 * kDay, kDay, kYear, 10 * kYear}) {
    const std::uint64_t now = kServer + 20 * kDay - back;
    agreement = agreement.LookAt(now);
    EXPECT_EQ(agreement.away_ms, 20 * kDay);
    agreement = agreement.LookAt(now + kDay);
    EXPECT_EQ(agreement.away_ms, 21 * kDay) << "what passes from then on counts";
    agreement = MadeWithClockAhead(0).LookAt(kServer + 20 * kDay);
  }
}

TEST(Agreement, AClockThatIsPutRightIsBelieved) {
  // Of a laptop whose battery is empty: it starts years behind, and is put right.
  Agreement agreement = MadeWithClockAhead(0).LookAt(kServer - 10 * kYear);
  EXPECT_EQ(agreement.away_ms, 0U);
  EXPECT_EQ(agreement.LookAt(kServer + 2 * kDay).away_ms, 2 * kDay);
  // And of one that was years ahead when it last agreed.
  EXPECT_EQ(MadeWithClockAhead(10 * kYear).LookAt(kServer + 2 * kDay).away_ms, 2 * kDay);
}

TEST(Agreement, AClockThatIsYearsAheadCountsForYears) {
  const Agreement ahead = MadeWithClockAhead(0).LookAt(kServer + 10 * kYear);
  EXPECT_EQ(ahead.away_ms, 10 * kYear);
  EXPECT_EQ(ahead.LookAt(kServer + kDay).away_ms, 10 * kYear) << "the longest that was ever seen";
}

TEST(Agreement, IsWrittenDownWhenTimeHasPassedOrTheClockWasPutBack) {
  const Agreement made = MadeWithClockAhead(0);
  EXPECT_FALSE(IsWorthKeeping(made, made.LookAt(kServer + 60'000)));
  EXPECT_TRUE(IsWorthKeeping(made, made.LookAt(kServer + 3'600'000)));
  EXPECT_TRUE(IsWorthKeeping(made, made.LookAt(kServer - 1)));
  EXPECT_TRUE(IsWorthMaking(Agreement(), {kServer, kServer}));
  EXPECT_FALSE(IsWorthMaking(made, {kServer + 60'000, kServer + 60'000}));
  EXPECT_TRUE(IsWorthMaking(made, {kServer + kDay, kServer + kDay}));
  EXPECT_TRUE(IsWorthMaking(MadeWithClockAhead(kDay), {kServer + 60'000, kServer + 60'000}));
  EXPECT_TRUE(IsWorthMaking(made, {kServer + 60'000, kServer + 10 * kYear}));
  EXPECT_TRUE(IsWorthMaking(made, {kServer + 60'000, kServer - 10 * kYear}));
  EXPECT_TRUE(IsWorthMaking(made.LookAt(kServer + 40 * kDay), {kServer + 60'000, kServer}));
}

}  // namespace
}  // namespace sacoche
