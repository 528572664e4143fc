#include "sync-server/sqlite/store_backup.h"

#include <filesystem>

#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/sqlite/store_lock.h"

namespace sacoche {
namespace {

constexpr int kFormerStoresMax = 1000;

// Goes away with what belongs to it, unless it took its place.
class PartialFile {
 public:
  PartialFile(std::string path, FileSystem& files) : path_(std::move(path)), files_(files) {}
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    if (auto ignored = Clear(); !ignored) return;
  }
  Status Clear() {
    for (const char* end : {"", "-journal", "-wal", "-shm"})
      SACOCHE_TRY(files_.Remove(path_ + end));
    return {};
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  FileSystem& files_;
};

Status CopyWhole(const std::string& from, const std::string& to) {
  Database::Options source;
  source.path = from;
  source.read_only = true;
  source.beside = Database::Beside::kReaders;
  SACOCHE_ASSIGN(const auto database, Database::Open(source));
  Database::Options target;
  target.path = to;
  SACOCHE_TRY(database->CopyTo(target));
  // With the pages came the mark that a WAL belongs to the file; this one stands alone.
  SACOCHE_ASSIGN(const auto copy, Database::Open(target));
  return copy->Execute("PRAGMA journal_mode=DELETE");
}

Status BringUpToDate(const std::string& path) {
  Database::Options options;
  options.path = path;
  SACOCHE_ASSIGN(const auto database, Database::Open(options));
  SACOCHE_ASSIGN(const int format, database->FormatVersion());
  if (format == 0)
    return Fail(ErrorCode::kInvalidInput, "this is no backup of a server's store",
                "Name a file that `sacoche-server backup` wrote.");
  if (format > SqliteEnvelopeStore::kFormat)
    return Fail(ErrorCode::kNewerFormat, "the backup was written by a newer release",
                "Install that release of sacoche-server or a later one; nothing was changed.");
  SACOCHE_TRY(SqliteEnvelopeStore::BringUp(*database, format));
  return database->Execute("PRAGMA journal_mode=DELETE");
}

Result<std::string> FreeNameFor(const std::string& store_path, FileSystem& files) {
  for (int number = 1; number <= kFormerStoresMax; ++number) {
    const std::string name = store_path + "-replaced-" + std::to_string(number);
    if (!files.Exists(name)) return name;
  }
  return Fail(ErrorCode::kLimit, "too many former stores lie beside this one",
              "Move some of the files whose name holds `-replaced-` away.");
}

// What waits in its WAL goes into the file. A damaged store is kept as it is, with its WAL.
void CloseCleanly(const std::string& store_path) {
  if (const auto report = VerifyStore(store_path); !report || !report->is_whole()) return;
  Database::Options options;
  options.path = store_path;
  if (auto database = Database::Open(options); !database) return;
}

// The store stays in its place under a second name until the other takes it over: there is no
// moment at which a server would find nothing and begin anew.
Status KeepBeside(const std::string& store_path, const std::string& former, FileSystem& files) {
  CloseCleanly(store_path);
  std::error_code error;
  std::filesystem::create_hard_link(store_path, former, error);
  if (error)
    return Fail(ErrorCode::kIo,
                "cannot keep the former store as " + former + ": " + error.message(),
                "Check the folder and its permissions; nothing was changed.");
  // A WAL that stayed would be taken for the new store's.
  if (files.Exists(store_path + "-wal"))
    SACOCHE_TRY(files.Rename(store_path + "-wal", former + "-wal"));
  return files.Remove(store_path + "-shm");
}

}  // namespace

Result<StoreReport> BackUpStore(const std::string& store_path, const std::string& out,
                                FileSystem& files) {
  if (!files.Exists(store_path))
    return Fail(ErrorCode::kNotFound, "there is no store at " + store_path,
                "Name the folder that `serve` uses with --data.");
  const auto taken = [&] {
    return Fail(ErrorCode::kAlreadyExists, out + " is there already",
                "Choose another name: a backup is never overwritten.");
  };
  if (files.Exists(out)) return taken();
  PartialFile partial(out + ".partial", files);
  SACOCHE_TRY(partial.Clear());
  SACOCHE_TRY(CopyWhole(store_path, partial.path()));
  SACOCHE_ASSIGN(StoreReport report, VerifyStore(partial.path()));
  if (!report.is_whole())
    return Fail(
        ErrorCode::kCorrupt,
        "the store is damaged, and no backup was made: " + report.faults.front(),
        "`sacoche-server verify` says all that is wrong; `restore` puts an earlier backup in "
        "its place, and the laptops give back what it lacks.");
  if (files.Exists(out)) return taken();
  SACOCHE_TRY(files.Rename(partial.path(), out));
  return report;
}

Result<RestoreOutcome> RestoreStore(const std::string& backup_path, const std::string& store_path,
                                    const std::optional<SigningPublicKey>& organisation,
                                    FileSystem& files) {
  if (!files.Exists(backup_path))
    return Fail(ErrorCode::kNotFound, "there is no backup at " + backup_path, "Check the path.");
  SACOCHE_ASSIGN(const StoreLock lock, StoreLock::Take(store_path));
  PartialFile partial(store_path + ".restoring", files);
  SACOCHE_TRY(partial.Clear());
  SACOCHE_TRY(CopyWhole(backup_path, partial.path()));
  SACOCHE_TRY(BringUpToDate(partial.path()));
  RestoreOutcome outcome;
  SACOCHE_ASSIGN(outcome.report, VerifyStore(partial.path(), organisation));
  if (!outcome.report.is_whole())
    return Fail(ErrorCode::kCorrupt, "the backup is not whole: " + outcome.report.faults.front(),
                "Take another backup; `sacoche-server verify` says all that is wrong with this "
                "one. Nothing was changed.");
  if (files.Exists(store_path)) {
    SACOCHE_ASSIGN(outcome.former_path, FreeNameFor(store_path, files));
    SACOCHE_TRY(KeepBeside(store_path, outcome.former_path, files));
  }
  SACOCHE_TRY(files.Rename(partial.path(), store_path));
  return outcome;
}

}  // namespace sacoche
