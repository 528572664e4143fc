#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/vault/stored_file.h"

namespace sacoche {

// A database file opened in the layer below, around the vault: for its header, or to copy records.
// Always through that layer: closing a file descriptor of one's own would drop the locks that
// SQLite holds on the same file (POSIX).
class StoredDatabase {
 public:
  enum class Mode { kExisting, kNew };

  // `below`: the VFS's name, empty for SQLite's default.
  StoredDatabase(const std::string& below, const std::string& path, Mode mode)
      : StoredDatabase(sqlite3_vfs_find(below.empty() ? nullptr : below.c_str()), path, mode) {}
  StoredDatabase(sqlite3_vfs* below, const std::string& path, Mode mode);
  StoredDatabase(const StoredDatabase&) = delete;
  StoredDatabase& operator=(const StoredDatabase&) = delete;
  ~StoredDatabase();

  // SQLite's code.
  [[nodiscard]] int opened() const { return code_; }
  // The layer below opens for reading what it may not write.
  [[nodiscard]] bool is_read_only() const { return (flags_ & SQLITE_OPEN_READONLY) != 0; }
  [[nodiscard]] StoredFile file() { return StoredFile(raw()); }

 private:
  sqlite3_file* raw() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

  std::vector<std::uint8_t> memory_;
  const char* name_;
  int flags_ = 0;
  int code_;
};

// SQLite's code of an operation on a stored file, in our terms.
[[nodiscard]] Status StatusOfStored(int code);

}  // namespace sacoche
