// What a power cut may leave of a vault: a workload runs over a simulated disk that remembers every
// change; then, for every change, images of what the disk might hold had the power failed there are
// opened again. No acknowledged commit may be missing and none may be half there.
//
// SACOCHE_CRASH_IMAGES sets how many images; by default some thousands.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "platform/base/check.h"
#include "platform/sqlite/transaction.h"
#include "tests/platform/vault/vault_on_disk.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

constexpr int kSmallCacheKib = 64;

std::size_t ImagesWanted(std::size_t by_default) {
  const char* wanted = std::getenv("SACOCHE_CRASH_IMAGES");
  return wanted == nullptr ? by_default : std::strtoull(wanted, nullptr, 10) / 4;
}

// What the database holds, so that states can be compared.
Result<std::string> ReadState(Database& database) {
  auto query = database.Prepare(
      "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(length(body)), 0),"
      " coalesce(sum(id * unicode(body)), 0) FROM t");
  SACOCHE_TRY(query.Step());
  std::string state;
  for (int column = 0; column < 4; ++column) state += std::to_string(query.Int(column)) + " ";
  return state;
}

// One store's life: transactions of many kinds, and the state after each acknowledged one.
class Workload {
 public:
  struct Acknowledged {
    std::size_t changes;  // how many changes of the disk there had been
    std::string state;
  };

  Workload(VaultOnDisk& vault, const char* journal_mode, std::uint64_t seed)
      : vault_(vault), random_(seed) {
    database_ = std::move(*vault.Open(kSmallCacheKib));
    Execute("PRAGMA wal_autocheckpoint=25");
    Execute((std::string("PRAGMA journal_mode=") + journal_mode).c_str());
    // Spilling makes journals of several parts, each synced before the next; with a WAL SQLite 3.40
    // loses commits that way, without a vault too. And while it keeps its lock for good, SQLite
    // deletes no journal.
    if (journal_mode != std::string_view("WAL"))
      Execute("PRAGMA cache_spill=ON; PRAGMA locking_mode=NORMAL");
    Execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, body TEXT)");
    SACOCHE_CHECK(Acknowledge().has_value());
  }

  // False at the first error that is not one of the workload's own.
  Status Run(int transactions) {
    for (int i = 0; i < transactions; ++i) {
      attempted_.reset();
      SACOCHE_ASSIGN(Transaction transaction, Transaction::Begin(*database_));
      SACOCHE_TRY(Change());
      SACOCHE_ASSIGN(attempted_, ReadState(*database_));
      SACOCHE_TRY(transaction.Commit());
      SACOCHE_TRY(Acknowledge());
    }
    return {};
  }

  [[nodiscard]] const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  // What a commit that failed may have made nevertheless; nothing if it did not come to a commit.
  [[nodiscard]] const std::optional<std::string>& attempted() const { return attempted_; }

 private:
  void Execute(const char* sql) { SACOCHE_CHECK(database_->Execute(sql).has_value()); }

  Status Acknowledge() {
    SACOCHE_ASSIGN(std::string state, ReadState(*database_));
    acknowledged_.push_back({vault_.disk.changes().size(), std::move(state)});
    return {};
  }

  Status Insert(int count) {
    for (int i = 0; i < count; ++i)
      SACOCHE_TRY(database_->Prepare("INSERT INTO t(body) VALUES (?)")
                      .Bind(std::string_view(std::string(1 + random_() % 3000,
                                                         static_cast<char>('a' + random_() % 26))))
                      .Run());
    return {};
  }

  Status Change() {
    SACOCHE_TRY(Insert(1 + static_cast<int>(random_() % 6)));
    switch (random_() % 6) {
      case 0:
        return database_->Execute("DELETE FROM t WHERE id % 7 = 3");
      case 1:
        return database_->Execute("UPDATE t SET body = body || 'y' WHERE id % 5 = 1");
      case 2:
        SACOCHE_TRY(database_->Execute("SAVEPOINT s"));
        SACOCHE_TRY(Insert(30));
        return database_->Execute("ROLLBACK TO s; RELEASE s");
      case 3: {
        // Fails at its last row, after it has written others.
        const auto failed = database_->Execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
            " INSERT INTO t(id, body) SELECT CASE WHEN i < 40 THEN i + 1000000 ELSE"
            " (SELECT min(id) FROM t) END, hex(zeroblob(900)) FROM n");
        const bool as_intended =
            !failed && failed.error().message.find("UNIQUE") != std::string::npos;
        return as_intended ? Status() : failed;
      }
      default:
        return {};
    }
  }

  VaultOnDisk& vault_;
  std::mt19937_64 random_;
  std::unique_ptr<Database> database_;
  std::vector<Acknowledged> acknowledged_;
  std::optional<std::string> attempted_;
};

// The first acknowledged state that may be found after a cut behind so many changes.
std::size_t LastAcknowledged(const std::vector<Workload::Acknowledged>& all, std::size_t changes) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].changes <= changes) last = i;
  return last;
}

// The state of a store that is sound throughout.
Result<std::string> ReadSoundState(Database& database) {
  SACOCHE_ASSIGN(const auto faults, database.CheckIntegrity());
  if (!faults.empty()) return Fail(ErrorCode::kCorrupt, faults.front());
  return ReadState(database);
}

class VaultCrashTest : public testing::TestWithParam<const char*> {
 protected:
  // Opens the image; the state must be the last acknowledged one, or that of the commit that was
  // under way. Then the store must go on working.
  void Check(const SimulatedDisk::Files& image, std::size_t changes, const std::string& what) {
    SCOPED_TRACE(what + " after change " + std::to_string(changes));
    const auto& all = workload_->acknowledged();
    const std::size_t last = LastAcknowledged(all, changes);
    VaultOnDisk vault(image);
    std::string found;
    std::size_t changes_of_recovery = 0;
    {
      const auto database = vault.Open();
      ASSERT_THAT(database, Succeeds());
      const auto state = ReadSoundState(**database);
      ASSERT_THAT(state, Succeeds());
      found = *state;
      ASSERT_THAT((*database)->Execute("PRAGMA wal_checkpoint(TRUNCATE)"), Succeeds());
      changes_of_recovery = vault.disk.changes().size();
      ASSERT_THAT((*database)->Execute("CREATE TABLE after(x); INSERT INTO after VALUES (1)"),
                  Succeeds());
    }
    const bool is_last = found == all[last].state;
    const bool is_next = last + 1 < all.size() && found == all[last + 1].state;
    EXPECT_TRUE(is_last || is_next) << found << " instead of " << all[last].state;
    EXPECT_THAT(vault.Open(), Succeeds());
    ++images_;
    if (changes_of_recovery > 0 && ++recoveries_ % kRecoveriesCut == 0)
      CheckCutRecovery(image, vault.disk.changes(), changes_of_recovery, found);
  }

  // The power fails once more while SQLite mends what the first cut left: the state is the one that
  // the mending would have come to.
  void CheckCutRecovery(const SimulatedDisk::Files& image,
                        const std::vector<SimulatedDisk::Change>& changes, std::size_t end,
                        const std::string& expected) {
    CrashImages images(image);
    const std::size_t cut = 1 + random_() % end;
    for (std::size_t i = 0; i < cut; ++i) images.Feed(changes[i]);
    SCOPED_TRACE("then cut after change " + std::to_string(cut) + " of the recovery");
    for (const SimulatedDisk::Files& again :
         {images.AllWritten(), images.NothingUnsynced(), images.SomeSectors(random_)}) {
      const VaultOnDisk vault(again);
      const auto database = vault.Open();
      ASSERT_THAT(database, Succeeds());
      const auto state = ReadSoundState(**database);
      ASSERT_THAT(state, Succeeds());
      EXPECT_EQ(*state, expected);
      ++images_;
      ++cut_recoveries_;
    }
  }

  // The images of a cut just after one change.
  void CheckCut(const CrashImages& images, std::size_t changes) {
    Check(images.AllWritten(), changes, "all written");
    if (HasFailure()) return;
    Check(images.NothingUnsynced(), changes, "nothing unsynced");
    if (HasFailure()) return;
    Check(images.SomeSectors(random_), changes, "some sectors");
    if (HasFailure()) return;
    for (std::size_t sectors = 1; sectors <= kSectorsOfAWriteMax; ++sectors) {
      const auto torn = images.LastWriteTorn(sectors);
      if (!torn) continue;
      Check(*torn, changes - 1, "torn at sector " + std::to_string(sectors));
      if (HasFailure()) return;
      ++torn_;
    }
  }

  // Whether the fault came to be. What was acknowledged is there after it, for a program that
  // starts anew and for the one that goes on.
  bool CheckFault(const SimulatedDisk::Fault& fault) {
    VaultOnDisk vault;
    Workload workload(vault, GetParam(), 2);
    vault.disk.Break(fault);
    const auto status = workload.Run(12);
    if (!vault.disk.broke()) return false;
    vault.disk.Mend();
    ++images_;
    const std::string& promised = workload.acknowledged().back().state;
    const auto found = StateOfCopy(vault);
    EXPECT_THAT(found, Succeeds());
    // A commit that reported an error may have reached the disk.
    if (found && *found != promised) {
      EXPECT_FALSE(status.has_value());
      EXPECT_EQ(*found, workload.attempted().value_or(promised));
    }
    if (HasFailure()) return true;
    EXPECT_THAT(workload.Run(2), Succeeds());
    const auto after = StateOfCopy(vault);
    EXPECT_THAT(after, Succeeds());
    if (after) {
      EXPECT_EQ(*after, workload.acknowledged().back().state);
    }
    return true;
  }

  // What another program would find.
  static Result<std::string> StateOfCopy(VaultOnDisk& vault) {
    const VaultOnDisk copy(vault.disk.files());
    SACOCHE_ASSIGN(const auto database, copy.Open());
    return ReadSoundState(*database);
  }

  // A frame of the WAL, wherever in a sector it begins.
  static constexpr std::size_t kSectorsOfAWriteMax = 10;
  // One in so many of the recoveries that write is cut itself.
  static constexpr std::size_t kRecoveriesCut = 10;

  VaultOnDisk vault_;
  std::unique_ptr<Workload> workload_;
  std::mt19937_64 random_{20261124};
  std::size_t images_ = 0;
  std::size_t torn_ = 0;
  std::size_t recoveries_ = 0;
  std::size_t cut_recoveries_ = 0;
};

TEST_P(VaultCrashTest, NoCutLosesAnAcknowledgedCommitOrHalvesOne) {
  const std::size_t wanted = ImagesWanted(900);
  workload_ = std::make_unique<Workload>(vault_, GetParam(), 1);
  const std::size_t begin = workload_->acknowledged().front().changes;
  const int transactions = static_cast<int>(std::max<std::size_t>(60, wanted / 40));
  ASSERT_THAT(workload_->Run(transactions), Succeeds());
  const auto& changes = vault_.disk.changes();
  // Three images a cut at least, and nine more where the last write can be torn: more than wanted.
  // The cuts are spread over the whole life.
  const std::size_t step = std::max<std::size_t>(1, (changes.size() - begin) * 12 / wanted);
  CrashImages images({});
  std::size_t next = begin;
  for (std::size_t i = 0; i < changes.size() && !HasFailure(); ++i) {
    images.Feed(changes[i]);
    if (i + 1 < next) continue;
    CheckCut(images, i + 1);
    next = i + 2 + random_() % step;
  }
  EXPECT_GE(images_, wanted);
  EXPECT_GE(torn_, images_ / 4);
  EXPECT_GE(cut_recoveries_, images_ / 20);
  RecordProperty("images", static_cast<int>(images_));
  std::printf("%zu images of %zu changes, %zu of them torn and %zu of a recovery that was cut\n",
              images_, changes.size(), torn_, cut_recoveries_);
}

// The n-th operation of each kind fails, for each n until none fails any more; once, or for good.
TEST_P(VaultCrashTest, NoFailingOperationLosesAnAcknowledgedCommit) {
  using Operation = SimulatedDisk::Operation;
  const std::size_t step = ImagesWanted(600) > 2000 ? 1 : 7;
  for (const Operation operation : {Operation::kOpen, Operation::kRead, Operation::kWrite,
                                    Operation::kTruncate, Operation::kSync}) {
    for (const bool goes_on : {false, true}) {
      for (std::uint64_t nth = 0;; nth += step) {
        SCOPED_TRACE("operation " + std::to_string(static_cast<int>(operation)) + " number " +
                     std::to_string(nth) + (goes_on ? " and all behind it" : ""));
        const bool broke = CheckFault(
            {operation, nth, nth % 2 == 0 ? SQLITE_IOERR : SQLITE_FULL, goes_on, nth % 3 == 0});
        if (HasFailure()) return;
        if (!broke) break;
      }
    }
  }
  EXPECT_GE(images_, 20U);
  std::printf("%zu faults\n", images_);
}

INSTANTIATE_TEST_SUITE_P(Modes, VaultCrashTest,
                         testing::Values("WAL", "DELETE", "TRUNCATE", "PERSIST"),
                         [](const auto& mode) { return std::string(mode.param); });

}  // namespace
}  // namespace sacoche
