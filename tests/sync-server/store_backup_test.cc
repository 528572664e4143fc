#include "sync-server/sqlite/store_backup.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "sync-server/sync_handler.h"
#include "tests/fakes/manual_clock.h"
#include "tests/support/process.h"
#include "tests/sync-server/store_files.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StoreBackupTest : public ::testing::Test {
 protected:
  StoreBackupTest() {
    disk_.Append(disk_.a);
    disk_.Append(disk_.b);
  }

  Result<StoreReport> BackUp() { return BackUpStore(disk_.path(), backup_, files_); }
  Result<RestoreOutcome> Restore() {
    return RestoreStore(backup_, disk_.path(), std::nullopt, files_);
  }
  std::uint64_t HeadOfStore() {
    disk_.Open();
    const std::uint64_t head = disk_.store->Head(disk_.space).value();
    disk_.Close();
    return head;
  }
  [[nodiscard]] std::vector<std::string> FilesOfTheBackup() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(disk_.folder.path()))
      if (entry.path().filename().string().starts_with("backup"))
        names.push_back(entry.path().filename().string());
    return names;
  }

  PosixFileSystem files_;
  StoreOnDisk disk_;
  const std::string backup_ = disk_.folder / "backup";
};

TEST_F(StoreBackupTest, IsMadeWhileAServerHasTheStoreAndWrites) {
  const auto report = BackUp();
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->envelopes, 2U);
  disk_.Append(disk_.a);
  EXPECT_EQ(VerifyStore(backup_)->envelopes, 2U);
  EXPECT_EQ(VerifyStore(disk_.path())->envelopes, 3U);
}

// A checkpoint that empties the WAL has to wait for whoever reads: it does not have to here.
TEST_F(StoreBackupTest, ASlowDownloadHoldsNoTransactionBetweenItsPieces) {
  for (int i = 0; i < 20; ++i) disk_.Append(disk_.a, 20'000);
  ManualClock clock;
  const auto directory = std::move(*ServerDirectory::Load(*disk_.store, std::nullopt));
  SyncHandler download({*disk_.store, *directory, clock}, disk_.b.signer());
  ASSERT_TRUE(
      download.Feed(TestPush{.directory_cursor = 5, .cursors = {{disk_.space, 0}}}.Encode()));
  ASSERT_TRUE(download.FinishPush());
  ASSERT_FALSE(download.NextChunk()->empty());
  ASSERT_FALSE(download.NextChunk()->empty());
  const auto other = Database::Open({.path = disk_.path(), .beside = Database::Beside::kReaders});
  ASSERT_TRUE(other.has_value());
  auto checkpoint = (*other)->Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(checkpoint.Step().value());
  EXPECT_EQ(checkpoint.Int(0), 0) << "somebody reads";
  EXPECT_EQ(std::filesystem::file_size(disk_.path() + "-wal"), 0U);
  ASSERT_FALSE(download.NextChunk()->empty());
}

TEST_F(StoreBackupTest, IsOneFileWithNothingBesideIt) {
  disk_.Close();
  ASSERT_TRUE(BackUp().has_value());
  ASSERT_TRUE(VerifyStore(backup_)->is_whole());
  EXPECT_THAT(FilesOfTheBackup(), ElementsAre("backup"));
}

TEST_F(StoreBackupTest, IsNeverOverwritten) {
  ASSERT_TRUE(BackUp().has_value());
  const std::string before = ReadTextFile(backup_);
  disk_.Append(disk_.a);
  EXPECT_EQ(BackUp().error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadTextFile(backup_), before);
}

TEST_F(StoreBackupTest, WhatAnInterruptedOneLeftIsNoHindrance) {
  std::ofstream(backup_ + ".partial") << "half of a file";
  std::ofstream(backup_ + ".partial-journal") << "half of a journal";
  ASSERT_TRUE(BackUp().has_value());
  EXPECT_FALSE(files_.Exists(backup_ + ".partial"));
  EXPECT_FALSE(files_.Exists(backup_ + ".partial-journal"));
}

TEST_F(StoreBackupTest, IsNotMadeOfADamagedStore) {
  disk_.Tamper("UPDATE envelopes SET envelope = x'00' WHERE sequence = 1");
  const auto refused = BackUp();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("envelope 1"));
  EXPECT_FALSE(files_.Exists(backup_));
  EXPECT_FALSE(files_.Exists(backup_ + ".partial"));
}

TEST_F(StoreBackupTest, NeedsAStoreAndAFolder) {
  EXPECT_EQ(BackUpStore(disk_.folder / "none", backup_, files_).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(files_.Exists(disk_.folder / "none"));
  EXPECT_FALSE(BackUpStore(disk_.path(), disk_.folder / "none/backup", files_).has_value());
}

TEST_F(StoreBackupTest, TakesTheStoresPlaceAndKeepsWhatWasThere) {
  ASSERT_TRUE(BackUp().has_value());
  disk_.Append(disk_.a);
  disk_.Close();
  const auto restored = Restore();
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(HeadOfStore(), 2U);
  EXPECT_EQ(VerifyStore(restored->former_path)->envelopes, 3U);
  // A second time, the first former one stays as well.
  const auto again = Restore();
  ASSERT_TRUE(again.has_value());
  EXPECT_NE(again->former_path, restored->former_path);
  EXPECT_EQ(VerifyStore(restored->former_path)->envelopes, 3U);
  EXPECT_EQ(VerifyStore(backup_)->envelopes, 2U);
}

TEST_F(StoreBackupTest, WhatTheFormerStoreHadInItsWalStaysWithIt) {
  ASSERT_TRUE(BackUp().has_value());
  disk_.Append(disk_.a);
  // As a killed server leaves it.
  const std::string left = disk_.folder / "left";
  std::filesystem::create_directory(left);
  for (const char* end : {"", "-wal"})
    std::filesystem::copy(disk_.path() + end, left + "/envelopes.db" + end);
  const auto restored = RestoreStore(backup_, left + "/envelopes.db", std::nullopt, files_);
  ASSERT_TRUE(restored.has_value());
  EXPECT_EQ(VerifyStore(restored->former_path)->envelopes, 3U);
  EXPECT_EQ(VerifyStore(left + "/envelopes.db")->envelopes, 2U);
}

TEST_F(StoreBackupTest, ADamagedFormerStoreIsKeptAsItIs) {
  ASSERT_TRUE(BackUp().has_value());
  disk_.Close();
  std::ofstream(disk_.path(), std::ios::trunc) << std::string(9000, 'x');
  std::ofstream(disk_.path() + "-wal") << "what is left of its WAL";
  const auto restored = Restore();
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(ReadTextFile(restored->former_path), std::string(9000, 'x'));
  EXPECT_EQ(ReadTextFile(restored->former_path + "-wal"), "what is left of its WAL");
  EXPECT_EQ(HeadOfStore(), 2U);
}

TEST_F(StoreBackupTest, GoesToAPlaceWhereNothingWas) {
  ASSERT_TRUE(BackUp().has_value());
  const auto restored = RestoreStore(backup_, disk_.folder / "new.db", std::nullopt, files_);
  ASSERT_TRUE(restored.has_value());
  EXPECT_EQ(restored->former_path, "");
  EXPECT_EQ(VerifyStore(disk_.folder / "new.db")->envelopes, 2U);
}

TEST_F(StoreBackupTest, IsNotPutUnderARunningServer) {
  ASSERT_TRUE(BackUp().has_value());
  EXPECT_EQ(Restore().error().code, ErrorCode::kBusy);
  disk_.Append(disk_.a);
  EXPECT_EQ(VerifyStore(disk_.path())->envelopes, 3U);
}

TEST_F(StoreBackupTest, ADamagedOneIsRefusedAndChangesNothing) {
  ASSERT_TRUE(BackUp().has_value());
  {
    const auto database = Database::Open({.path = backup_});
    ASSERT_TRUE((*database)->Execute("UPDATE envelopes SET envelope = x'00' WHERE sequence = 1"));
  }
  disk_.Append(disk_.a);
  disk_.Close();
  const auto refused = Restore();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("envelope 1"));
  EXPECT_EQ(HeadOfStore(), 3U);
  EXPECT_FALSE(files_.Exists(disk_.path() + ".restoring"));
}

TEST_F(StoreBackupTest, AnotherOrganisationsIsRefused) {
  ASSERT_TRUE(BackUp().has_value());
  disk_.Close();
  EXPECT_FALSE(RestoreStore(backup_, disk_.path(), TestKey(101).public_key(), files_).has_value());
  EXPECT_EQ(HeadOfStore(), 2U);
}

}  // namespace
}  // namespace sacoche
