#include "engine/sync_schedule.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fakes/seeded_random.h"

namespace sacoche {
namespace {

using Outcome = SyncSchedule::Outcome;

class SyncScheduleTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBegin = 1'000'000;

  // Half to all of `ms` after `from_ms`.
  static void ExpectWithin(std::uint64_t next_ms, std::uint64_t from_ms, std::uint64_t ms) {
    EXPECT_GE(next_ms, from_ms + ms / 2);
    EXPECT_LE(next_ms, from_ms + ms);
  }

  SeededRandom random{3};
  SyncSchedule::Options options;
  SyncSchedule schedule{options, &random, kBegin};
};

TEST_F(SyncScheduleTest, BeginsSoonAndThenFromTimeToTime) {
  ExpectWithin(schedule.NextMs(), kBegin, options.network_ms);
  schedule.Ended(kBegin + 5000, Outcome::kDone);
  ExpectWithin(schedule.NextMs(), kBegin + 5000, options.period_ms);
}

TEST_F(SyncScheduleTest, LaptopsDoNotComeAllAtOnce) {
  std::set<std::uint64_t> due;
  for (int laptop = 0; laptop < 100; ++laptop)
    due.insert(SyncSchedule(options, &random, kBegin).NextMs());
  EXPECT_GT(due.size(), 80U);
}

TEST_F(SyncScheduleTest, FailuresMakeItWaitLongerAndLongerUpToABound) {
  std::uint64_t now = kBegin;
  std::uint64_t wait = options.backoff_ms_min;
  for (int failure = 0; failure < 100; ++failure) {
    schedule.Ended(now, Outcome::kFailed);
    ExpectWithin(schedule.NextMs(), now, wait);
    now = schedule.NextMs();
    wait = std::min(2 * wait, options.backoff_ms_max);
  }
  EXPECT_EQ(wait, options.backoff_ms_max);
  schedule.Ended(now, Outcome::kDone);
  schedule.Ended(now, Outcome::kFailed);
  ExpectWithin(schedule.NextMs(), now, options.backoff_ms_min);
}

TEST_F(SyncScheduleTest, ANetworkThatCameEndsTheWaiting) {
  for (int i = 0; i < 20; ++i) schedule.Ended(kBegin, Outcome::kFailed);
  schedule.NetworkCame(kBegin + 1);
  ExpectWithin(schedule.NextMs(), kBegin + 1, options.network_ms);
  // And does not put off what is due before.
  const std::uint64_t due = schedule.NextMs();
  schedule.NetworkCame(due);
  EXPECT_EQ(schedule.NextMs(), due);
}

TEST_F(SyncScheduleTest, WhoeverTypedMeanwhileComesNoSooner) {
  for (int i = 0; i < 20; ++i) schedule.Ended(kBegin, Outcome::kFailed);
  schedule.SomethingWasTyped(kBegin);
  const std::uint64_t later = kBegin + 3 * options.typing_ms_max;
  schedule.NetworkCame(later);
  ExpectWithin(schedule.NextMs(), later, options.network_ms);
}

TEST_F(SyncScheduleTest, WhatIsTypedGoesOnceItRestsAndAtTheLatestAfterAWhile) {
  schedule.Ended(kBegin, Outcome::kDone);
  schedule.SomethingWasTyped(kBegin + 1000);
  EXPECT_EQ(schedule.NextMs(), kBegin + 1000 + options.rest_ms);
  EXPECT_TRUE(schedule.IsForTypingOnly(schedule.NextMs()));
  schedule.SomethingWasTyped(kBegin + 9000);
  EXPECT_EQ(schedule.NextMs(), kBegin + 9000 + options.rest_ms);
  std::uint64_t now = kBegin + 9000;
  while (now < schedule.NextMs()) schedule.SomethingWasTyped(now += 1000);
  EXPECT_EQ(schedule.NextMs(), kBegin + 1000 + options.typing_ms_max);
  schedule.Ended(now, Outcome::kDone);
  ExpectWithin(schedule.NextMs(), now, options.period_ms);
}

TEST_F(SyncScheduleTest, TypingIsNoReasonToTrySoonerWhileNothingGoesThrough) {
  for (int i = 0; i < 5; ++i) schedule.Ended(kBegin, Outcome::kFailed);
  const std::uint64_t due = schedule.NextMs();
  schedule.SomethingWasTyped(kBegin);
  EXPECT_EQ(schedule.NextMs(), due);
  schedule.NetworkCame(kBegin);
  schedule.NothingWasTyped();
  ExpectWithin(schedule.NextMs(), kBegin, options.network_ms);
}

TEST_F(SyncScheduleTest, NothingMakesItComeBeforeTheServersWord) {
  schedule.Ended(kBegin, Outcome::kFailed, 120);
  schedule.NetworkCame(kBegin);
  schedule.SomethingWasTyped(kBegin);
  schedule.SomebodyAsks(kBegin + 10);
  EXPECT_GT(schedule.NextMs(), kBegin + 120'000);  // nor exactly then, with all others
  EXPECT_LE(schedule.NextMs(), kBegin + 150'000);
  schedule.Ended(kBegin + 150'000, Outcome::kDone);
  schedule.SomebodyAsks(kBegin + 150'001);
  EXPECT_EQ(schedule.NextMs(), kBegin + 150'001);
}

TEST_F(SyncScheduleTest, NoServerSendsALaptopAwayForGood) {
  schedule.Ended(kBegin, Outcome::kFailed, UINT64_MAX);
  EXPECT_LE(schedule.NextMs(), kBegin + 30ULL * 3600 * 1000);
}

}  // namespace
}  // namespace sacoche
