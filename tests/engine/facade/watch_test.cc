// A laptop that stays away from its server locks until they have agreed again.

#include <gmock/gmock.h>

#include "engine/seal/recovery_code_key.h"
#include "tests/engine/sync/two_laptops.h"
#include "tests/fakes/simulated_disk.h"

namespace sacoche {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kDay = 24ULL * 3600 * 1000;
constexpr std::uint64_t kYear = 365 * kDay;

class Watch : public TwoLaptops {
 protected:
  void SetUp() override {
    TwoLaptops::SetUp();
    Pass(kDay);
    SyncBoth();
  }

  void Pass(std::uint64_t ms) {
    for (ManualClock* clock : {&team.server_clock, &a->clock, &b->clock}) clock->Advance(ms);
  }
  void SetPolicy(std::uint64_t lock_after_days) {
    ASSERT_THAT(team.organisation.SetPolicy({lock_after_days, 0}), Succeeds());
  }
  [[nodiscard]] bool IsLocked() { return a->Status().absence.is_locked; }

  // Whatever shows or changes a record.
  void ExpectLocked() {
    EXPECT_TRUE(IsLocked());
    const auto read = (*a)->Read(record);
    ASSERT_THAT(read, FailsWith(ErrorCode::kLocked));
    EXPECT_THAT(read.error().advice, HasSubstr("sacoche sync"));
    EXPECT_THAT((*a)->Edit(EditOf(record, kName, Value::Text("Anna"))),
                FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->List({}), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->Search("anne"), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->Conflicts(), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->History(record), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->HasOlderHistory(record), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->CameWithSnapshot(team.space, Dot{}), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->TakeBack(record, HistoryEntry{}), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->FindByPrefix(record.ToHex()), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->OriginalOf(record), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->ShareDossier(record, {(*b)->device()}, {}), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->EndSharing(team.space), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->Sharings(), FailsWith(ErrorCode::kLocked));
    EXPECT_THAT((*a)->ForEachRecord([](const RecordView&) { return Status(); }),
                FailsWith(ErrorCode::kLocked));
  }
  void ExpectOpen() {
    EXPECT_FALSE(IsLocked());
    EXPECT_EQ(a->Text(record, kName), "Anne");
  }
};

TEST_F(Watch, LocksAfterThirtyDaysIfTheOrganisationSaysNothing) {
  EXPECT_EQ(a->Status().absence.days, 0U);
  EXPECT_EQ(a->Status().absence.days_left, 30U);
  Pass(26 * kDay);
  ExpectOpen();
  EXPECT_EQ(a->Status().absence.days, 26U);
  EXPECT_EQ(a->Status().absence.days_left, 4U);
  Pass(4 * kDay - 1);
  ExpectOpen();
  Pass(1);
  ExpectLocked();
  a->Reopen();
  ExpectLocked();
}

TEST_F(Watch, ASyncOpensItAndSendsWhatWaited) {
  Pass(20 * kDay);
  a->Set(record, kTitle, Value::Text("typed on the road"));
  b->Set(record, kEntries, Value::Text("by a colleague"));
  team.Sync(*b);
  Pass(11 * kDay);
  ExpectLocked();
  EXPECT_EQ(a->Status().changes_waiting, 1U);
  SyncReport cut;
  team.http.CutAfter(0);
  EXPECT_FALSE((*a)->Sync(team.http, cut));
  ExpectLocked();
  team.http.Mend();
  team.Sync(*a);
  ExpectOpen();
  EXPECT_EQ(a->Status().absence.days_left, 30U);
  EXPECT_EQ(a->Text(record, kTitle), "typed on the road");
  EXPECT_THAT(a->Text(record, kEntries), HasSubstr("by a colleague"));
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kTitle), "typed on the road");
  a->Reopen();
  ExpectOpen();
}

TEST_F(Watch, WhatShowsNoRecordGoesOn) {
  Pass(31 * kDay);
  ExpectLocked();
  EXPECT_TRUE((*a)->Check()->whole());
  a->BackUp();
  EXPECT_THAT((*a)->NoteRecoveryCode(Bytes(kRecoveryCodeBytes, 7)), Succeeds());
  EXPECT_THAT((*a)->ReadStatus(), Succeeds());
}

TEST_F(Watch, ALaptopThatWasWithdrawnMeanwhileForgetsItsKeys) {
  Pass(31 * kDay);
  team.Revoke((*a)->device());
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kRevoked));
}

TEST_F(Watch, AClockThatIsPutBackDoesNotOpenIt) {
  Pass(31 * kDay);
  ExpectLocked();
  for (const std::uint64_t back : {2 * kDay, 31 * kDay, 10 * kYear}) {
    a->clock.Set(a->clock.NowMs() - back);
    ExpectLocked();
    a->Reopen();
    ExpectLocked();
  }
}

TEST_F(Watch, AClockThatIsPutBackInTimeDoesNotKeepItOpen) {
  for (int day = 0; day < 29; ++day) {
    a->clock.Advance(kDay);
    ExpectOpen();
    a->clock.Set(a->clock.NowMs() - kDay);
    ExpectOpen();
    a->Reopen();
  }
  a->clock.Advance(kDay);
  ExpectLocked();
}

TEST_F(Watch, AClockTenYearsAheadLocksItAndASyncRestoresNormalLife) {
  a->clock.Advance(10 * kYear);
  ExpectLocked();
  team.Sync(*a);
  ExpectOpen();
  Pass(29 * kDay);
  ExpectOpen();
  Pass(2 * kDay);
  ExpectLocked();
  team.Sync(*a);
  // And when somebody puts the clock right.
  a->clock.Set(team.server_clock.NowMs());
  ExpectOpen();
  Pass(29 * kDay);
  ExpectOpen();
  Pass(2 * kDay);
  ExpectLocked();
}

TEST_F(Watch, AClockTenYearsBehindLocksNobodyBeforeItsTime) {
  a->clock.Set(a->clock.NowMs() - 10 * kYear);
  ExpectOpen();
  Pass(29 * kDay);
  ExpectOpen();
  Pass(2 * kDay);
  ExpectLocked();
  team.Sync(*a);
  ExpectOpen();
  EXPECT_EQ(a->Status().absence.days, 0U);
}

TEST_F(Watch, APolicyArrivesWithASync) {
  SetPolicy(7);
  Pass(8 * kDay);
  ExpectOpen();
  team.Sync(*a);
  EXPECT_EQ(a->Status().absence.days_left, 7U);
  Pass(7 * kDay);
  ExpectLocked();
  SetPolicy(0);
  ExpectLocked();
  team.Sync(*a);
  EXPECT_EQ(a->Status().absence.days_left, std::nullopt);
  Pass(365 * kDay);
  ExpectOpen();
}

TEST_F(Watch, WhoNeverSynchronisedIsNotLocked) {
  const auto c = team.NewDevice("C");
  EXPECT_EQ(c->Status().absence.days, std::nullopt);
  c->clock.Advance(kYear);
  EXPECT_FALSE(c->Status().absence.is_locked);
  EXPECT_THAT((*c)->List({}), Succeeds());
}

TEST_F(Watch, TheFirstSyncIsAnAgreement) {
  const auto c = team.NewMember("C");
  EXPECT_EQ(c->Status().absence.days_left, 30U);
}

// The disk failed in one sync, at any write of it: the next one is on the disk all the same.
TEST_F(Watch, AnAgreementThatDidNotReachTheDiskIsMadeByTheNextSync) {
  SimulatedDisk disk;
  const auto c = team.NewDevice("C", TestSchema(), disk.vfs_name());
  c->clock.Set(team.server_clock.NowMs());
  team.Admit(*c, "C");
  team.Sync(*c);
  int failed = 0;
  for (std::uint64_t write = 0; write < 20; ++write) {
    Pass(20 * kDay);
    c->clock.Advance(20 * kDay);
    disk.Break({SimulatedDisk::Operation::kWrite, write, SQLITE_IOERR, true});
    SyncReport report;
    failed += (*c)->Sync(team.http, report) ? 0 : 1;
    disk.Mend();
    team.Sync(*c);
    c->Reopen();
    EXPECT_EQ(c->Status().absence.days, 0U) << "write " << write;
  }
  EXPECT_GT(failed, 1);
  EXPECT_LT(failed, 20);
}

TEST_F(Watch, ACopyThatIsPutBackKnowsHowOldItIs) {
  a->BackUp();
  Pass(31 * kDay);
  team.Sync(*a);
  ExpectOpen();
  a->PutBackByHand();
  ExpectLocked();
  team.Sync(*a);
  ExpectOpen();
}

}  // namespace
}  // namespace sacoche
