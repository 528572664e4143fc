#include "engine/rescue.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/vault/vault_header.h"
#include "tests/support/first_format.h"
#include "tests/support/test_team.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

// A laptop that works in a vault, as those of the programs do, beside one that does not.
class RescueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    b = team.NewMember("B");
    a = team.NewDevice("A", TestSchema(), vault->vfs_name());
    team.Admit(*a, "A");
    team.Sync(*a);
    team.Sync(*b);  // grants the key
    team.Sync(*a);
    for (int i = 0; i < kRecords; ++i) {
      records.push_back((*a)->NewRecordId());
      a->Set(records.back(), kName, Value::Text("record " + std::to_string(i)));
    }
    SyncBoth();
    b->Set(records[0], kTitle, Value::Text("by B"));
    SyncBoth();
  }

  void SyncBoth() {
    team.Sync(*a);
    team.Sync(*b);
    team.Sync(*a);
  }

  // `made` takes the place of A's store, as the programs do it.
  void PutInPlace(const std::string& made) {
    std::filesystem::rename(made, a->path());
    a->Reopen();
  }

  // Damages the n-th page's record in the file, from 1.
  void DamagePage(std::uint64_t page) {
    std::fstream file(a->path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(VaultHeader::kBytes + (page - 1) * 4136 + 2000);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }
  std::uint64_t Pages() {
    return (std::filesystem::file_size(a->path()) - VaultHeader::kBytes) / 4136;
  }

  void ExpectWholeAndEqual() {
    EXPECT_EQ(a->Digest(), b->Digest());
    for (TestDeviceEngine* device : {a.get(), b.get()}) device->ExpectWhole();
  }

  static constexpr int kRecords = 300;
  TestTeam team;
  TemporaryDirectory folder;
  std::unique_ptr<TestVault> vault = std::make_unique<TestVault>(folder / "any.db");
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  std::vector<RecordId> records;
  SeededRandom random{5};
};

TEST_F(RescueTest, AContinuedBackupGetsBackWhatWasSentSince) {
  a->BackUp();
  a->Set(records[1], kTitle, Value::Text("sent since"));
  SyncBoth();
  a->Close();
  const StorePlace backup{a->path() + ".backup", vault->vfs_name()};
  ASSERT_THAT(ContinueBackup(backup, random), Succeeds());
  PutInPlace(backup.path);
  EXPECT_EQ(a->Text(records[1], kTitle), "");
  a->Set(records[1], kCount, Value::Integer(4));
  SyncBoth();
  EXPECT_EQ(a->Text(records[1], kTitle), "sent since");
  EXPECT_EQ(b->Text(records[1], kCount), "4");
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

// Both copies of the store wrote into one text, from the same unit on.
TEST_F(RescueTest, TextsOfTwoCopiesOfOneStoreAreTwoEdits) {
  a->Set(records[1], kStory, Value::Text("Madame vit seule."));
  SyncBoth();
  a->BackUp();
  a->Set(records[1], kStory, Value::Text("Madame vit seule. Une copie."));
  a->Set(records[1], kStory, Value::Text("Madame vit seule. Une copie. Encore."));
  const StorePlace other{a->path() + ".other", vault->vfs_name()};
  ASSERT_THAT((*a)->BackUpTo(other.path), Succeeds());
  a->PutBackByHand();
  a->Set(records[1], kStory, Value::Text("Madame Aubrac vit seule."));
  a->Close();
  const auto taken = TakeOver(other, {a->path(), vault->vfs_name()}, TestSchema());
  ASSERT_THAT(taken, Succeeds());
  EXPECT_EQ(taken->changes_taken_over, 2U);
  a->Reopen();
  EXPECT_EQ(a->Text(records[1], kStory), "Madame Aubrac vit seule. Une copie. Encore.");
  SyncBoth();
  EXPECT_EQ(b->Text(records[1], kStory), "Madame Aubrac vit seule. Une copie. Encore.");
  ExpectWholeAndEqual();
}

// What the server has is left to it, and a colleague's edit is never written anew.
TEST_F(RescueTest, ATextThatAColleagueWentOnWithIsNotRewritten) {
  a->Set(records[1], kStory, Value::Text("Madame vit seule."));
  SyncBoth();
  a->BackUp();
  a->Set(records[1], kStory, Value::Text("Madame vit seule. Une copie."));
  const StorePlace diverged{a->path() + ".diverged", vault->vfs_name()};
  ASSERT_THAT((*a)->BackUpTo(diverged.path), Succeeds());
  a->PutBackByHand();
  a->Set(records[1], kStory, Value::Text("Madame Aubrac vit seule."));
  a->Set(records[1], kTitle, Value::Text("sent"));
  team.Sync(*a);
  team.Sync(*b);
  b->Set(records[1], kStory, Value::Text("Madame Odile Aubrac vit seule."));
  b->Set(records[1], kTitle, Value::Text("seen and changed"));
  SyncBoth();
  a->Close();
  ASSERT_THAT(ContinueBackup(diverged, random), Succeeds());
  ASSERT_THAT(TakeOver({a->path(), vault->vfs_name()}, diverged, TestSchema()), Succeeds());
  PutInPlace(diverged.path);
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    EXPECT_EQ(device->Text(records[1], kStory), "Madame Odile Aubrac vit seule. Une copie.");
    EXPECT_EQ(device->Text(records[1], kTitle), "seen and changed");
    EXPECT_EQ(device->Status().set_aside, 0U);
  }
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

TEST_F(RescueTest, WhatWasTakenOverOnceIsNotTakenOverAgain) {
  a->Set(records[1], kStory, Value::Text("Madame vit seule."));
  SyncBoth();
  a->BackUp();
  a->Set(records[1], kStory, Value::Text("Madame vit seule. Une copie."));
  a->Set(records[2], kEntries, Value::Text("a call"));
  a->Set(records[1], kStory, Value::Text("Madame vit seule. Une copie. Encore."));
  const StorePlace other{a->path() + ".other", vault->vfs_name()};
  ASSERT_THAT((*a)->BackUpTo(other.path), Succeeds());
  a->PutBackByHand();
  for (const char* text : {"Madame Aubrac vit seule.", "Madame Odile Aubrac vit seule."})
    a->Set(records[1], kStory, Value::Text(text));
  a->Close();
  for (const std::uint64_t expected : {3U, 0U}) {
    const auto taken = TakeOver(other, {a->path(), vault->vfs_name()}, TestSchema());
    ASSERT_THAT(taken, Succeeds());
    EXPECT_EQ(taken->changes_taken_over, expected);
  }
  a->Reopen();
  SyncBoth();
  EXPECT_EQ(b->Text(records[1], kStory), "Madame Odile Aubrac vit seule. Une copie. Encore.");
  EXPECT_EQ((*b)->Read(records[2])->value().Find(kEntries)->entries.size(), 1U);
  ExpectWholeAndEqual();
}

TEST_F(RescueTest, ABackupTakesOverWhatTheReplacedStoreNeverSent) {
  a->BackUp();
  a->Set(records[1], kTitle, Value::Text("sent since"));
  SyncBoth();
  a->Set(records[2], kTitle, Value::Text("never sent"));
  a->Close();
  const StorePlace backup{a->path() + ".backup", vault->vfs_name()};
  ASSERT_THAT(ContinueBackup(backup, random), Succeeds());
  const auto taken = TakeOver({a->path(), vault->vfs_name()}, backup, TestSchema());
  ASSERT_THAT(taken, Succeeds());
  EXPECT_EQ(taken->changes_taken_over, 2U);
  EXPECT_EQ(taken->unreadable, 0U);
  PutInPlace(backup.path);
  EXPECT_EQ(a->Text(records[2], kTitle), "never sent");
  SyncBoth();
  EXPECT_EQ(b->Text(records[2], kTitle), "never sent");
  ExpectWholeAndEqual();
}

// Both copies were worked in, and their dots collide.
TEST_F(RescueTest, TwoCopiesThatWereBothWorkedInLoseNothing) {
  a->BackUp();
  a->Set(records[3], kTitle, Value::Text("in the first copy"));
  a->Close();
  const std::string first = a->path() + ".first";
  std::filesystem::rename(a->path(), first);
  std::filesystem::copy_file(a->path() + ".backup", a->path());
  a->Reopen();
  a->Set(records[4], kTitle, Value::Text("in the second copy"));
  a->Close();
  const StorePlace kept{first, vault->vfs_name()};
  ASSERT_THAT(ContinueBackup(kept, random), Succeeds());
  ASSERT_THAT(TakeOver({a->path(), vault->vfs_name()}, kept, TestSchema()), Succeeds());
  PutInPlace(first);
  SyncBoth();
  EXPECT_EQ(b->Text(records[3], kTitle), "in the first copy");
  EXPECT_EQ(b->Text(records[4], kTitle), "in the second copy");
  ExpectWholeAndEqual();
}

TEST_F(RescueTest, AnotherLaptopsStoreIsRefused) {
  a->BackUp();
  b->Close();
  EXPECT_THAT(TakeOver({b->path(), ""}, {a->path() + ".backup", vault->vfs_name()}, TestSchema()),
              FailsWith(ErrorCode::kRefused));
}

// Every page in turn: whatever it held, the store is rebuilt or its keys are said to be lost.
TEST_F(RescueTest, AStoreWithAnyPageDamagedIsRebuilt) {
  a->Set(records[5], kTitle, Value::Text("never sent"));
  a->Close();
  const std::string damaged = a->path() + ".original";
  std::filesystem::copy_file(a->path(), damaged);
  const std::string server_digest = b->Digest();
  int attempts = 0;
  int rebuilt = 0;
  int kept_unsent = 0;
  const std::uint64_t pages = Pages();
  ASSERT_GT(pages, 60U);
  for (std::uint64_t page = 1; page <= pages; page += 1 + pages / 40) {
    SCOPED_TRACE(page);
    ++attempts;
    std::filesystem::copy_file(damaged, a->path(),
                               std::filesystem::copy_options::overwrite_existing);
    DamagePage(page);
    const StorePlace fresh{a->path() + ".fresh", vault->vfs_name()};
    std::filesystem::remove(fresh.path);
    const auto report = RebuildStore({a->path(), vault->vfs_name()}, fresh, TestSchema(), random);
    if (!report) {
      EXPECT_EQ(report.error().code, ErrorCode::kCorrupt);
      continue;
    }
    ++rebuilt;
    PutInPlace(fresh.path);
    // Not sent, so that the next page's attempt finds the server as it was.
    kept_unsent += a->Text(records[5], kTitle) == "never sent" ? 1 : 0;
    EXPECT_GE(a->Status().changes + report->unreadable, static_cast<std::uint64_t>(kRecords));
    a->Close();
  }
  // The pages of the schema and of the keys are the few without which nothing can be done.
  EXPECT_GE(rebuilt, attempts - 4);
  EXPECT_GE(kept_unsent, rebuilt - 3);
}

TEST_F(RescueTest, ARebuiltStoreGoesOnAfterTheNextSync) {
  a->Set(records[5], kTitle, Value::Text("never sent"));
  a->Close();
  std::uint64_t unreadable = 0;
  // Somewhere in the middle lies the log.
  for (std::uint64_t page = Pages() / 2; unreadable == 0; ++page) {
    ASSERT_LT(page, Pages());
    DamagePage(page);
    const StorePlace fresh{a->path() + ".fresh", vault->vfs_name()};
    std::filesystem::remove(fresh.path);
    const auto report = RebuildStore({a->path(), vault->vfs_name()}, fresh, TestSchema(), random);
    ASSERT_THAT(report, Succeeds());
    unreadable = report->unreadable;
  }
  PutInPlace(a->path() + ".fresh");
  SyncBoth();
  EXPECT_EQ(b->Text(records[5], kTitle), "never sent");
  ExpectWholeAndEqual();
}

TEST_F(RescueTest, WhatAFileBroughtIsSentOnFromARebuiltStore) {
  b->Set(records[1], kTitle, Value::Text("by file"));
  CarriedIn carried;
  ASSERT_THAT((*a)->CarryIn((*b)->CarryOut()->file, carried), Succeeds());
  ASSERT_EQ(carried.changes, 1U);
  a->Close();
  const StorePlace fresh{a->path() + ".fresh", vault->vfs_name()};
  const auto report = RebuildStore({a->path(), vault->vfs_name()}, fresh, TestSchema(), random);
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->unreadable, 0U);
  PutInPlace(fresh.path);
  EXPECT_EQ(a->Status().changes_by_file_only, 1U);
  const SyncReport sync = team.Sync(*a);
  EXPECT_EQ(sync.envelopes_carried_on, 1U) << sync.requests << " " << sync.envelopes_in;
  EXPECT_EQ(a->Status().changes_by_file_only, 0U);
  SyncBoth();
  ExpectWholeAndEqual();
}

// Damage does not wait for a new release to have been started once.
TEST_F(RescueTest, ADamagedStoreOfTheFirstFormatIsReadAndRebuilt) {
  a->Set(records[5], kTitle, Value::Text("never sent"));
  a->Close();
  {
    auto database = Database::Open({.path = a->path(), .vfs = vault->vfs_name()});
    ASSERT_THAT((*database)->Execute(kBackToTheFirstFormat), Succeeds());
  }
  const auto reads_this_record = [&] {
    ManualClock clock;
    const auto engine = Engine::Open(
        {a->path(), &TestSchema(), &clock, &random, vault->vfs_name(), /*read_only=*/true});
    if (!engine) return false;
    const auto record = (*engine)->Read(records[5]);
    return record && record->has_value() && (*engine)->History(records[5]) &&
           (*engine)->ReadStatus() && (*engine)->Conflicts();
  };
  // Some page in the middle that holds other records.
  const std::string whole = a->path() + ".whole";
  std::filesystem::copy_file(a->path(), whole);
  std::uint64_t page = Pages() / 2;
  for (DamagePage(page); !reads_this_record(); DamagePage(page)) {
    std::filesystem::copy_file(whole, a->path(), std::filesystem::copy_options::overwrite_existing);
    ASSERT_LE(++page, Pages());
  }
  const StorePlace fresh{a->path() + ".fresh", vault->vfs_name()};
  ASSERT_THAT(RebuildStore({a->path(), vault->vfs_name()}, fresh, TestSchema(), random),
              Succeeds());
  PutInPlace(fresh.path);
  SyncBoth();
  EXPECT_EQ(b->Text(records[5], kTitle), "never sent");
  ExpectWholeAndEqual();
}

TEST_F(RescueTest, ADamagedStoreOpenedReadOnlyIsReadAndNotWritten) {
  a->Close();
  std::ifstream before_file(a->path(), std::ios::binary);
  const std::string before((std::istreambuf_iterator<char>(before_file)), {});
  {
    ManualClock clock;
    const auto engine = Engine::Open(
        {a->path(), &TestSchema(), &clock, &random, vault->vfs_name(), /*read_only=*/true});
    ASSERT_THAT(engine, Succeeds());
    EXPECT_TRUE((*engine)->Read(records[0])->has_value());
    EXPECT_THAT((*engine)->Edit(EditOf(records[0], kTitle, Value::Text("x"))),
                FailsWith(ErrorCode::kCorrupt));
    SyncReport report;
    EXPECT_THAT((*engine)->Sync(team.http, report), FailsWith(ErrorCode::kCorrupt));
  }
  std::ifstream after_file(a->path(), std::ios::binary);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(after_file)), {}), before);
}

}  // namespace
}  // namespace sacoche
