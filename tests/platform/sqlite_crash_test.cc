// SQLite 3.40.1 can lose committed transactions of the WAL when the process dies: the page cache
// spilled inside a transaction, that transaction went back to a savepoint or had a failing
// statement and then committed, while the WAL held frames that were not checkpointed. Only a death
// without a clean close shows it. Database turns cache_spill off; these tests kill a writer to see
// that this helps, and that without it the loss is real.

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "platform/base/check.h"
#include "platform/sqlite/transaction.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

enum class Undo { kRollbackToSavepoint, kFailingStatement };
enum class Spill { kAsOpened, kTurnedOn };

constexpr int kSmallCacheKib = 40;
constexpr int kCommitsBefore = 5;
constexpr int kCommitsAfter = 5;

// A row a page. The first hundred rows are more than the cache holds; the next fifty change pages
// among them that have spilled already, so that those are written over in the WAL: only then does
// SQLite put off the checksums that it later forgets.
#define FILL(LAST_ID)                                                              \
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) " \
  "INSERT INTO filler(id, v) SELECT CASE WHEN i <= 100 THEN i * 10 "               \
  "WHEN i < 150 THEN i * 10 - 499 ELSE " LAST_ID " END, zeroblob(3000) FROM n"
constexpr const char* kFill = FILL("5000");
constexpr const char* kFillAndFail = FILL("1");  // violates the primary key

// The writer, in a process of its own. It says over the pipe the number of each commit that
// returned, then how many pages spilled, and waits for its death.
class Writer {
 public:
  Writer(const std::string& path, int pipe, Spill spill) : pipe_(pipe) {
    auto database = Database::Open({.path = path, .cache_kib = kSmallCacheKib});
    SACOCHE_CHECK(database.has_value());
    database_ = std::move(*database);
    if (spill == Spill::kTurnedOn) Execute("PRAGMA cache_spill=ON");
    Execute("CREATE TABLE filler(id INTEGER PRIMARY KEY, v BLOB)");
    Execute("CREATE TABLE committed(n INTEGER PRIMARY KEY)");
    Execute("INSERT INTO filler(id) VALUES (1)");
  }

  void Run(Undo undo) {
    for (int i = 0; i < kCommitsBefore; ++i) Commit();
    CommitAfterUndoing(undo);
    for (int i = 0; i < kCommitsAfter; ++i) Commit();
    Say(-1 - SpilledPages());
    while (true) pause();
  }

 private:
  void Execute(const char* sql) { SACOCHE_CHECK(database_->Execute(sql).has_value()); }

  void Commit() {
    auto transaction = Transaction::Begin(*database_);
    SACOCHE_CHECK(transaction.has_value());
    InsertAndCommit(*transaction);
  }

  void CommitAfterUndoing(Undo undo) {
    auto transaction = Transaction::Begin(*database_);
    SACOCHE_CHECK(transaction.has_value());
    if (undo == Undo::kRollbackToSavepoint) {
      Execute("SAVEPOINT s");
      Execute(kFill);
      Execute("ROLLBACK TO s");
    } else {
      SACOCHE_CHECK(!database_->Execute(kFillAndFail).has_value());
    }
    InsertAndCommit(*transaction);
  }

  void InsertAndCommit(Transaction& transaction) {
    SACOCHE_CHECK(
        database_->Prepare("INSERT INTO committed VALUES (?)").Bind(++last_).Run().has_value());
    SACOCHE_CHECK(transaction.Commit().has_value());
    Say(last_);
  }

  int SpilledPages() {
    int pages = 0;
    int ignored = 0;
    SACOCHE_CHECK(sqlite3_db_status(database_->handle(), SQLITE_DBSTATUS_CACHE_SPILL, &pages,
                                    &ignored, 0) == SQLITE_OK);
    return pages;
  }

  void Say(int number) const {
    SACOCHE_CHECK(write(pipe_, &number, sizeof number) == sizeof number);
  }

  int pipe_;
  int last_ = 0;
  std::unique_ptr<Database> database_;
};

struct Heard {
  std::set<int> acknowledged;
  int spilled_pages = -1;
};

Heard Listen(int pipe) {
  Heard heard;
  int number = 0;
  while (heard.spilled_pages < 0 && read(pipe, &number, sizeof number) == sizeof number) {
    if (number > 0) heard.acknowledged.insert(number);
    if (number < 0) heard.spilled_pages = -1 - number;
  }
  return heard;
}

Heard RunWriterAndKillIt(const std::string& path, Undo undo, Spill spill) {
  std::array<int, 2> ends{};
  SACOCHE_CHECK(pipe(ends.data()) == 0);
  const pid_t child = fork();
  SACOCHE_CHECK(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ends[0]);
    Writer(path, ends[1], spill).Run(undo);
  }
  close(ends[1]);
  Heard heard = Listen(ends[0]);
  close(ends[0]);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return heard;
}

std::set<int> CommittedIn(const std::string& path) {
  auto database = Database::Open({.path = path});
  SACOCHE_CHECK(database.has_value());
  std::set<int> numbers;
  auto rows = (*database)->Prepare("SELECT n FROM committed");
  while (rows.Step().value()) numbers.insert(static_cast<int>(rows.Int(0)));
  return numbers;
}

class SqliteCrash : public testing::TestWithParam<Undo> {
 protected:
  TemporaryDirectory folder_;
  const std::string path_ = folder_ / "store";
};

TEST_P(SqliteCrash, EveryAcknowledgedCommitSurvivesAKill) {
  const Heard heard = RunWriterAndKillIt(path_, GetParam(), Spill::kAsOpened);
  EXPECT_EQ(heard.acknowledged.size(), std::size_t{kCommitsBefore + 1 + kCommitsAfter});
  EXPECT_EQ(heard.spilled_pages, 0);
  EXPECT_EQ(CommittedIn(path_), heard.acknowledged);
}

// The control: without it, the test above might pass because it provokes nothing.
TEST_P(SqliteCrash, WithCacheSpillOnTheAffectedReleaseLosesCommits) {
  const Heard heard = RunWriterAndKillIt(path_, GetParam(), Spill::kTurnedOn);
  EXPECT_EQ(heard.acknowledged.size(), std::size_t{kCommitsBefore + 1 + kCommitsAfter});
  EXPECT_GT(heard.spilled_pages, 0);
  if (std::string_view(sqlite3_libversion()) == "3.40.1") {
    EXPECT_LT(CommittedIn(path_).size(), heard.acknowledged.size());
  }
}

INSTANTIATE_TEST_SUITE_P(, SqliteCrash,
                         testing::Values(Undo::kRollbackToSavepoint, Undo::kFailingStatement),
                         [](const auto& test) {
                           return test.param == Undo::kRollbackToSavepoint ? "RollbackToSavepoint"
                                                                           : "FailingStatement";
                         });

}  // namespace
}  // namespace sacoche
