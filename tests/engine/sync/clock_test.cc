#include <gmock/gmock.h>

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kHour = 3600ULL * 1000;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kTenYears = 3652 * kDay;

// Laptops with clocks that may say anything, and a server that knows the time.
class ClockTest : public TwoLaptops {
 protected:
  // Where no laptop locks: what a clock does to a lock is told in tests/engine/facade.
  void SetUp() override {
    TwoLaptops::SetUp();
    ASSERT_THAT(team.organisation.SetPolicy({0, 0}), Succeeds());
    SyncBoth();
  }

  void Pass(std::uint64_t ms) {
    for (ManualClock* clock : {&team.server_clock, &a->clock, &b->clock}) clock->Advance(ms);
  }

  static void Jump(TestDeviceEngine& device, std::int64_t ms) {
    device.clock.Set(device.clock.NowMs() + static_cast<std::uint64_t>(ms));
  }

  [[nodiscard]] std::uint64_t True() { return team.server_clock.NowMs(); }

  static HistoryEntry Last(TestDeviceEngine& device, const RecordId& record) {
    return (*device).History(record)->back();
  }
};

TEST_F(ClockTest, ALaptopTakesTheTimeFromTheServer) {
  EXPECT_EQ((*a)->Now(), (TimeEstimate{True(), false}));
  Jump(*a, 3 * static_cast<std::int64_t>(kHour));
  team.Sync(*a);
  EXPECT_EQ((*a)->Now(), (TimeEstimate{True(), false}));
  EXPECT_EQ(a->Status().clock_ahead_ms, static_cast<std::int64_t>(3 * kHour));
  a->Reopen();
  EXPECT_EQ((*a)->Now(), (TimeEstimate{True(), false}));
}

// Of a week in which one clock is ten years ahead and one ten years behind, from before the first
// sync of the week on.
TEST_F(ClockTest, AWeekWithClocksTenYearsOffLosesNothingAndNothingWinsSilently) {
  Jump(*a, static_cast<std::int64_t>(kTenYears));
  Jump(*b, -static_cast<std::int64_t>(kTenYears));
  for (int day = 0; day < 7; ++day) {
    a->Set(record, kEntries, Value::Text("a" + std::to_string(day)));
    b->Set(record, kEntries, Value::Text("b" + std::to_string(day)));
    a->Set(record, kName, Value::Text("Anna " + std::to_string(day)));
    b->Set(record, kName, Value::Text("Hannah " + std::to_string(day)));
    a->Set(record, kTitle, Value::Text("A " + std::to_string(day)));
    b->Set(record, kTitle, Value::Text("B " + std::to_string(day)));
    const bool unheard = day == 0;
    EXPECT_EQ(Last(*a, record).hlc.is_doubtful(), unheard) << day;
    EXPECT_EQ(Last(*b, record).hlc.is_doubtful(), unheard) << day;
    Pass(kDay);
    SyncBoth();
    EXPECT_EQ(a->Digest(), b->Digest());
    EXPECT_EQ(a->Conflicts(), day == 0 ? 2U : 1U) << "the title too while its clocks were doubted";
    a->Set(record, kName, Value::Text("Anne"));
    a->Set(record, kTitle, Value::Text("seen"));
    SyncBoth();
    EXPECT_EQ(b->Text(record, kName), "Anne");
    EXPECT_EQ(b->Text(record, kTitle), "seen");
    EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  }
  const VisibleField entries = *(*(*a)->Read(record))->Find(kEntries);
  EXPECT_EQ(entries.entries.size(), 14U);
  const auto history = (*b)->History(record);
  for (const HistoryEntry& entry : *history) {
    const ShownTime shown = (*b)->TimeOf(entry);
    EXPECT_EQ(shown.in_doubt, entry.hlc.is_doubtful());
    EXPECT_LE(shown.ms, True());
    EXPECT_GE(shown.ms + 8 * kDay, True());
  }
}

TEST_F(ClockTest, AnEditUnderADoubtedClockIsMarkedOnEveryLaptop) {
  Jump(*a, -static_cast<std::int64_t>(kTenYears));
  EXPECT_TRUE(a->Status().time_in_doubt);
  a->Set(record, kTitle, Value::Text("when?"));
  SyncBoth();
  EXPECT_TRUE((*b)->TimeOf(Last(*b, record)).in_doubt);
  EXPECT_FALSE(a->Status().time_in_doubt);
}

TEST_F(ClockTest, HistorySaysWhenTheServerReceivedAChangeAndWhatItReplaced) {
  Pass(kDay);
  a->Set(record, kName, Value::Text("Anna"));
  EXPECT_EQ(Last(*a, record).received_s, std::nullopt);
  EXPECT_THAT(Last(*a, record).before, testing::ElementsAre(Value::Text("Anne")));
  Pass(kDay);
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    EXPECT_EQ(Last(*device, record).received_s, True() / 1000);
    EXPECT_THAT(Last(*device, record).before, testing::ElementsAre(Value::Text("Anne")));
  }
}

TEST_F(ClockTest, AStampFromTheFutureDragsNobodyAlong) {
  // A clock that is half a year ahead cannot be told from a laptop that was away for so long.
  Jump(*a, static_cast<std::int64_t>(180 * kDay));
  a->Set(record, kTitle, Value::Text("from the future"));
  SyncBoth();
  EXPECT_EQ((*b)->TimeOf(Last(*b, record)), (ShownTime{True() / 1000 * 1000, true}));
  b->Set(record, kTitle, Value::Text("now"));
  EXPECT_LE((*(*b)->Read(record))->Find(kTitle)->written->hlc.physical_ms(), True() + kDay);
  SyncBoth();
  EXPECT_EQ(a->Text(record, kTitle), "now");
}

TEST_F(ClockTest, AServerWhoseClockIsWrongIsFollowedOnlyUntilItIsRight) {
  team.server_clock.Advance(kTenYears);
  team.Sync(*a);
  EXPECT_EQ((*a)->Now().ms, True());
  team.server_clock.Set(True() - kTenYears);
  team.Sync(*a);
  EXPECT_EQ((*a)->Now(), (TimeEstimate{True(), false}));
}

}  // namespace
}  // namespace sacoche
