#include "platform/sqlite/database.h"

#include <sqlite3.h>

#include <unordered_map>
#include <vector>

#include "platform/base/check.h"

namespace sacoche {

struct Database::Cache {
  std::unordered_map<const char*, sqlite3_stmt*> statements;
};

namespace {

// The order matters: the locking mode must be set before WAL is entered, or the -shm file appears.
constexpr int kBusyTimeoutMs = 10'000;

constexpr const char* kLock = "PRAGMA locking_mode=EXCLUSIVE";
constexpr const char* kWriting =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=ON";
constexpr const char* kPragmas =
    "PRAGMA cache_spill=OFF;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA foreign_keys=ON";

}  // namespace

Database::Database(sqlite3* db) : db_(db), cache_(std::make_unique<Cache>()) {}

Database::~Database() {
  for (const auto& [sql, statement] : cache_->statements) sqlite3_finalize(statement);
  SACOCHE_CHECK(sqlite3_close(db_) == SQLITE_OK);
}

Result<std::unique_ptr<Database>> Database::Open(const Options& options) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      options.path.c_str(), &raw,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (raw == nullptr) return Fail(ErrorCode::kIo, "out of memory", "Close other programs.");
  std::unique_ptr<Database> database(new Database(raw));
  if (code != SQLITE_OK) return database->LastError(code);
  // Before anything is read: also a file that turns out to be damaged keeps its WAL.
  if (options.read_only)
    SACOCHE_CHECK(sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr) ==
                  SQLITE_OK);
  const bool is_alone = options.beside == Beside::kNobody;
  if (is_alone) SACOCHE_TRY(database->Execute(kLock));
  // A reader that opens the file first after a crash holds the others up while it reads the WAL.
  if (!is_alone) SACOCHE_CHECK(sqlite3_busy_timeout(raw, kBusyTimeoutMs) == SQLITE_OK);
  if (!options.read_only) SACOCHE_TRY(database->Execute(kWriting));
  SACOCHE_TRY(database->Execute(kPragmas));
  const std::string cache = "PRAGMA cache_size=-" + std::to_string(options.cache_kib);
  SACOCHE_TRY(database->Execute(cache.c_str()));
  // The exclusive lock is taken by the first read; take it now, so that "in use" is said at once.
  if (is_alone) SACOCHE_TRY(database->Execute("BEGIN IMMEDIATE; COMMIT"));
  if (!is_alone) SACOCHE_TRY(database->Execute("SELECT 1 FROM sqlite_schema LIMIT 1"));
  if (options.read_only) SACOCHE_TRY(database->Execute("PRAGMA query_only=ON"));
  return database;
}

Status Database::Execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return LastError(code);
  return {};
}

StatementHandle Database::Prepare(const char* sql) {
  auto [entry, is_new] = cache_->statements.try_emplace(sql, nullptr);
  if (is_new) {
    const int code =
        sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &entry->second, nullptr);
    if (code == SQLITE_ERROR) std::fprintf(stderr, "sacoche: %s\n", sqlite3_errmsg(db_));
    SACOCHE_CHECK(code != SQLITE_ERROR);
    if (code != SQLITE_OK) {
      // Damage or I/O: the statement stays unprepared and its first step reports the error.
      cache_->statements.erase(sql);
      return {this, nullptr};
    }
  }
  SACOCHE_CHECK(sqlite3_stmt_busy(entry->second) == 0);
  return {this, entry->second};
}

Status Database::CopyTo(const Options& target) {
  SACOCHE_ASSIGN(const auto to, Open(target));
  // The copy is no use before it is whole, so it needs no journal on the way.
  SACOCHE_TRY(to->Execute("PRAGMA journal_mode=DELETE"));
  // Nor does it have a WAL to lose transactions of: so it need not fit into memory.
  SACOCHE_TRY(to->Execute("PRAGMA cache_spill=ON"));
  sqlite3_backup* copying = sqlite3_backup_init(to->db_, "main", db_, "main");
  if (copying == nullptr) return to->LastError(sqlite3_errcode(to->db_));
  const int code = sqlite3_backup_step(copying, -1);
  const int finished = sqlite3_backup_finish(copying);
  if (code == SQLITE_DONE && finished == SQLITE_OK) return {};
  return to->LastError(finished != SQLITE_OK ? finished : code);
}

Result<std::vector<std::string>> Database::CheckIntegrity() {
  std::vector<std::string> faults;
  auto statement = Prepare("PRAGMA integrity_check");
  while (true) {
    SACOCHE_ASSIGN(const bool row, statement.Step());
    if (!row) break;
    faults.push_back(statement.Text(0));
  }
  if (faults == std::vector<std::string>{"ok"}) faults.clear();
  return faults;
}

std::int64_t Database::LastInsertRowId() const { return sqlite3_last_insert_rowid(db_); }
std::uint64_t Database::PagesRead() const {
  int pages = 0;
  int highest = 0;
  SACOCHE_CHECK(sqlite3_db_status(db_, SQLITE_DBSTATUS_CACHE_MISS, &pages, &highest, 0) ==
                SQLITE_OK);
  return static_cast<std::uint64_t>(pages);
}

std::int64_t Database::Changes() const { return sqlite3_changes64(db_); }

Result<int> Database::FormatVersion() {
  auto statement = Prepare("PRAGMA user_version");
  SACOCHE_TRY(statement.Step());
  return static_cast<int>(statement.Int(0));
}

tl::unexpected<Error> Database::LastError(int code) const {
  const std::string detail = sqlite3_errmsg(db_);
  if (code == SQLITE_IOERR_DATA)
    return Fail(ErrorCode::kCorrupt, "a page of the store's file is damaged or was altered",
                "Run `sacoche verify`: it says what is damaged, and what to do.");
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fail(ErrorCode::kBusy, "another program is using this store",
                  "Close the other Sacoche program and try again.");
    case SQLITE_FULL:
      return Fail(ErrorCode::kDiskFull, "the disk is full; nothing of this was stored",
                  "Make room on the disk and try again.");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Fail(ErrorCode::kCorrupt, "the store's file is damaged or is not a store: " + detail,
                  "Put a backup in its place with `sacoche restore`; the file is kept.");
    case SQLITE_CANTOPEN:
      return Fail(ErrorCode::kIo, "the store's file cannot be opened",
                  "Check the folder and its permissions.");
    case SQLITE_READONLY:
      return Fail(ErrorCode::kIo, "the store may not be written",
                  "Check the permissions of the folder.");
    default:
      return Fail(ErrorCode::kIo, "the store's file could not be read or written: " + detail,
                  "Check the disk and try again.");
  }
}

}  // namespace sacoche
