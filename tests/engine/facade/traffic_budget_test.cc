// What synchronising takes of the line is counted, whether it succeeds or not.

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kDay = 24ULL * 3600 * 1000;

class TrafficBudget : public TwoLaptops {
 protected:
  Traffic::Use Use() { return *(*a)->ReadTraffic(); }
};

TEST_F(TrafficBudget, NothingIsCountedWhereThereIsNoLine) { EXPECT_EQ(Use(), Traffic::Use()); }

TEST_F(TrafficBudget, CountsEachRequestAndStaysOverARestart) {
  team.http.line_bytes = 1000;
  team.Sync(*a);
  EXPECT_EQ(Use().today, 1000U);
  a->Reopen();
  team.Sync(*a);
  EXPECT_EQ(Use().today, 2000U);
  EXPECT_EQ((*b)->ReadTraffic()->today, 0U) << "each laptop counts its own";
  a->clock.Advance(kDay);
  EXPECT_EQ(Use().today, 0U);
}

TEST_F(TrafficBudget, ALineThatIsFreeIsNotCounted) {
  team.http.line_bytes = 1000;
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report, LineCost::kFree), Succeeds());
  EXPECT_EQ(Use().today, 0U);
}

TEST_F(TrafficBudget, CountsWhatAFailedSyncTook) {
  team.http.line_bytes = 1000;
  team.http.CutAfter(10);
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  EXPECT_GE(Use().today, 1000U);
}

TEST_F(TrafficBudget, ABudgetIsKeptAndHoldsBackNobodyWhoAsks) {
  team.http.line_bytes = 1000;
  EXPECT_THAT((*a)->SetByteBudget({500, std::nullopt}), Succeeds());
  team.Sync(*a);
  a->Reopen();
  EXPECT_EQ(Use().budget, (ByteBudget{500, std::nullopt}));
  EXPECT_TRUE(Use().is_spent());
  team.Sync(*a);
  EXPECT_EQ(Use().today, 2000U);
  EXPECT_THAT((*a)->SetByteBudget({}), Succeeds());
  EXPECT_FALSE(Use().is_spent());
}

TEST_F(TrafficBudget, KnowsWhetherWhatWaitsProtectsSomebody) {
  EXPECT_FALSE(*(*a)->HasProtectionWaiting());
  a->Set(record, kTitle, Value::Text("Un"));
  EXPECT_FALSE(*(*a)->HasProtectionWaiting());
  a->Set(record, kLevel, Value::OfCode("GRAVE"));
  EXPECT_TRUE(*(*a)->HasProtectionWaiting());
  // Sealed, and cut off before the server had it.
  team.http.CutAfter(100);
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  EXPECT_TRUE(*(*a)->HasProtectionWaiting());
  team.http.Mend();
  team.Sync(*a);
  EXPECT_FALSE(*(*a)->HasProtectionWaiting());
  EXPECT_FALSE(*(*b)->HasProtectionWaiting());
  team.Sync(*b);
  EXPECT_FALSE(*(*b)->HasProtectionWaiting()) << "what others wrote is not b's to send";
}

}  // namespace
}  // namespace sacoche
