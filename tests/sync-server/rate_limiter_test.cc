#include "sync-server/rate_limiter.h"

#include <gmock/gmock.h>

namespace sacoche {
namespace {

constexpr std::uint64_t kNow = 1'700'000'000'000;

RateLimiter::Key KeyNumber(std::size_t number) {
  RateLimiter::Key key{};
  key[0] = static_cast<std::uint8_t>(number);
  key[1] = static_cast<std::uint8_t>(number >> 8);
  return key;
}

TEST(RateLimiter, GivesABurstAndThenByAndBy) {
  RateLimiter limiter({60, 3}, 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 1U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow + 999), 1U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow + 1000), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow + 1000), 1U);
}

TEST(RateLimiter, WhoWaitsAsToldIsServed) {
  RateLimiter limiter({7, 2}, 10);
  std::uint64_t now = kNow;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t wait_s = limiter.Take(KeyNumber(1), now);
    if (wait_s == 0) continue;
    now += wait_s * 1000;
    EXPECT_EQ(limiter.Take(KeyNumber(1), now), 0U);
  }
  EXPECT_GT(now, kNow);
}

// Whatever the pattern: never more than the burst and what came back since.
TEST(RateLimiter, NeverGivesMoreThanTheRate) {
  RateLimiter limiter({120, 5}, 10);
  std::uint64_t given = 0;
  for (std::uint64_t ms = 0; ms <= 60'000; ms += 37)
    if (limiter.Take(KeyNumber(1), kNow + ms) == 0) ++given;
  EXPECT_LE(given, 125U);
  EXPECT_GE(given, 123U);
}

TEST(RateLimiter, KeepsKeysApart) {
  RateLimiter limiter({1, 1}, 10);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 60U);
  EXPECT_EQ(limiter.Take(KeyNumber(2), kNow), 0U);
}

TEST(RateLimiter, WithoutARateEverythingGoes) {
  RateLimiter limiter({0, 0}, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 0U);
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(RateLimiter, AFullTableIsForgottenAsItRestsAndOthersShareABucket) {
  RateLimiter limiter({60, 2}, 100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(limiter.Take(KeyNumber(i), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(200), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(201), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(202), kNow), 1U);
  EXPECT_EQ(limiter.size(), 100U);
  // Those before keep their own.
  EXPECT_EQ(limiter.Take(KeyNumber(5), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(300), kNow + 5000), 0U);
  EXPECT_EQ(limiter.size(), 1U);
}

TEST(RateLimiter, AClockThatGoesBackRefillsNothingAndLocksNobodyOut) {
  RateLimiter limiter({60, 1}, 10);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 0U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow - 1'000'000'000), 1U);
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow - 1'000'000'000 + 1000), 0U);
}

TEST(RateLimiter, ALowerBurstHoldsAtOnce) {
  RateLimiter limiter({60, 10}, 10);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 0U);
  limiter.SetRate({60, 2});
  EXPECT_EQ(limiter.Take(KeyNumber(1), kNow), 1U);
}

}  // namespace
}  // namespace sacoche
