// Journals and logs of the vault: what SQLite finds in them after a fault, a kill or a power cut.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "tests/platform/vault/vault_on_disk.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

class VaultJournalsTest : public testing::Test {
 protected:
  VaultOnDisk vault_;
};

// The journal is bound to the database's header, and a journal that cannot be read is not an empty
// one: SQLite would take the half of a transaction that reached the database for whole.
TEST_F(VaultJournalsTest, AFileThatCannotBeOpenedJustNowDoesNotMakeAJournalEmpty) {
  SimulatedDisk::Files while_open;
  {
    auto database = vault_.Open(40);
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("PRAGMA journal_mode=DELETE;"
                                     "CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"),
                Succeeds());
    for (int i = 0; i < 50; ++i)
      ASSERT_THAT((*database)->Execute("INSERT INTO t(body) VALUES (hex(zeroblob(1000)))"),
                  Succeeds());
    ASSERT_THAT((*database)->Execute("PRAGMA cache_spill=ON; PRAGMA cache_size=5; BEGIN;"
                                     "UPDATE t SET body = NULL;"
                                     "INSERT INTO t(body) SELECT hex(zeroblob(1000)) FROM t"),
                Succeeds());
    while_open = vault_.disk.files();
  }
  bool broke = true;
  for (std::uint64_t nth = 0; broke; ++nth) {
    VaultOnDisk vault(while_open);
    vault.disk.Break({.operation = SimulatedDisk::Operation::kOpen,
                      .after = nth,
                      .code = nth % 2 == 0 ? SQLITE_CANTOPEN : SQLITE_NOMEM});
    {
      sqlite3* raw = nullptr;
      int rows = -1;
      sqlite3_open_v2(kStorePath, &raw, SQLITE_OPEN_READWRITE, vault.vfs->name().c_str());
      const auto take = [](void* out, int, char** values, char**) {
        *static_cast<int*>(out) = std::atoi(values[0]);
        return 0;
      };
      const int code = sqlite3_exec(raw, "SELECT count(body) FROM t", take, &rows, nullptr);
      sqlite3_close(raw);
      if (code == SQLITE_OK) {
        EXPECT_EQ(rows, 50) << nth;
      }
    }
    broke = vault.disk.broke();
    vault.disk.Mend();
    EXPECT_EQ(*CountRows(vault.disk.files()), 50) << nth;
    ASSERT_LT(nth, 20U);
  }
}

// SQLite gives a WAL frame that it writes again only a new page first, and a new header before the
// commit: from the checksum in the log's own header, if it was the first frame.
TEST_F(VaultJournalsTest, FramesThatATransactionWritesAgainAreCommittedWithoutASync) {
  auto database = vault_.Open();
  ASSERT_THAT(database, Succeeds());
  ASSERT_THAT((*database)->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"),
              Succeeds());
  for (int i = 0; i < 50; ++i)
    ASSERT_THAT((*database)->Execute("INSERT INTO t(body) VALUES (hex(zeroblob(1000)))"),
                Succeeds());
  ASSERT_THAT((*database)->Execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous=NORMAL;"
                                   "PRAGMA cache_spill=ON; PRAGMA cache_size=5; BEGIN"),
              Succeeds());
  for (int round = 0; round < 3; ++round)
    for (int id = 1; id <= 50; ++id)
      ASSERT_THAT((*database)
                      ->Prepare("UPDATE t SET body = body || 'x' WHERE id = ?")
                      .Bind(std::int64_t{id})
                      .Run(),
                  Succeeds());
  ASSERT_THAT((*database)->Execute("INSERT INTO t(body) VALUES ('last'); COMMIT"), Succeeds());
  EXPECT_EQ(*CountRows(vault_.disk.files()), 51);
}

// The pages are then smaller than the blocks, and the file ends inside one.
TEST_F(VaultJournalsTest, APowerCutWhilePagesBecomeSmallerIsUndone) {
  {
    auto database = vault_.Open();
    ASSERT_THAT(database, Succeeds());
  }
  vault_.disk.files().clear();
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open_v2(kStorePath, &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            vault_.vfs->name().c_str()),
            SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(raw,
                   "PRAGMA page_size=8192; CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT);"
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 400)"
                   "INSERT INTO t SELECT i, hex(zeroblob(300)) FROM n;"
                   "DELETE FROM t WHERE id > 90",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  CrashImages images(vault_.disk.files());
  const std::size_t begin = vault_.disk.changes().size();
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA page_size=1024; VACUUM", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  std::mt19937_64 random(1);
  bool is_cut_short = false;
  const auto check = [&](const SimulatedDisk::Files& files, std::size_t at) {
    const VaultOnDisk vault(files);
    const auto database = vault.Open();
    ASSERT_THAT(database, Succeeds()) << at;
    const auto faults = (*database)->CheckIntegrity();
    ASSERT_THAT(faults, Succeeds()) << at;
    EXPECT_TRUE(faults->empty()) << at;
    EXPECT_EQ(*CountRows(files), 90) << at;
  };
  for (std::size_t i = begin; i < vault_.disk.changes().size(); ++i) {
    images.Feed(vault_.disk.changes()[i]);
    check(images.NothingUnsynced(), i);
    check(images.AllWritten(), i);
    check(images.SomeSectors(random), i);
    const auto& change = vault_.disk.changes()[i];
    if (change.kind != SimulatedDisk::Change::Kind::kTruncate || change.file != kStorePath)
      continue;
    SimulatedDisk::Files files = images.AllWritten();
    ASSERT_EQ(static_cast<std::int64_t>(files[kStorePath].size()), change.offset);
    files[kStorePath].back() ^= 1;
    check(files, i);
    is_cut_short = true;
  }
  EXPECT_TRUE(is_cut_short);
}

// Without syncs a power cut may do harm, as SQLite says; a killed program may not. What the vault
// still held back of a journal would be missing then.
TEST_F(VaultJournalsTest, WithoutSyncsAKilledProgramLosesNothing) {
  for (const std::string mode : {"DELETE", "TRUNCATE", "PERSIST"}) {
    VaultOnDisk vault;
    std::vector<std::size_t> acknowledged;  // how many changes of the disk there had been
    {
      auto database = vault.Open(40);
      ASSERT_THAT(database, Succeeds());
      const std::string begin =
          "PRAGMA journal_mode=" + mode +
          "; PRAGMA synchronous=OFF; PRAGMA cache_spill=ON;"
          "PRAGMA cache_size=5;"
          "CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT, round);"
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n "
          "WHERE i < 40) INSERT INTO t SELECT i, hex(zeroblob(500)), 0 FROM n";
      ASSERT_THAT((*database)->Execute(begin.c_str()), Succeeds());
      acknowledged.push_back(vault.disk.changes().size());
      for (int round = 1; round <= 3; ++round) {
        ASSERT_THAT((*database)->Execute("UPDATE t SET round = round + 1, body = body || 'x'"),
                    Succeeds());
        acknowledged.push_back(vault.disk.changes().size());
      }
    }
    CrashImages images({});
    for (std::size_t i = 0; i < vault.disk.changes().size(); ++i) {
      images.Feed(vault.disk.changes()[i]);
      if (i + 1 < acknowledged.front()) continue;
      const VaultOnDisk after(images.AllWritten());
      const auto database = after.Open();
      ASSERT_THAT(database, Succeeds());
      auto query = (*database)->Prepare("SELECT min(round), max(round), count(*) FROM t");
      ASSERT_THAT(query.Step(), Succeeds()) << mode << i;
      const auto count = std::ranges::count_if(acknowledged, [&](auto at) { return at <= i + 1; });
      EXPECT_GE(query.Int(0), count - 1) << mode << i;
      EXPECT_EQ(query.Int(0), query.Int(1)) << mode << i;
      EXPECT_EQ(query.Int(2), 40) << mode << i;
    }
  }
}

TEST_F(VaultJournalsTest, ATransactionOverTwoFilesIsUndoneInBoth) {
  CrashImages images({});
  {
    auto database = vault_.Open();
    ASSERT_THAT(database, Succeeds());
    ASSERT_THAT((*database)->Execute("PRAGMA journal_mode=DELETE; ATTACH 'other.db' AS other;"
                                     "CREATE TABLE t(body); CREATE TABLE other.t(body);"
                                     "BEGIN; INSERT INTO t VALUES ('a');"
                                     "INSERT INTO other.t VALUES ('a'); COMMIT"),
                Succeeds());
  }
  bool was_there = false;
  for (const auto& change : vault_.disk.changes()) {
    // This makes the transaction's commit; the power fails just before.
    if (change.kind == SimulatedDisk::Change::Kind::kDelete &&
        change.file.find("-mj") != std::string::npos) {
      was_there = true;
      break;
    }
    images.Feed(change);
  }
  ASSERT_TRUE(was_there);
  const VaultOnDisk vault(images.AllWritten());
  const auto database = vault.Open();
  ASSERT_THAT(database, Succeeds());
  ASSERT_THAT((*database)->Execute("SELECT 1 FROM t; ATTACH 'other.db' AS other"), Succeeds());
  auto query = (*database)->Prepare("SELECT (SELECT count(*) FROM t), count(*) FROM other.t");
  ASSERT_THAT(query.Step(), Succeeds());
  EXPECT_EQ(query.Int(0), 0);
  EXPECT_EQ(query.Int(1), 0);
}

// While it undoes one file, SQLite looks into the journal of the other through a second handle, to
// learn whether that still names the super-journal: it must see what the first handle sees.
// (Without syncs there is no super-journal, and the two files are not one transaction.)
class TwoFilesTest : public testing::TestWithParam<std::string> {
 protected:
  // One update of both files, during which an operation fails. Whether it did.
  static bool CheckFault(const SimulatedDisk::Fault& fault, const std::string& synchronous) {
    VaultOnDisk vault;
    auto database = vault.Open(8);
    EXPECT_THAT(database, Succeeds());
    if (!database) return true;
    Database& both = **database;
    const std::string begin =
        "PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=" + GetParam() +
        ";ATTACH 'other.db' AS other; PRAGMA other.journal_mode=" + GetParam() +
        ";PRAGMA cache_spill=ON; PRAGMA other.cache_size=5; PRAGMA main.synchronous=" +
        synchronous + ";PRAGMA other.synchronous=" + synchronous +
        ";CREATE TABLE t(body, round); CREATE TABLE other.u(body, round);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 40)"
        " INSERT INTO t SELECT hex(zeroblob(500)), 0 FROM n; INSERT INTO u SELECT * FROM t";
    EXPECT_THAT(both.Execute(begin.c_str()), Succeeds());
    vault.disk.Break(fault);
    const auto status = both.Execute("BEGIN; UPDATE t SET round=1; UPDATE u SET round=1; COMMIT");
    vault.disk.Mend();
    // SQLite may have rolled back by itself.
    if (!status) static_cast<void>(both.Execute("ROLLBACK"));
    auto query = both.Prepare("SELECT (SELECT sum(round) FROM t), (SELECT sum(round) FROM u)");
    EXPECT_THAT(query.Step(), Succeeds());
    EXPECT_EQ(query.Int(0), query.Int(1));
    EXPECT_TRUE(query.Int(0) == 40 || (!status && query.Int(0) == 0)) << query.Int(0);
    return vault.disk.broke();
  }
};

TEST_P(TwoFilesTest, ATransactionThatFailsIsUndoneInBothOrInNone) {
  using Operation = SimulatedDisk::Operation;
  for (const std::string synchronous : {"FULL", "NORMAL"}) {
    for (const Operation operation : {Operation::kWrite, Operation::kTruncate, Operation::kSync}) {
      for (std::uint64_t nth = 0;; ++nth) {
        SCOPED_TRACE(synchronous + " " + std::to_string(static_cast<int>(operation)) + " " +
                     std::to_string(nth));
        const bool broke =
            CheckFault({operation, nth, SQLITE_FULL, false, nth % 2 == 0}, synchronous);
        if (HasFailure()) return;
        if (!broke) break;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, TwoFilesTest, testing::Values("DELETE", "TRUNCATE", "PERSIST"),
                         [](const auto& mode) { return mode.param; });

// Whatever fails of the commit, the connection that made it goes on with both files as they were.
TEST_F(VaultJournalsTest, AFailedTransactionOverTwoFilesLeavesTheConnectionInOrder) {
  for (const auto operation : {SimulatedDisk::Operation::kSync, SimulatedDisk::Operation::kWrite}) {
    bool broke = true;
    for (std::uint64_t n = 0; broke; ++n) {
      SCOPED_TRACE(n);
      VaultOnDisk vault;
      const auto database = vault.Open();
      ASSERT_THAT(database, Succeeds());
      ASSERT_THAT((*database)->Execute("PRAGMA journal_mode=DELETE; CREATE TABLE t(body);"
                                       "ATTACH 'other.db' AS other; BEGIN;"
                                       "INSERT INTO t VALUES ('a'); CREATE TABLE other.u(body)"),
                  Succeeds());
      vault.disk.Break({.operation = operation, .after = n});
      const bool committed = (*database)->Execute("COMMIT").has_value();
      broke = vault.disk.broke();
      vault.disk.Mend();
      if (!committed) (void)(*database)->Execute("ROLLBACK");
      auto query = (*database)->Prepare(
          "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM other.sqlite_schema)");
      ASSERT_THAT(query.Step(), Succeeds());
      EXPECT_EQ(query.Int(0), query.Int(1));
      EXPECT_TRUE(!committed || query.Int(0) == 1);
    }
  }
}

}  // namespace
}  // namespace sacoche
