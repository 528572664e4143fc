#include "platform/vault/vault.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "platform/base/check.h"
#include "platform/vault/store_replacement.h"
#include "platform/vault/stored_database.h"
#include "platform/vault/unlock_delay.h"

namespace sacoche {
namespace {

constexpr std::string_view kPlainMagic{"SQLite format 3\0", 16};
constexpr const char* kTriesSuffix = "-tries";
constexpr const char* kNewSuffix = "-new";

// Two vaults may be unlocked at once, and SQLite knows file systems by name.
std::string NewVfsName() {
  ByteArray<8> random{};
  randombytes_buf(random.data(), random.size());
  return "sacoche-vault-" + ToHex(random);
}

tl::unexpected<Error> WrongSecret(KeySlotKind kind) {
  if (kind == KeySlotKind::kRecoveryCode)
    return Fail(ErrorCode::kWrongPassphrase, "the recovery code does not open this store",
                "Check that it is the code of this laptop, and its newest one.");
  return Fail(ErrorCode::kWrongPassphrase, "the passphrase does not open the store",
              "Check capital letters and the keyboard layout, and try again.");
}

Result<StoredHeader> LoadHeader(const Vault::Options& options) {
  StoredDatabase stored(options.below, options.path, StoredDatabase::Mode::kExisting);
  if (stored.opened() == SQLITE_CANTOPEN && !options.files->Exists(options.path))
    return Fail(ErrorCode::kNotFound, "there is no store at this place", "Check the folder.");
  SACOCHE_TRY(StatusOfStored(stored.opened()));
  return ReadHeader(stored.file());
}

Status StoreHeader(const Vault::Options& options, const VaultHeader& header, const DataKey& key) {
  StoredDatabase stored(options.below, options.path, StoredDatabase::Mode::kExisting);
  SACOCHE_TRY(StatusOfStored(stored.opened()));
  return StatusOfStored(WriteHeader(stored.file(), header, key.header_key()));
}

}  // namespace

Status CheckStorePassphrase(ByteView passphrase) {
  std::size_t characters = 0;
  for (const std::uint8_t byte : passphrase)
    if ((byte & 0xc0) != 0x80) ++characters;
  if (characters >= kStorePassphraseCharactersMin) return {};
  return Fail(ErrorCode::kInvalidInput, "the passphrase is shorter than 12 characters",
              "Choose four or more words.");
}

StoreFileState Vault::Inspect(const Options& options) {
  if (!options.files->Exists(options.path)) return StoreFileState::kMissing;
  StoredDatabase stored(options.below, options.path, StoredDatabase::Mode::kExisting);
  if (stored.opened() != SQLITE_OK) return StoreFileState::kForeign;
  std::int64_t size = 0;
  if (stored.file().Size(&size) != SQLITE_OK) return StoreFileState::kForeign;
  // What an interrupted first start of an older release left.
  if (size == 0) return StoreFileState::kPlainDatabase;
  ByteArray<16> magic{};
  if (stored.file().Read(magic, 0) == SQLITE_OK && TextOf(magic) == kPlainMagic)
    return StoreFileState::kPlainDatabase;
  const auto header = ReadHeader(stored.file());
  const bool foreign = !header && header.error().code == ErrorCode::kInvalidInput;
  return foreign ? StoreFileState::kForeign : StoreFileState::kVault;
}

Vault::Vault(Options options, VaultHeader header, DataKey key, std::unique_ptr<VaultVfs> vfs)
    : options_(std::move(options)),
      header_(std::move(header)),
      key_(std::move(key)),
      vfs_(std::move(vfs)) {}

Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::Unlocked(const Options& options, const VaultHeader& header,
                                               DataKey key) {
  SACOCHE_ASSIGN(auto vfs,
                 VaultVfs::Register(
                     {.name = NewVfsName(), .below = options.below, .header_of_new_files = header},
                     key.Clone()));
  return std::unique_ptr<Vault>(new Vault(options, header, std::move(key), std::move(vfs)));
}

Result<Vault::Created> Vault::Create(const Options& options, ByteView passphrase,
                                     const Argon2Cost& cost) {
  SACOCHE_CHECK(sodium_init() >= 0);
  SACOCHE_TRY(CheckStorePassphrase(passphrase));
  if (options.files->Exists(options.path))
    return Fail(ErrorCode::kAlreadyExists, "there is a store already", "Use another folder.");
  const DataKey key = DataKey::Generate();
  RecoveryCode code = RecoveryCode::Generate();
  VaultHeader header;
  randombytes_buf(header.vault.data(), header.vault.size());
  randombytes_buf(header.file.data(), header.file.size());
  SACOCHE_ASSIGN(KeySlot by_passphrase,
                 MakeKeySlot(header.vault, KeySlotKind::kPassphrase, cost, passphrase, key));
  SACOCHE_ASSIGN(KeySlot by_code, MakeKeySlot(header.vault, KeySlotKind::kRecoveryCode,
                                              kRecoveryCodeCost, code.secret.view(), key));
  header.slots = {by_passphrase, by_code};
  const std::string made = options.path + kNewSuffix;
  SACOCHE_TRY(options.files->Remove(made));
  {
    StoredDatabase stored(options.below, made, StoredDatabase::Mode::kNew);
    SACOCHE_TRY(StatusOfStored(stored.opened()));
    SACOCHE_TRY(StatusOfStored(WriteHeader(stored.file(), header, key.header_key())));
  }
  SACOCHE_TRY(options.files->Rename(made, options.path));
  SACOCHE_ASSIGN(auto vault, Unlocked(options, header, key.Clone()));
  return Created{std::move(vault), std::move(code)};
}

Result<std::unique_ptr<Vault>> Vault::Unlock(const Options& options, KeySlotKind kind,
                                             ByteView secret) {
  SACOCHE_CHECK(sodium_init() >= 0);
  SACOCHE_ASSIGN(const StoredHeader stored, LoadHeader(options));
  const VaultHeader& header = stored.unverified();
  std::optional<DataKey> key;
  for (const KeySlot& slot : header.slots) {
    if (slot.kind != kind || key) continue;
    SACOCHE_ASSIGN(key, OpenKeySlot(header.vault, slot, secret));
  }
  if (!key) return WrongSecret(kind);
  if (!stored.IsAuthentic(key->header_key()))
    return Fail(ErrorCode::kCorrupt, "the beginning of the store's file was altered",
                "Keep the file as it is and restore a backup.");
  SACOCHE_ASSIGN(auto vault, Unlocked(options, header, std::move(*key)));
  // The old data key must not go on leading to the new one.
  std::vector<KeySlot> slots = header.slots;
  std::erase_if(slots,
                [](const KeySlot& slot) { return slot.kind == KeySlotKind::kPreviousDataKey; });
  if (slots != header.slots) SACOCHE_TRY(vault->StoreSlots(std::move(slots)));
  return vault;
}

Result<std::unique_ptr<Vault>> Vault::UnlockWithPassphrase(const Options& options,
                                                           ByteView passphrase) {
  UnlockDelay delay(options.path + kTriesSuffix, options.files, options.clock);
  SACOCHE_TRY(delay.Check());
  auto vault = Unlock(options, KeySlotKind::kPassphrase, passphrase);
  if (vault) delay.NoteSuccess();
  if (!vault && vault.error().code == ErrorCode::kWrongPassphrase) delay.NoteFailure();
  return vault;
}

Result<std::unique_ptr<Vault>> Vault::UnlockWithRecoveryCode(const Options& options,
                                                             ByteView code) {
  SACOCHE_ASSIGN(const SecretBytes secret, ParseRecoveryCode(code));
  return Unlock(options, KeySlotKind::kRecoveryCode, secret.view());
}

namespace {

Status DestroyFile(const Vault::Options& options, const std::string& path) {
  if (!options.files->Exists(path)) return {};
  {
    StoredDatabase stored(options.below, path, StoredDatabase::Mode::kExisting);
    SACOCHE_TRY(StatusOfStored(stored.opened()));
    Bytes noise(VaultHeader::kBytes);
    randombytes_buf(noise.data(), noise.size());
    SACOCHE_TRY(StatusOfStored(stored.file().Write(noise, 0)));
    SACOCHE_TRY(StatusOfStored(stored.file().Sync(SQLITE_SYNC_FULL)));
  }
  // The file itself last: what is left of an interrupted destruction is found again.
  SACOCHE_TRY(options.files->Remove(path + "-wal"));
  SACOCHE_TRY(options.files->Remove(path + "-journal"));
  return options.files->Remove(path);
}

}  // namespace

Status Vault::Destroy(const Options& options) {
  SACOCHE_CHECK(sodium_init() >= 0);
  const std::string replaced = ReplacedPath(options.path);
  for (int number = 2; options.files->Exists(replaced + "-" + std::to_string(number)); ++number)
    SACOCHE_TRY(DestroyFile(options, replaced + "-" + std::to_string(number)));
  for (const std::string& path : {replaced, ReadyPath(options.path), options.path + kNewSuffix})
    SACOCHE_TRY(DestroyFile(options, path));
  return DestroyFile(options, options.path);
}

Status Vault::StoreSlots(std::vector<KeySlot> slots) {
  if (slots.size() > VaultHeader::kSlotsMax)
    return Fail(ErrorCode::kLimit, "the store has as many passphrases as it can have",
                "Remove one first.");
  VaultHeader header = header_;
  header.slots = std::move(slots);
  ++header.sequence;
  SACOCHE_TRY(StoreHeader(options_, header, key_));
  header_ = std::move(header);
  vfs_->SetSlotsOfNewFiles(header_.slots);
  return {};
}

Status Vault::ChangePassphrase(ByteView passphrase, const Argon2Cost& cost) {
  SACOCHE_TRY(CheckStorePassphrase(passphrase));
  SACOCHE_ASSIGN(KeySlot made,
                 MakeKeySlot(header_.vault, KeySlotKind::kPassphrase, cost, passphrase, key_));
  std::vector<KeySlot> slots{made};
  std::ranges::copy_if(header_.slots, std::back_inserter(slots),
                       [](const KeySlot& slot) { return slot.kind != KeySlotKind::kPassphrase; });
  return StoreSlots(std::move(slots));
}

Status Vault::AddPassphrase(ByteView passphrase, const Argon2Cost& cost) {
  SACOCHE_TRY(CheckStorePassphrase(passphrase));
  SACOCHE_ASSIGN(KeySlot made,
                 MakeKeySlot(header_.vault, KeySlotKind::kPassphrase, cost, passphrase, key_));
  std::vector<KeySlot> slots = header_.slots;
  slots.push_back(made);
  return StoreSlots(std::move(slots));
}

Status Vault::RemovePassphrase(ByteView passphrase) {
  std::vector<KeySlot> kept;
  std::size_t passphrases = 0;
  for (const KeySlot& slot : header_.slots) {
    if (slot.kind == KeySlotKind::kPassphrase) {
      SACOCHE_ASSIGN(const auto opened, OpenKeySlot(header_.vault, slot, passphrase));
      if (opened) continue;
      ++passphrases;
    }
    kept.push_back(slot);
  }
  if (kept.size() == header_.slots.size()) return WrongSecret(KeySlotKind::kPassphrase);
  if (passphrases == 0)
    return Fail(ErrorCode::kRefused, "this is the store's only passphrase",
                "Add another one first, or change it.");
  return StoreSlots(std::move(kept));
}

Result<RecoveryCode> Vault::ReplaceRecoveryCode() {
  RecoveryCode code = RecoveryCode::Generate();
  SACOCHE_ASSIGN(KeySlot made, MakeKeySlot(header_.vault, KeySlotKind::kRecoveryCode,
                                           kRecoveryCodeCost, code.secret.view(), key_));
  std::vector<KeySlot> slots = header_.slots;
  std::erase_if(slots, [](const KeySlot& slot) { return slot.kind == KeySlotKind::kRecoveryCode; });
  slots.push_back(made);
  SACOCHE_TRY(StoreSlots(std::move(slots)));
  return code;
}

}  // namespace sacoche
