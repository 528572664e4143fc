#pragma once

#include <memory>
#include <string>

#include "platform/base/result.h"
#include "platform/vault/data_key.h"
#include "platform/vault/vault_header.h"

namespace sacoche {

// An SQLite VFS that stores every file that SQLite opens sealed under one data key: databases, WAL,
// journals and temporary files. Registered with SQLite while it lives; no database may be open
// through it when it goes away. SQLite and the layers above see an ordinary file system. Safe for
// several connections in several threads.
class VaultVfs {
 public:
  struct Options {
    std::string name;   // under which SQLite knows it
    std::string below;  // the VFS that stores the sealed bytes; empty: SQLite's default
    VaultHeader
        header_of_new_files;  // vault and slots; each new database gets a file id of its own
    // The wal-index in shared memory holds page numbers in the clear, in a file beside the
    // database. Without it, WAL needs locking_mode=EXCLUSIVE.
    bool allows_shared_memory = false;
    bool makes_default = false;  // for SQLite's own tests
  };

  // kIo: there is no VFS named `below`.
  static Result<std::unique_ptr<VaultVfs>> Register(const Options& options, DataKey key);

  VaultVfs(const VaultVfs&) = delete;
  VaultVfs& operator=(const VaultVfs&) = delete;
  ~VaultVfs();

  [[nodiscard]] const std::string& name() const;

  // While no database is being made through it.
  void SetSlotsOfNewFiles(const std::vector<KeySlot>& slots);

  struct State;

 private:
  explicit VaultVfs(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sacoche
