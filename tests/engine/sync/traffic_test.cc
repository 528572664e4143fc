#include "engine/sync/traffic.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kHour = 3600ULL * 1000;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kNovember30 = 20'787 * kDay;  // 2026

TEST(Traffic, CountsDaysAndMonthsOfTheCalendar) {
  Traffic traffic;
  EXPECT_EQ(traffic.At(kNovember30).this_month, 0U);
  traffic.Add(kNovember30 - 30 * kDay, 1);  // the last of October
  traffic.Add(kNovember30 - 29 * kDay, 10);
  traffic.Add(kNovember30, 100);
  traffic.Add(kNovember30 + kDay - 1, 1000);
  EXPECT_EQ(traffic.At(kNovember30 + 5 * kHour), (Traffic::Use{1100, 1110, {}}));
  EXPECT_EQ(traffic.At(kNovember30 - kDay), (Traffic::Use{0, 10, {}}));
  traffic.Add(kNovember30 + kDay, 7);
  EXPECT_EQ(traffic.At(kNovember30 + kDay), (Traffic::Use{7, 7, {}}));
}

TEST(Traffic, KeepsTwoMonths) {
  Traffic traffic;
  for (std::uint64_t day = 0; day < 400; ++day) traffic.Add(kNovember30 + day * kDay, 1);
  EXPECT_EQ(traffic.bytes_by_day.size(), Traffic::kDaysKept);
  const Traffic::Use use = traffic.At(kNovember30 + 31 * kDay);
  EXPECT_EQ(use.this_month, 0U) << "long ago";
}

TEST(Traffic, ABudgetIsSpentByTheDayOrByTheMonth) {
  Traffic traffic;
  traffic.Add(kNovember30 - kDay, 900);
  traffic.Add(kNovember30, 100);
  EXPECT_FALSE(traffic.At(kNovember30).is_spent());
  traffic.budget = {101, 1001};
  EXPECT_FALSE(traffic.At(kNovember30).is_spent());
  traffic.budget = {100, std::nullopt};
  EXPECT_TRUE(traffic.At(kNovember30).is_spent());
  EXPECT_FALSE(traffic.At(kNovember30 + kDay).is_spent());
  traffic.budget = {std::nullopt, 1000};
  EXPECT_TRUE(traffic.At(kNovember30).is_spent());
  EXPECT_FALSE(traffic.At(kNovember30 + kDay).is_spent()) << "another month";
  traffic.budget = {0, std::nullopt};
  EXPECT_TRUE(traffic.At(kNovember30 + kDay).is_spent()) << "nothing by itself";
}

TEST(Traffic, IsKeptAndASpoiltCountBeginsAnew) {
  const TemporaryDirectory folder;
  const auto store = Store::Open(folder / "store.db");
  ASSERT_THAT(store, Succeeds());
  Traffic traffic;
  traffic.Add(kNovember30, 100);
  traffic.budget = {std::nullopt, 0};
  ASSERT_THAT(SaveTraffic(**store, traffic), Succeeds());
  EXPECT_EQ(*LoadTraffic(**store), traffic);
  {
    auto transaction = (*store)->Begin();
    ASSERT_THAT(transaction, Succeeds());
    ASSERT_THAT((*store)->keys().Write("sync.traffic", Bytes{1, 1, 5, 0xff}), Succeeds());
    ASSERT_THAT(transaction->Commit(), Succeeds());
  }
  EXPECT_EQ(*LoadTraffic(**store), Traffic());
  EXPECT_THAT(SaveTraffic(**store, traffic), Succeeds());
  EXPECT_EQ(*LoadTraffic(**store), traffic);
}

TEST(Traffic, AnyClockCanBeCounted) {
  Traffic traffic;
  for (const std::uint64_t ms : {std::uint64_t{0}, std::uint64_t{UINT64_MAX}, kNovember30}) {
    traffic.Add(ms, 5);
    EXPECT_EQ(traffic.At(ms).today, 5U);
  }
  EXPECT_EQ(traffic.bytes_by_day.size(), 2U) << "the clock had run ahead";
}

}  // namespace
}  // namespace sacoche
