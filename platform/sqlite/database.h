#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/sqlite/statement.h"

struct sqlite3;

namespace sacoche {

// One SQLite connection, for one thread. Errors of SQLite become Results here and go no further.
//
// Every connection writes with WAL, synchronous=FULL (a commit that returned is on the disk) and
// cache_spill=OFF: SQLite 3.40.1, which Debian 12 ships, loses committed transactions of the WAL
// after a crash when the cache spilled inside a transaction that rolled back to a savepoint or had
// a failing statement. locking_mode=EXCLUSIVE keeps a second program out, keeps the -shm file away
// and makes this the only connection that checkpoints.
class Database {
 public:
  // Who else may have the file open.
  enum class Beside {
    kNobody,
    // Connections that read (`read_only`), in other processes too: each sees the file as it was
    // when it began, and hinders no writer. Whoever opens the file so keeps a second writer out by
    // other means: two that write and checkpoint at once are not what this class is made for.
    kReaders,
  };

  struct Options {
    std::string path;
    // SQLite's name of the file system layer; empty: its default, which stores in the clear.
    std::string vfs = {};
    int cache_kib = kCacheKib;
    // Nothing is changed through this connection, not even by moving what waits in the WAL.
    bool read_only = false;
    Beside beside = Beside::kNobody;
  };
  // Holds the pages of a post's cases, so that what is worked with is read from the disk, and
  // deciphered, once.
  static constexpr int kCacheKib = 64 * 1024;

  // kBusy if another program holds the file; kCorrupt if it is not a database.
  static Result<std::unique_ptr<Database>> Open(const Options& options);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Runs statements that give no rows: schema and pragmas, from literals of this program only.
  Status Execute(const char* sql);

  // A prepared statement, kept for the connection's life and reset when the returned handle goes
  // away. `sql` must be a literal: its address is the key. The statement must be right: a mistake
  // in it is a bug and stops the program.
  StatementHandle Prepare(const char* sql);

  [[nodiscard]] std::int64_t LastInsertRowId() const;
  [[nodiscard]] std::int64_t Changes() const;

  // From the file, since it was opened: those that were not in the cache.
  [[nodiscard]] std::uint64_t PagesRead() const;

  // Copies the whole database as it is now into another file, which is on the disk when this
  // returns. What was in that file is replaced.
  Status CopyTo(const Options& target);

  // What SQLite finds wrong in the structure of the file, in its own words; empty: nothing.
  [[nodiscard]] Result<std::vector<std::string>> CheckIntegrity();

  // The application's format number, in the file's header (PRAGMA user_version).
  [[nodiscard]] Result<int> FormatVersion();

  // The error that SQLite reports last, in our terms.
  [[nodiscard]] tl::unexpected<Error> LastError(int code) const;

  // For tests that must bypass the wrapper.
  [[nodiscard]] sqlite3* handle() const { return db_; }

 private:
  struct Cache;
  explicit Database(sqlite3* db);

  sqlite3* db_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace sacoche
