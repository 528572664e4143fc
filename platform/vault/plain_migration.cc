#include "platform/vault/plain_migration.h"

#include <algorithm>
#include <utility>

#include "platform/sqlite/database.h"
#include "platform/vault/stored_database.h"

namespace sacoche {
namespace {

constexpr const char* kEncryptedSuffix = "-encrypted";

// Through a handle on the old file: its name belongs to the vault by now.
void Overwrite(StoredFile file) {
  std::int64_t size = 0;
  if (file.Size(&size) != SQLITE_OK) return;
  const Bytes zeros(64 * 1024);
  for (std::int64_t offset = 0; offset < size; offset += static_cast<std::int64_t>(zeros.size())) {
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(size - offset, static_cast<std::int64_t>(zeros.size())));
    if (file.Write(ByteView(zeros).first(count), offset) != SQLITE_OK) return;
  }
  if (file.Sync(SQLITE_SYNC_FULL) != SQLITE_OK) return;
}

Status CopyInto(Database& plain, const Vault::Options& options, const Vault& vault) {
  SACOCHE_TRY(plain.CopyTo({.path = options.path, .vfs = vault.vfs_name()}));
  SACOCHE_ASSIGN(
      const auto copy,
      Database::Open({.path = options.path, .vfs = vault.vfs_name(), .read_only = true}));
  SACOCHE_ASSIGN(const auto faults, copy->CheckIntegrity());
  if (faults.empty()) return {};
  return Fail(ErrorCode::kCorrupt, "the store is damaged and was not encrypted: " + faults.front(),
              "Restore a backup, or write to your administrator; the store is untouched.");
}

}  // namespace

Result<Vault::Created> EncryptPlainStore(const Vault::Options& options, ByteView passphrase,
                                         const Argon2Cost& cost, int newest_format) {
  SACOCHE_ASSIGN(const auto plain, Database::Open({.path = options.path, .vfs = options.below}));
  SACOCHE_ASSIGN(const int format, plain->FormatVersion());
  if (format > newest_format)
    return Fail(ErrorCode::kNewerFormat, "this store was made by a newer release of Sacoche",
                "Update Sacoche on this computer; the store is untouched.");
  Vault::Options beside = options;
  beside.path += kEncryptedSuffix;
  SACOCHE_TRY(options.files->Remove(beside.path));
  SACOCHE_TRY(options.files->Remove(beside.path + "-wal"));
  SACOCHE_ASSIGN(Vault::Created made, Vault::Create(beside, passphrase, cost));
  SACOCHE_TRY(CopyInto(*plain, beside, *made.vault));
  // Nothing of the plain store may lie in a WAL beside the vault.
  SACOCHE_TRY(plain->Execute("PRAGMA journal_mode=DELETE"));
  made.vault.reset();
  {
    StoredDatabase old(options.below, options.path, StoredDatabase::Mode::kExisting);
    SACOCHE_TRY(StatusOfStored(old.opened()));
    SACOCHE_TRY(options.files->Rename(beside.path, options.path));
    Overwrite(old.file());
  }
  SACOCHE_ASSIGN(made.vault, Vault::UnlockWithPassphrase(options, passphrase));
  return made;
}

}  // namespace sacoche
