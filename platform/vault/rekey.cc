#include "platform/vault/rekey.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "platform/sqlite/database.h"
#include "platform/vault/block_file.h"
#include "platform/vault/stored_database.h"

namespace sacoche {
namespace {

constexpr const char* kNextSuffix = "-rekey";

BlockFile PagesOf(StoredFile file, const VaultHeader& header, const DataKey& key) {
  return {file,
          std::make_unique<PageCipher>(key.page_key(), header.file),
          {.kind = RecordKind::kMainPage,
           .stored_offset = VaultHeader::kBytes,
           .block_bytes = header.block_bytes}};
}

}  // namespace

// One change of the key: from the old file and key to the next.
class Rekeying {
 public:
  Rekeying(Vault& vault, ByteView passphrase, const Argon2Cost& cost)
      : vault_(vault),
        passphrase_(passphrase),
        cost_(cost),
        next_path_(vault.options_.path + kNextSuffix) {}

  Result<Vault::Created> Run() {
    SACOCHE_TRY(CheckPassphrase());
    RecoveryCode code = RecoveryCode::Generate();
    {
      // Holds the lock, and nothing remains in the WAL.
      SACOCHE_ASSIGN(const auto database,
                     Database::Open({.path = vault_.path(), .vfs = vault_.vfs_name()}));
      SACOCHE_TRY(database->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
      SACOCHE_ASSIGN(const DataKey next, TakeUpOrBegin(code));
      SACOCHE_TRY(CopyPages(next));
      SACOCHE_TRY(vault_.options_.files->Rename(next_path_, vault_.path()));
    }
    // Unlocking takes the way from the old key to the new one out of the header.
    SACOCHE_ASSIGN(auto vault, Vault::UnlockWithPassphrase(vault_.options_, passphrase_));
    return Vault::Created{std::move(vault), std::move(code)};
  }

 private:
  Status CheckPassphrase() {
    for (const KeySlot& slot : vault_.header_.slots) {
      if (slot.kind != KeySlotKind::kPassphrase) continue;
      SACOCHE_ASSIGN(const auto key, OpenKeySlot(vault_.header_.vault, slot, passphrase_));
      if (key) return {};
    }
    return Fail(ErrorCode::kWrongPassphrase, "the passphrase does not open the store",
                "Check capital letters and the keyboard layout, and try again.");
  }

  // The key of the file that an interrupted change left, or a new key and a new file.
  Result<DataKey> TakeUpOrBegin(const RecoveryCode& code) {
    std::optional<DataKey> next = TakeUp();
    if (!next) {
      SACOCHE_TRY(vault_.options_.files->Remove(next_path_));
      next = DataKey::Generate();
      header_ = vault_.header_;
      randombytes_buf(header_.file.data(), header_.file.size());
    }
    SACOCHE_TRY(WriteNextHeader(*next, code));
    return std::move(*next);
  }

  std::optional<DataKey> TakeUp() {
    if (!vault_.options_.files->Exists(next_path_)) return std::nullopt;
    StoredDatabase stored(vault_.options_.below, next_path_, StoredDatabase::Mode::kExisting);
    if (stored.opened() != SQLITE_OK) return std::nullopt;
    const auto header = ReadHeader(stored.file());
    if (!header || header->unverified().vault != vault_.header_.vault) return std::nullopt;
    for (const KeySlot& slot : header->unverified().slots) {
      auto next = OpenRekeySlot(vault_.header_.vault, slot, vault_.key_);
      if (!next || !header->IsAuthentic(next->header_key())) continue;
      header_ = header->unverified();
      return next;
    }
    return std::nullopt;
  }

  Status WriteNextHeader(const DataKey& next, const RecoveryCode& code) {
    const VaultId& vault = header_.vault;
    SACOCHE_ASSIGN(KeySlot by_passphrase,
                   MakeKeySlot(vault, KeySlotKind::kPassphrase, cost_, passphrase_, next));
    SACOCHE_ASSIGN(KeySlot by_code, MakeKeySlot(vault, KeySlotKind::kRecoveryCode,
                                                kRecoveryCodeCost, code.secret.view(), next));
    header_.slots = {by_passphrase, by_code, MakeRekeySlot(vault, vault_.key_, next)};
    ++header_.sequence;
    const auto mode = vault_.options_.files->Exists(next_path_) ? StoredDatabase::Mode::kExisting
                                                                : StoredDatabase::Mode::kNew;
    StoredDatabase stored(vault_.options_.below, next_path_, mode);
    SACOCHE_TRY(StatusOfStored(stored.opened()));
    return StatusOfStored(WriteHeader(stored.file(), header_, next.header_key()));
  }

  // A page that the next file has already, equal, is not written again. Pages are compared, not
  // counted: the store may have been used since the interrupted try.
  Status CopyPages(const DataKey& next) {
    StoredDatabase from(vault_.options_.below, vault_.path(), StoredDatabase::Mode::kExisting);
    StoredDatabase to(vault_.options_.below, next_path_, StoredDatabase::Mode::kExisting);
    SACOCHE_TRY(StatusOfStored(from.opened()));
    SACOCHE_TRY(StatusOfStored(to.opened()));
    BlockFile source = PagesOf(from.file(), vault_.header_, vault_.key_);
    BlockFile target = PagesOf(to.file(), header_, next);
    std::int64_t size = 0;
    SACOCHE_TRY(StatusOfStored(source.Size(&size)));
    SecretBytes page(header_.block_bytes);
    SecretBytes copy(header_.block_bytes);
    for (std::int64_t offset = 0; offset < size; offset += header_.block_bytes) {
      if (source.Read(page.span(), offset) != SQLITE_OK)
        return Fail(ErrorCode::kCorrupt, "a page of the store is damaged; the key was not changed",
                    "Run `sacoche verify`, and restore a backup or rebuild the store first.");
      const int had = target.Read(copy.span(), offset);
      if (had == SQLITE_OK && Equal(page.view(), copy.view())) continue;
      SACOCHE_TRY(StatusOfStored(target.Write(page.view(), offset)));
    }
    SACOCHE_TRY(StatusOfStored(target.Truncate(size)));
    return StatusOfStored(to.file().Sync(SQLITE_SYNC_FULL));
  }

  Vault& vault_;
  ByteView passphrase_;
  Argon2Cost cost_;
  std::string next_path_;
  VaultHeader header_;  // of the next file
};

Result<Vault::Created> Rekey(std::unique_ptr<Vault> vault, ByteView passphrase,
                             const Argon2Cost& cost) {
  return Rekeying(*vault, passphrase, cost).Run();
}

}  // namespace sacoche
