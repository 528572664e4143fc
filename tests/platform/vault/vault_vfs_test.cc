#include "platform/vault/vault_vfs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "platform/sqlite/transaction.h"
#include "platform/vault/page_cipher.h"
#include "tests/platform/vault/vault_on_disk.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

constexpr std::string_view kCanary = "le canari chante a Sainte-Menehould";
constexpr std::size_t kRecordBytes = VaultHeader::kBlockBytes + PageCipher::kOverheadBytes;
constexpr std::size_t kWalRecordBytes = 24 + kRecordBytes;
constexpr std::size_t kWalHeaderBytes = 32 + PageCipher::kOverheadBytes;

std::string Utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += {c, '\0'};
  return wide;
}

class VaultVfsTest : public testing::Test {
 protected:
  void Fill(int rows = 50) {
    auto database = vault_.Open();
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"),
                Succeeds());
    for (int i = 0; i < rows; ++i)
      ASSERT_THAT((*database)
                      ->Prepare("INSERT INTO t(body) VALUES (? || hex(zeroblob(1000)))")
                      .Bind(kCanary)
                      .Run(),
                  Succeeds());
    if (keeps_wal_) Snapshot();
  }
  // The files as they are while the database is open.
  void Snapshot() { while_open_ = vault_.disk.files(); }

  void ExpectNothingClear(const SimulatedDisk::Files& files) {
    for (const auto& [name, content] : files) {
      EXPECT_FALSE(Contains(content, kCanary)) << name;
      EXPECT_FALSE(Contains(content, Utf16(kCanary))) << name;
      EXPECT_FALSE(Contains(content, "SQLite format 3")) << name;
      EXPECT_FALSE(Contains(content, "CREATE TABLE")) << name;
    }
  }

  VaultOnDisk vault_;
  bool keeps_wal_ = false;
  SimulatedDisk::Files while_open_;
};

TEST_F(VaultVfsTest, ADatabaseIsReadAsItWasWritten) {
  Fill();
  EXPECT_EQ(*CountRows(vault_.disk.files()), 50);
}

TEST_F(VaultVfsTest, NothingOfItIsInTheClear) {
  keeps_wal_ = true;
  Fill();
  ASSERT_GT(while_open_[std::string(kStorePath) + "-wal"].size(), 100'000U);
  ExpectNothingClear(while_open_);
  ExpectNothingClear(vault_.disk.files());
}

// The same with the journals of the other modes, and with what a large sort puts aside.
TEST_F(VaultVfsTest, JournalsAndTemporaryFilesAreSealedToo) {
  Fill(400);
  auto database = vault_.Open(40);
  ASSERT_THAT(database, Succeeds());
  for (const char* mode : {"DELETE", "PERSIST", "TRUNCATE"}) {
    ASSERT_THAT((*database)->Execute((std::string("PRAGMA journal_mode=") + mode).c_str()),
                Succeeds());
    ASSERT_THAT((*database)->Execute("BEGIN; UPDATE t SET body = body || 'x'"), Succeeds());
    ASSERT_TRUE(vault_.disk.files().contains(std::string(kStorePath) + "-journal")) << mode;
    ExpectNothingClear(vault_.disk.files());
    ASSERT_THAT((*database)->Execute("ROLLBACK"), Succeeds());
  }
  ASSERT_THAT((*database)->Execute("PRAGMA temp_store=FILE; PRAGMA cache_spill=ON;"
                                   "PRAGMA temp.cache_size=10;"
                                   "CREATE TEMP TABLE s AS SELECT body || id AS b FROM t"),
              Succeeds());
  bool has_temporary = false;
  for (const auto& [name, content] : vault_.disk.files())
    has_temporary |= name.starts_with("temporary-") && !content.empty();
  EXPECT_TRUE(has_temporary);
  ExpectNothingClear(vault_.disk.files());
}

TEST_F(VaultVfsTest, AFlippedBitInAPageIsNeverReadAsData) {
  Fill();
  const SimulatedDisk::Files whole = vault_.disk.files();
  const std::size_t pages = (whole.at(kStorePath).size() - VaultHeader::kBytes) / kRecordBytes;
  ASSERT_GT(pages, 10U);
  for (std::size_t page = 0; page < pages; ++page) {
    SimulatedDisk::Files files = whole;
    files[kStorePath][VaultHeader::kBytes + page * kRecordBytes + 77] ^= 4;
    const auto rows = CountRows(files);
    EXPECT_FALSE(rows) << page;
    if (!rows) {
      EXPECT_FALSE(rows.error().message.empty());
    }
  }
}

TEST_F(VaultVfsTest, PagesExchangedAreRefused) {
  Fill();
  SimulatedDisk::Files files = vault_.disk.files();
  Bytes& content = files[kStorePath];
  const auto record = [&](std::size_t page) {
    return content.begin() + static_cast<std::ptrdiff_t>(VaultHeader::kBytes + page * kRecordBytes);
  };
  std::swap_ranges(record(4), record(5), record(6));
  EXPECT_FALSE(CountRows(files));
}

TEST_F(VaultVfsTest, APageOfAnotherFileOfTheSameVaultIsRefused) {
  Fill();
  VaultOnDisk other;
  {
    auto database = other.Open();
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"),
                Succeeds());
  }
  SimulatedDisk::Files files = vault_.disk.files();
  const Bytes& from = other.disk.files()[kStorePath];
  ASSERT_GT(from.size(), VaultHeader::kBytes + kRecordBytes);
  std::copy_n(from.begin() + VaultHeader::kBytes, kRecordBytes,
              files[kStorePath].begin() + VaultHeader::kBytes);
  EXPECT_FALSE(CountRows(files));
}

TEST_F(VaultVfsTest, AnotherKeyOpensNothingAndDamagesNothing) {
  Fill();
  const SimulatedDisk::Files before = vault_.disk.files();
  VaultOnDisk other(before, 2);
  EXPECT_THAT(other.Open(), FailsWith(ErrorCode::kCorrupt));
  EXPECT_EQ(other.disk.files(), before);
}

TEST_F(VaultVfsTest, APlainDatabaseIsNotTakenForAVault) {
  SimulatedDisk plain;
  {
    const auto database = Database::Open({.path = kStorePath, .vfs = plain.vfs_name()});
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("CREATE TABLE t(id)"), Succeeds());
  }
  const SimulatedDisk::Files before = plain.files();
  VaultOnDisk vault(before);
  EXPECT_THAT(vault.Open(), FailsWith(ErrorCode::kCorrupt));
  EXPECT_EQ(vault.disk.files().at(kStorePath), before.at(kStorePath));
}

TEST_F(VaultVfsTest, AZeroedPageIsRefused) {
  Fill();
  SimulatedDisk::Files files = vault_.disk.files();
  const auto begin = files[kStorePath].begin() + VaultHeader::kBytes + 3 * kRecordBytes;
  std::fill(begin, begin + kRecordBytes, std::uint8_t{0});
  EXPECT_FALSE(CountRows(files));
}

// What a crash leaves of the WAL counts up to the first frame that does not open.
TEST_F(VaultVfsTest, ADamagedWalFrameEndsTheWal) {
  keeps_wal_ = true;
  Fill(5);
  const std::string wal = std::string(kStorePath) + "-wal";
  EXPECT_EQ(*CountRows(while_open_), 5);
  const std::size_t frames = (while_open_[wal].size() - kWalHeaderBytes) / kWalRecordBytes;
  ASSERT_GT(frames, 5U);
  std::int64_t rows_before = -1;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    SimulatedDisk::Files files = while_open_;
    files[wal][kWalHeaderBytes + frame * kWalRecordBytes + 50] ^= 1;
    const auto rows = CountRows(files);
    if (!rows) continue;  // before the table was made
    EXPECT_GE(*rows, rows_before);
    EXPECT_LT(*rows, 5);
    rows_before = *rows;
  }
  EXPECT_EQ(rows_before, 4);
}

// Found by the connection that wrote it, while it holds the page for whole.
TEST_F(VaultVfsTest, AFrameThatIsDamagedWhileInUseIsAnErrorAndNotData) {
  auto database = vault_.Open(8);
  ASSERT_THAT(database, Succeeds());
  ASSERT_THAT((*database)->Execute("PRAGMA wal_autocheckpoint=0;"
                                   "CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT);"
                                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n "
                                   "WHERE i < 200) INSERT INTO t SELECT i, hex(zeroblob(900)) "
                                   "FROM n"),
              Succeeds());
  Bytes& wal = vault_.disk.files()[std::string(kStorePath) + "-wal"];
  for (std::size_t at = kWalHeaderBytes + 60; at < wal.size(); at += kWalRecordBytes) wal[at] ^= 1;
  EXPECT_THAT((*database)->Execute("SELECT sum(length(body)) FROM t"),
              FailsWith(ErrorCode::kCorrupt));
}

TEST_F(VaultVfsTest, EveryPageSizeWorks) {
  for (const int size : {512, 1024, 4096, 8192, 65536}) {
    VaultOnDisk vault;
    {
      auto database = vault.Open();
      ASSERT_THAT(database, Succeeds());
    }
    vault.disk.files().clear();
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open_v2(kStorePath, &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              vault.vfs->name().c_str()),
              SQLITE_OK);
    const std::string sql = "PRAGMA page_size=" + std::to_string(size) +
                            "; CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT);"
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
                            "i < 300) INSERT INTO t SELECT i, hex(zeroblob(300)) FROM n;"
                            "DELETE FROM t WHERE id % 3 = 0; VACUUM";
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << size;
    sqlite3_close(raw);
    EXPECT_EQ(*CountRows(vault.disk.files()), 200) << size;
    const auto copy = ByteView(vault.disk.files().at(kStorePath)).first(VaultHeader::kCopyBytes);
    EXPECT_EQ(StoredHeader::Decode(copy)->unverified().block_bytes, size);
  }
}

TEST_F(VaultVfsTest, ACopyThroughTheVaultIsSealedAndHasAnIdOfItsOwn) {
  Fill();
  {
    const auto database = vault_.Open();
    ASSERT_THAT((*database)->CopyTo({.path = "copy.db", .vfs = vault_.vfs->name()}), Succeeds());
  }
  ExpectNothingClear(vault_.disk.files());
  EXPECT_EQ(*CountRows({{kStorePath, vault_.disk.files().at("copy.db")}}), 50);
  const auto header = [&](const char* name) {
    const Bytes& content = vault_.disk.files().at(name);
    return StoredHeader::Decode(ByteView(content).first(VaultHeader::kCopyBytes))->unverified();
  };
  EXPECT_EQ(header("copy.db").vault, header(kStorePath).vault);
  EXPECT_NE(header("copy.db").file, header(kStorePath).file);
}

TEST_F(VaultVfsTest, AFailedWriteFailsTheCommitAndLosesNothingBefore) {
  for (std::uint64_t nth = 0; nth < 12; ++nth) {
    VaultOnDisk vault;
    {
      auto database = vault.Open();
      ASSERT_THAT(database, Succeeds());
      ASSERT_THAT((*database)->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT);"
                                       "INSERT INTO t(body) VALUES ('a')"),
                  Succeeds());
      vault.disk.Break({SimulatedDisk::Operation::kWrite, nth, SQLITE_FULL, true, nth % 2 == 1});
      const auto status =
          (*database)->Execute("BEGIN; INSERT INTO t(body) VALUES (hex(zeroblob(20000))); COMMIT");
      if (!vault.disk.broke()) {
        EXPECT_THAT(status, Succeeds());
        break;
      }
      EXPECT_THAT(status, FailsWith(ErrorCode::kDiskFull));
      vault.disk.Mend();
    }
    EXPECT_EQ(*CountRows(vault.disk.files()), 1) << nth;
  }
}

TEST_F(VaultVfsTest, AHeaderThatComesShortIsAnErrorOfTheDiskAndNoForeignFile) {
  Fill(5);
  SimulatedDisk::Files files = vault_.disk.files();
  files[kStorePath][100] ^= 1;  // the first copy is damaged; what comes short is the second
  bool broke = true;
  for (std::uint64_t n = 0; broke; ++n) {
    VaultOnDisk vault(files);
    vault.disk.Break({.operation = SimulatedDisk::Operation::kRead,
                      .after = n,
                      .code = SQLITE_IOERR_SHORT_READ,
                      .shortens = true});
    const auto database = vault.Open();
    EXPECT_TRUE(database || database.error().code == ErrorCode::kIo) << n;
    broke = vault.disk.broke();
  }
}

TEST_F(VaultVfsTest, AFilePutInThePlaceOfAnOpenOneIsReadAsItself) {
  Fill(5);
  const auto first = vault_.Open();
  ASSERT_THAT(first, Succeeds());
  VaultOnDisk other;
  {
    auto database = other.Open();
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("CREATE TABLE t(body); INSERT INTO t VALUES ('b')"),
                Succeeds());
  }
  vault_.disk.files() = other.disk.files();
  const auto database = vault_.Open();
  ASSERT_THAT(database, Succeeds());
  auto query = (*database)->Prepare("SELECT count(*) FROM t");
  ASSERT_THAT(query.Step(), Succeeds());
  EXPECT_EQ(query.Int(0), 1);
}

// A journal's part that is synced is never written again, so no smaller part may be aligned.
TEST_F(VaultVfsTest, ASectorIsNotSmallerThanAJournalsBlock) {
  static sqlite3_vfs* below = nullptr;
  static sqlite3_io_methods methods;
  static int sector_bytes = 0;
  below = sqlite3_vfs_find(vault_.disk.vfs_name().c_str());
  sqlite3_vfs small = *below;
  small.zName = "small-sectors";
  small.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = below->xOpen(below, name, file, flags, out);
    if (code != SQLITE_OK) return code;
    methods = *file->pMethods;
    methods.xSectorSize = [](sqlite3_file*) { return sector_bytes; };
    file->pMethods = &methods;
    return code;
  };
  ASSERT_EQ(sqlite3_vfs_register(&small, 0), SQLITE_OK);
  {
    const auto vault = VaultVfs::Register(
        {.name = "over-small", .below = "small-sectors", .header_of_new_files = {}}, KeyOf(1));
    ASSERT_THAT(vault, Succeeds());
    sqlite3* raw = nullptr;
    ASSERT_EQ(
        sqlite3_open_v2(kStorePath, &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "over-small"),
        SQLITE_OK);
    sqlite3_file* file = nullptr;
    ASSERT_EQ(sqlite3_file_control(raw, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
    for (const auto& [below_says, vault_says] : {std::pair(32, 512), {512, 512}, {4096, 4096}}) {
      sector_bytes = below_says;
      EXPECT_EQ(file->pMethods->xSectorSize(file), vault_says);
    }
    sqlite3_close(raw);
  }
  sqlite3_vfs_unregister(&small);
}

TEST_F(VaultVfsTest, WhatTheLayerBelowLacksTheVaultLacksToo) {
  sqlite3_vfs bare = *sqlite3_vfs_find(vault_.disk.vfs_name().c_str());
  bare.iVersion = 2;
  bare.zName = "bare";
  bare.xGetLastError = nullptr;
  bare.xCurrentTimeInt64 = nullptr;
  ASSERT_EQ(sqlite3_vfs_register(&bare, 0), SQLITE_OK);
  {
    const auto vault = VaultVfs::Register(
        {.name = "over-bare", .below = "bare", .header_of_new_files = {}}, KeyOf(1));
    ASSERT_THAT(vault, Succeeds());
    const sqlite3_vfs* vfs = sqlite3_vfs_find("over-bare");
    EXPECT_EQ(vfs->xGetLastError, nullptr);
    EXPECT_EQ(vfs->xCurrentTimeInt64, nullptr);
    EXPECT_EQ(vfs->xSetSystemCall, nullptr);
    EXPECT_NE(vfs->xOpen, nullptr);
  }
  sqlite3_vfs_unregister(&bare);
}

}  // namespace
}  // namespace sacoche
