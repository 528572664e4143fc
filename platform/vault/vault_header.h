#pragma once

#include <optional>
#include <vector>

#include "platform/base/result.h"
#include "platform/vault/page_cipher.h"
#include "platform/vault/stored_file.h"

namespace sacoche {

// Never renumbered.
enum class KeySlotKind : std::uint8_t {
  kPassphrase = 1,
  kRecoveryCode = 2,
  kPreviousDataKey = 3,  // only while the data key is being changed
};

// Argon2id's cost, stored with each slot. The bounds hold for what is read from a file as well:
// else a forged header could make a laptop work for ever or run out of memory.
struct Argon2Cost {
  std::uint64_t ops = 3;
  std::uint64_t memory_kib = 64 * 1024;

  static constexpr std::uint64_t kOpsMin = 1;
  static constexpr std::uint64_t kOpsMax = 16;
  static constexpr std::uint64_t kMemoryKibMin = 8;
  static constexpr std::uint64_t kMemoryKibMax = 1024 * 1024;

  friend bool operator==(const Argon2Cost&, const Argon2Cost&) = default;
};

// One way to the data key, which it holds sealed.
struct KeySlot {
  static constexpr std::size_t kSaltBytes = 16;
  static constexpr std::size_t kSealedBytes = 32 + PageCipher::kTagBytes;

  KeySlotKind kind = KeySlotKind::kPassphrase;
  Argon2Cost cost;
  ByteArray<kSaltBytes> salt{};
  ByteArray<PageCipher::kNonceBytes> nonce{};
  ByteArray<kSealedBytes> sealed{};

  friend bool operator==(const KeySlot&, const KeySlot&) = default;
};

// Names a vault and all its backups, whatever their file.
using VaultId = ByteArray<16>;

// The only bytes of a vault that are not sealed: which vault, which file, and the key slots. It
// stands twice at the beginning of the file, so that one torn write or bad sector does not lose the
// slots. Format: VAULT_FORMAT.md.
struct VaultHeader {
  static constexpr std::size_t kCopyBytes = 4096;
  static constexpr std::size_t kBytes = 2 * kCopyBytes;
  static constexpr std::size_t kSlotsMax = 8;
  static constexpr std::uint32_t kBlockBytes = 4096;

  std::uint64_t sequence = 1;
  VaultId vault{};
  VaultFileId file{};
  std::uint32_t block_bytes = kBlockBytes;
  std::vector<KeySlot> slots;

  friend bool operator==(const VaultHeader&, const VaultHeader&) = default;
};

// A header as it was read: what it says is not to be trusted before it was authenticated, which
// takes the data key that it leads to.
class StoredHeader {
 public:
  // kNewerFormat: made by a newer release. kCorrupt: not a copy of a header, or damaged.
  static Result<StoredHeader> Decode(ByteView copy);

  [[nodiscard]] const VaultHeader& unverified() const { return header_; }
  [[nodiscard]] bool IsAuthentic(ByteView header_key) const;

 private:
  VaultHeader header_;
  ByteArray<32> mac_{};
};

// One copy, VaultHeader::kCopyBytes long, authenticated under `header_key`.
[[nodiscard]] Bytes EncodeHeader(const VaultHeader& header, ByteView header_key);

// The place of a file's two copies, as it was read.
class StoredCopies {
 public:
  // Gives SQLite's code; that the file is too short for them is no error.
  [[nodiscard]] int Load(StoredFile file);

  // The newest whole copy. kNotFound: the file is empty, or its making was cut short before there
  // was anything in it. kInvalidInput: it is not a vault.
  [[nodiscard]] Result<StoredHeader> Newest() const;
  [[nodiscard]] Result<StoredHeader> First() const;
  [[nodiscard]] Result<StoredHeader> Second() const;

 private:
  std::int64_t file_bytes_ = 0;
  Bytes bytes_;
};

// Both at once; kIo: the file could not be read.
[[nodiscard]] Result<StoredHeader> ReadHeader(StoredFile file);

// Both copies, one after the other, each synced before the next is touched. Gives SQLite's code.
[[nodiscard]] int WriteHeader(StoredFile file, const VaultHeader& header, ByteView header_key);

}  // namespace sacoche
