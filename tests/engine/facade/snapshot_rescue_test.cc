// Stores that hold a snapshot, damaged or put back.

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/rescue.h"
#include "tests/support/test_team.h"

namespace sacoche {
namespace {

class SnapshotRescueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    a = team.NewMember("A");
    a->snapshot_after_envelopes = 5;
    a->Reopen();
    b = team.NewMember("B");
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
    Work();
    Compact();
    EXPECT_EQ(team.Sync(*b).snapshots_in, 1U);
  }

  void Work() {
    for (int i = 0; i < 6; ++i) {
      a->Set(record, kTitle, Value::Text("day " + std::to_string(++day_)));
      team.Sync(*a);
    }
  }
  void Compact() {
    ASSERT_THAT(team.server->store.DropCovered(team.space, {UINT64_MAX}), Succeeds());
  }
  void SyncBoth() {
    team.Sync(*b);
    team.Sync(*a);
    team.Sync(*b);
  }
  void PutInPlace(const std::string& made) {
    std::filesystem::rename(made, b->path());
    b->Reopen();
  }
  void ExpectWholeAndEqual() {
    EXPECT_EQ(a->Digest(), b->Digest());
    EXPECT_EQ(a->Conflicts(), b->Conflicts());
    const auto check = (*b)->Check();
    ASSERT_THAT(check, Succeeds());
    EXPECT_TRUE(check->whole()) << ::testing::PrintToString(check->log);
    EXPECT_EQ(b->Status().changes_waiting, 0U);
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  RecordId record;
  SeededRandom random{5};

 private:
  int day_ = 0;
};

TEST_F(SnapshotRescueTest, ARebuiltStoreHasWhatOnlyItsSnapshotHeld) {
  b->Set(record, kCount, Value::Integer(7));
  const std::string digest = b->Digest();
  b->Close();
  const StorePlace fresh{b->path() + ".fresh", ""};
  const auto report = RebuildStore({b->path(), ""}, fresh, TestSchema(), random);
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->unreadable, 0U);
  PutInPlace(fresh.path);
  EXPECT_EQ(b->Digest(), digest);
  EXPECT_TRUE(*(*b)->HasOlderHistory(record));
  Work();
  Compact();
  SyncBoth();
  EXPECT_EQ(a->Text(record, kCount), "7");
  ExpectWholeAndEqual();
}

TEST_F(SnapshotRescueTest, AContinuedBackupGetsBackWhatASnapshotStandsForByNow) {
  b->BackUp();
  b->Set(record, kCount, Value::Integer(7));
  team.Sync(*b);
  Work();
  Compact();
  b->Close();
  const StorePlace backup{b->path() + ".backup", ""};
  ASSERT_THAT(ContinueBackup(backup, random), Succeeds());
  PutInPlace(backup.path);
  EXPECT_EQ(b->Text(record, kCount), "");
  b->Set(record, kName, Value::Text("Anna"));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kCount), "7");
  EXPECT_EQ(a->Text(record, kName), "Anna");
  EXPECT_EQ(a->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

// One dot, given by two copies; one of the two changes came back in a snapshot only.
TEST_F(SnapshotRescueTest, WhatAnotherCopyNeverSentTakesANewDotBesideTheSnapshot) {
  b->BackUp();
  b->Set(record, kCount, Value::Integer(7));
  team.Sync(*b);
  Work();
  Compact();
  b->PutBackByHand();
  b->Set(record, kName, Value::Text("never sent"));
  b->Close();
  const StorePlace other{b->path() + ".other", ""};
  std::filesystem::rename(b->path(), other.path);
  const StorePlace backup{b->path() + ".backup", ""};
  ASSERT_THAT(ContinueBackup(backup, random), Succeeds());
  PutInPlace(backup.path);
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kCount), "7");
  b->Close();
  const auto taken = TakeOver(other, {b->path(), ""}, TestSchema());
  ASSERT_THAT(taken, Succeeds());
  EXPECT_EQ(taken->changes_taken_over, 1U);
  b->Reopen();
  SyncBoth();
  EXPECT_EQ(a->Text(record, kName), "never sent");
  EXPECT_EQ(a->Text(record, kCount), "7");
  ExpectWholeAndEqual();
}

}  // namespace
}  // namespace sacoche
