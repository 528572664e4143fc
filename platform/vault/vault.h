#pragma once

#include <memory>
#include <string>

#include "platform/clock.h"
#include "platform/file_system.h"
#include "platform/vault/key_slots.h"
#include "platform/vault/recovery_code.h"
#include "platform/vault/vault_vfs.h"

namespace sacoche {

// What lies at a store's path.
enum class StoreFileState {
  kMissing,
  kPlainDatabase,  // written before stores were encrypted
  kVault,
  kForeign,  // something else
};

// An unlocked vault: the data key in guarded memory, and the VFS through which SQLite opens the
// store. Locking is destroying it, after the database was closed. Any thread, one at a time.
class Vault {
 public:
  struct Options {
    std::string path;   // of the store's file
    FileSystem* files;  // these two must outlive the vault
    Clock* clock;
    std::string below;  // the VFS that stores the sealed bytes; empty: SQLite's default
  };

  struct Created {
    std::unique_ptr<Vault> vault;
    RecoveryCode recovery_code;  // to be shown once, and written on paper
  };

  static StoreFileState Inspect(const Options& options);

  // A new, empty vault at the path, on the disk when this returns. kAlreadyExists if something is
  // there; kInvalidInput if the passphrase is too short.
  static Result<Created> Create(const Options& options, ByteView passphrase,
                                const Argon2Cost& cost);

  // kWrongPassphrase, whatever is wrong with it; kLimit while a try has to wait; kNewerFormat,
  // kCorrupt, kNotFound, kInvalidInput (not a vault) by the file. Finishes a change of the data key
  // that a crash left at its last step.
  static Result<std::unique_ptr<Vault>> UnlockWithPassphrase(const Options& options,
                                                             ByteView passphrase);
  static Result<std::unique_ptr<Vault>> UnlockWithRecoveryCode(const Options& options,
                                                               ByteView code);

  // The store is gone for good: its key slots are overwritten, on the disk, and then its files and
  // those that it replaced are removed. No vault of the path may be unlocked. What a solid-state
  // disk or a backup keeps of the slots opens as before (THREATS.md).
  static Status Destroy(const Options& options);

  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  ~Vault();

  // For Database::Options.
  [[nodiscard]] const std::string& vfs_name() const { return vfs_->name(); }
  [[nodiscard]] const std::string& path() const { return options_.path; }

  // The key slots. Each is on the disk when the call returns, and no data is rewritten. A slot that
  // was replaced may stay readable in an older copy of the file; Rekey is the remedy.
  Status ChangePassphrase(ByteView passphrase, const Argon2Cost& cost);
  Status AddPassphrase(ByteView passphrase, const Argon2Cost& cost);
  // Removes the slot that this passphrase opens. kRefused if it is the last way in by passphrase.
  Status RemovePassphrase(ByteView passphrase);
  Result<RecoveryCode> ReplaceRecoveryCode();
  [[nodiscard]] const std::vector<KeySlot>& slots() const { return header_.slots; }

 private:
  friend class Rekeying;
  friend class PageCheck;

  Vault(Options options, VaultHeader header, DataKey key, std::unique_ptr<VaultVfs> vfs);
  static Result<std::unique_ptr<Vault>> Unlocked(const Options& options, const VaultHeader& header,
                                                 DataKey key);
  static Result<std::unique_ptr<Vault>> Unlock(const Options& options, KeySlotKind kind,
                                               ByteView secret);
  Status StoreSlots(std::vector<KeySlot> slots);

  Options options_;
  VaultHeader header_;
  DataKey key_;
  std::unique_ptr<VaultVfs> vfs_;
};

[[nodiscard]] Status CheckStorePassphrase(ByteView passphrase);

}  // namespace sacoche
