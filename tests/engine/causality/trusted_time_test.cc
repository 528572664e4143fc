#include "engine/causality/trusted_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sacoche {
namespace {

constexpr std::uint64_t kHour = 3600ULL * 1000;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kYear = 365 * kDay;
constexpr std::uint64_t kTrue = TrustedTime::kEarliestMs + 300 * kDay;
constexpr TimeEstimate kNow{kTrue, false};

TEST(TrustedTime, ACorrectClockIsBelieved) {
  const TrustedTime known{kTrue, kTrue + 5};
  EXPECT_EQ(known.At(kTrue + 3 * kDay), (TimeEstimate{kTrue + 3 * kDay - 5, false}));
}

TEST(TrustedTime, AClockThatIsYearsOffOnlyMeasuresWhatPassed) {
  for (const std::uint64_t local : {kTrue - 10 * kYear, kTrue + 10 * kYear}) {
    const TrustedTime known{kTrue, local};
    EXPECT_EQ(known.At(local + 2 * kHour), (TimeEstimate{kTrue + 2 * kHour, false}));
  }
}

TEST(TrustedTime, AClockThatJumpsByYearsIsDoubted) {
  const TrustedTime known{kTrue, kTrue};
  EXPECT_EQ(known.At(kTrue + 10 * kYear), (TimeEstimate{kTrue, true}));
  EXPECT_EQ(known.At(kTrue - 10 * kYear), (TimeEstimate{kTrue, true}));
  EXPECT_EQ(known.At(0), (TimeEstimate{kTrue, true}));
  EXPECT_EQ(known.At(UINT64_MAX), (TimeEstimate{kTrue, true}));
}

TEST(TrustedTime, AWrongClockThatIsPutRightIsBelieved) {
  const TrustedTime ahead{kTrue, kTrue + 10 * kYear};
  EXPECT_EQ(ahead.At(kTrue + kDay), (TimeEstimate{kTrue + kDay, false}));
  const TrustedTime behind{kTrue, kTrue - 10 * kYear};
  EXPECT_EQ(behind.At(kTrue + kDay), (TimeEstimate{kTrue + kDay, false}));
}

TEST(TrustedTime, AClockThatIsSetBackALittleIsNotDoubted) {
  const TrustedTime known{kTrue, kTrue + kHour};
  EXPECT_EQ(known.At(kTrue + kHour - 1000), (TimeEstimate{kTrue + kHour - 1000, false}));
  const TrustedTime behind{kTrue, kTrue - kHour};
  EXPECT_EQ(behind.At(kTrue - kHour - 1000), (TimeEstimate{kTrue, false}));
}

TEST(TrustedTime, BeforeTheFirstAnswerTheClockIsAllThereIs) {
  EXPECT_EQ(TrustedTime{}.At(kTrue), (TimeEstimate{kTrue, false}));
  EXPECT_EQ(TrustedTime{}.At(0), (TimeEstimate{TrustedTime::kEarliestMs, true}));
}

RC_GTEST_PROP(TrustedTime, NeverGoesBeforeTheLastAnswerNorAYearBeyondIt,
              (std::uint64_t local, std::uint64_t later)) {
  const std::uint64_t at = TrustedTime{kTrue, local}.At(later).ms;
  RC_ASSERT(at >= kTrue);
  RC_ASSERT(at <= kTrue + TrustedTime::kUnheardMsMax);
}

TEST(TrustedTime, SaysHowFarTheClockIsOff) {
  EXPECT_EQ((TrustedTime{kTrue, kTrue + 5}.AheadMs()), 5);
  EXPECT_EQ((TrustedTime{kTrue, kTrue - 7}.AheadMs()), -7);
}

TEST(ShowTime, AStampInGoodOrderIsShownAsItIs) {
  EXPECT_EQ(ShowTime(Hlc::Of(kTrue - kDay, 3), kTrue, kNow), (ShownTime{kTrue - kDay, false}));
  EXPECT_EQ(ShowTime(Hlc::Of(kTrue - kDay, 3), std::nullopt, kNow),
            (ShownTime{kTrue - kDay, false}));
}

TEST(ShowTime, AStampLaterThanItsReceiptIsClampedToItAndMarked) {
  const ShownTime clamped{kTrue - kDay, true};
  EXPECT_EQ(ShowTime(Hlc::Of(kTrue + 10 * kYear, 0), kTrue - kDay, kNow), clamped);
  EXPECT_EQ(ShowTime(Hlc::Of(kTrue + 10 * kYear, 0), std::nullopt, kNow), (ShownTime{kTrue, true}));
}

TEST(ShowTime, AStampYearsBeforeItsReceiptIsMarked) {
  EXPECT_TRUE(ShowTime(Hlc::Of(kTrue, 0), kTrue + 2 * kYear, kNow).in_doubt);
  EXPECT_TRUE(ShowTime(Hlc::Of(kTrue - 10 * kYear, 0), std::nullopt, kNow).in_doubt);
}

TEST(ShowTime, AStampThatItsDeviceDoubtedIsMarked) {
  EXPECT_EQ(ShowTime(Hlc::Of(kTrue, Hlc::kDoubtful | 4), kTrue, kNow), (ShownTime{kTrue, true}));
}

}  // namespace
}  // namespace sacoche
