#include "platform/vault/stored_database.h"

namespace sacoche {

StoredDatabase::StoredDatabase(sqlite3_vfs* below, const std::string& path, Mode mode)
    : memory_(static_cast<std::size_t>(below->szOsFile)),
      name_(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)) {
  // Without a name the layer below would open a file of its own.
  if (name_ == nullptr) {
    code_ = SQLITE_NOMEM;
    return;
  }
  const int create = mode == Mode::kNew ? SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE : 0;
  code_ = below->xOpen(below, name_, raw(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB | create,
                       &flags_);
}

StoredDatabase::~StoredDatabase() {
  if (raw()->pMethods != nullptr) raw()->pMethods->xClose(raw());
  sqlite3_free_filename(name_);
}

Status StatusOfStored(int code) {
  if (code == SQLITE_OK) return {};
  if ((code & 0xff) == SQLITE_FULL)
    return Fail(ErrorCode::kDiskFull, "the disk is full", "Make room on the disk and try again.");
  if ((code & 0xff) == SQLITE_CANTOPEN)
    return Fail(ErrorCode::kIo, "the store's file cannot be opened",
                "Check the folder and its permissions.");
  return Fail(ErrorCode::kIo, "the store's file could not be read or written",
              "Check the disk and try again.");
}

}  // namespace sacoche
