#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "platform/base/ids.h"
#include "platform/sqlite/transaction.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

class SqliteTest : public testing::Test {
 protected:
  std::unique_ptr<Database> OpenOrDie() {
    auto database = Database::Open({.path = path_});
    SACOCHE_CHECK(database.has_value());
    return std::move(*database);
  }

  // A database with a table t and `rows` rows of 3,000 bytes.
  std::unique_ptr<Database> OpenWithRows(int rows) {
    auto database = OpenOrDie();
    SACOCHE_CHECK(database->Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)").has_value());
    for (int i = 0; i < rows; ++i) SACOCHE_CHECK(Insert(*database, Bytes(3000)).has_value());
    return database;
  }

  static Status Insert(Database& database, ByteView value) {
    return database.Prepare("INSERT INTO t(v) VALUES (?)").Bind(value).Run();
  }

  static std::int64_t CountRows(Database& database) {
    auto statement = database.Prepare("SELECT count(*) FROM t");
    SACOCHE_CHECK(statement.Step().value());
    return statement.Int(0);
  }

  static std::string PragmaOf(Database& database, const std::string& pragma) {
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "PRAGMA " + pragma;
    SACOCHE_CHECK(sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &statement, nullptr) ==
                  SQLITE_OK);
    SACOCHE_CHECK(sqlite3_step(statement) == SQLITE_ROW);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    std::string value(text == nullptr ? "" : text);
    sqlite3_finalize(statement);
    return value;
  }

  // Overwrites part of the file, as a failing disk would.
  void Damage(std::streamoff at, std::size_t size) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    const std::string garbage(size, '\x5a');
    file.write(garbage.data(), static_cast<std::streamsize>(size));
    SACOCHE_CHECK(file.good());
  }

  TemporaryDirectory folder_;
  const std::string path_ = folder_ / "store";
};

TEST_F(SqliteTest, Open_SetsWhatDurabilityAndSecrecyNeed) {
  const auto database = OpenOrDie();
  EXPECT_EQ(PragmaOf(*database, "journal_mode"), "wal");
  EXPECT_EQ(PragmaOf(*database, "synchronous"), "2");
  EXPECT_EQ(PragmaOf(*database, "cache_spill"), "0");
  EXPECT_EQ(PragmaOf(*database, "locking_mode"), "exclusive");
  EXPECT_EQ(PragmaOf(*database, "temp_store"), "2");
  EXPECT_EQ(PragmaOf(*database, "secure_delete"), "1");
  EXPECT_EQ(PragmaOf(*database, "trusted_schema"), "0");
  EXPECT_EQ(PragmaOf(*database, "foreign_keys"), "1");
}

TEST_F(SqliteTest, Open_LeavesNoSharedMemoryFile) {
  const auto database = OpenWithRows(3);
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(SqliteTest, Open_SaysThatAnotherProgramHoldsTheFile) {
  auto first = OpenOrDie();
  EXPECT_THAT(Database::Open({.path = path_}), FailsWith(ErrorCode::kBusy));
  first.reset();
  EXPECT_THAT(Database::Open({.path = path_}), Succeeds());
}

TEST_F(SqliteTest, Open_RefusesAFileThatIsNotADatabase) {
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_THAT(Database::Open({.path = path_}), FailsWith(ErrorCode::kCorrupt));
  EXPECT_EQ(std::filesystem::file_size(path_), 5000U);
}

TEST_F(SqliteTest, Open_SaysThatAFolderIsMissing) {
  EXPECT_THAT(Database::Open({.path = folder_ / "absent/store"}), FailsWith(ErrorCode::kIo));
}

TEST_F(SqliteTest, Values_OfEveryTypeReadBack) {
  const auto database = OpenOrDie();
  ASSERT_THAT(database->Execute("CREATE TABLE v(a, b, c, d, e, f)"), Succeeds());
  const Bytes blob{0, 1, 255};
  ASSERT_THAT(database->Prepare("INSERT INTO v VALUES (?, ?, ?, ?, ?, ?)")
                  .Bind(ByteView(blob))
                  .Bind(std::string_view("é\0x", 4))
                  .Bind(std::int64_t{INT64_MIN})
                  .Bind(UINT64_MAX)
                  .BindNull()
                  .Bind(ByteView())
                  .Run(),
              Succeeds());
  EXPECT_EQ(database->Changes(), 1);
  auto row = database->Prepare("SELECT a, b, c, d, e, f FROM v");
  ASSERT_TRUE(row.Step().value());
  EXPECT_TRUE(Equal(row.Blob(0), blob));
  EXPECT_EQ(row.Text(1), std::string("é\0x", 4));
  EXPECT_EQ(row.Int(2), INT64_MIN);
  EXPECT_EQ(row.Uint(3), UINT64_MAX);
  EXPECT_TRUE(row.IsNull(4));
  EXPECT_FALSE(row.IsNull(5));
  EXPECT_TRUE(row.Blob(5).empty());
  EXPECT_FALSE(row.Step().value());
}

TEST_F(SqliteTest, Prepare_GivesACleanStatementEachTime) {
  const auto database = OpenWithRows(0);
  const char* sql = "INSERT INTO t(v) VALUES (?)";
  ASSERT_THAT(database->Prepare(sql).Bind("bound").Run(), Succeeds());
  ASSERT_THAT(database->Prepare(sql).Run(), Succeeds());
  EXPECT_EQ(database->LastInsertRowId(), 2);
  auto row = database->Prepare("SELECT v FROM t WHERE id = 2");
  ASSERT_TRUE(row.Step().value());
  EXPECT_TRUE(row.IsNull(0));
}

TEST_F(SqliteTest, Prepare_StopsTheProgramOnAMistakeInTheStatement) {
  const auto database = OpenOrDie();
  EXPECT_DEATH(database->Prepare("SELECT nonsense FROM nowhere"), "no such table");
}

TEST_F(SqliteTest, Run_ReportsAViolatedConstraintAndTheStatementCanBeUsedAgain) {
  const auto database = OpenWithRows(0);
  const char* sql = "INSERT INTO t(id) VALUES (?)";
  ASSERT_THAT(database->Prepare(sql).Bind(1).Run(), Succeeds());
  EXPECT_THAT(database->Prepare(sql).Bind(1).Run(), FailsWith(ErrorCode::kIo));
  EXPECT_THAT(database->Prepare(sql).Bind(2).Run(), Succeeds());
  EXPECT_EQ(CountRows(*database), 2);
}

TEST_F(SqliteTest, Ids_OfAnotherLengthReadAsZero) {
  const auto database = OpenWithRows(0);
  ASSERT_THAT(Insert(*database, Bytes(16, 7)), Succeeds());
  ASSERT_THAT(Insert(*database, Bytes(15, 7)), Succeeds());
  auto row = database->Prepare("SELECT v FROM t ORDER BY id");
  ASSERT_TRUE(row.Step().value());
  EXPECT_EQ(row.IdAt<RecordId>(0).ToHex(), ToHex(Bytes(16, 7)));
  EXPECT_EQ(row.ArrayAt<16>(0)[0], 7);
  ASSERT_TRUE(row.Step().value());
  EXPECT_TRUE(row.IdAt<RecordId>(0).is_zero());
  EXPECT_EQ(row.ArrayAt<16>(0)[0], 0);
}

TEST_F(SqliteTest, FormatVersion_IsKeptInTheFile) {
  auto database = OpenOrDie();
  EXPECT_EQ(database->FormatVersion().value(), 0);
  ASSERT_THAT(database->Execute("PRAGMA user_version=7"), Succeeds());
  database.reset();
  EXPECT_EQ(OpenOrDie()->FormatVersion().value(), 7);
}

TEST_F(SqliteTest, Transaction_IsUndoneUnlessCommitted) {
  const auto database = OpenWithRows(1);
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_THAT(transaction, Succeeds());
    ASSERT_THAT(Insert(*database, {}), Succeeds());
    EXPECT_EQ(CountRows(*database), 2);
  }
  EXPECT_EQ(CountRows(*database), 1);
}

TEST_F(SqliteTest, Transaction_IsKeptOnceCommitted) {
  auto database = OpenWithRows(1);
  {
    auto transaction = Transaction::Begin(*database);
    ASSERT_THAT(Insert(*database, {}), Succeeds());
    ASSERT_THAT(transaction->Commit(), Succeeds());
  }
  database.reset();
  database = OpenOrDie();
  EXPECT_EQ(CountRows(*database), 2);
}

TEST_F(SqliteTest, Transaction_DoesNotNest) {
  const auto database = OpenWithRows(0);
  const auto outer = Transaction::Begin(*database);
  ASSERT_THAT(outer, Succeeds());
  EXPECT_THAT(Transaction::Begin(*database), FailsWith(ErrorCode::kIo));
}

TEST_F(SqliteTest, AFullDiskIsNamedAndLosesNothing) {
  const auto database = OpenWithRows(3);
  ASSERT_EQ(PragmaOf(*database, "max_page_count=12"), "12");
  Status status;
  {
    auto transaction = Transaction::Begin(*database);
    while (status.has_value()) status = Insert(*database, Bytes(3000));
  }
  EXPECT_THAT(status, FailsWith(ErrorCode::kDiskFull));
  EXPECT_EQ(CountRows(*database), 3);
  PragmaOf(*database, "max_page_count=1000");
  EXPECT_THAT(Insert(*database, Bytes(3000)), Succeeds());
}

TEST_F(SqliteTest, AReadOnlyConnectionReadsAndChangesNothing) {
  OpenWithRows(3).reset();
  const auto database = Database::Open({.path = path_, .read_only = true});
  ASSERT_THAT(database, Succeeds());
  EXPECT_EQ(CountRows(**database), 3);
  EXPECT_FALSE(Insert(**database, Bytes(10)));
  EXPECT_FALSE((*database)->Execute("DELETE FROM t"));
  EXPECT_EQ(CountRows(**database), 3);
}

TEST_F(SqliteTest, ACopyIsWholeAndLeavesTheFirstAsItWas) {
  const auto database = OpenWithRows(30);
  const std::string copy = path_ + "-copy";
  ASSERT_THAT(database->CopyTo({.path = copy}), Succeeds());
  EXPECT_THAT(Insert(*database, Bytes(10)), Succeeds());
  const auto opened = Database::Open({.path = copy});
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(CountRows(**opened), 30);
  EXPECT_TRUE((*opened)->CheckIntegrity()->empty());
}

TEST_F(SqliteTest, TheIntegrityCheckNamesWhatIsWrong) {
  OpenWithRows(20).reset();
  Damage(2 * 4096 + 8, 64);
  const auto database = OpenOrDie();
  const auto faults = database->CheckIntegrity();
  ASSERT_THAT(faults, Succeeds());
  EXPECT_FALSE(faults->empty());
}

TEST_F(SqliteTest, ADamagedTableIsReportedAsDamage) {
  OpenWithRows(20).reset();
  Damage(2 * 4096, 4096);
  const auto database = OpenOrDie();
  auto rows = database->Prepare("SELECT v FROM t");
  Result<bool> more = true;
  while (more.has_value() && *more) more = rows.Step();
  EXPECT_THAT(more, FailsWith(ErrorCode::kCorrupt));
}

TEST_F(SqliteTest, ADamagedSchemaIsReportedAsDamage) {
  OpenWithRows(1).reset();
  Damage(100, 3996);
  // Whichever step reads the schema first: opening, or preparing the first statement.
  const auto database = Database::Open({.path = path_});
  if (!database) {
    EXPECT_THAT(database, FailsWith(ErrorCode::kCorrupt));
    return;
  }
  EXPECT_THAT((*database)->Prepare("SELECT v FROM t").Step(), FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
