#pragma once

#include "platform/base/bytes.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

// What a record belongs to. Part of what is authenticated; never renumbered.
enum class RecordKind : std::uint8_t {
  kMainPage = 1,
  kWalHeader = 2,
  kWalFrame = 3,
  kJournalBlock = 4,
  kSuperJournalBlock = 5,
  kTemporaryBlock = 6,
};

// Names one database file, whatever its path. Random, made with the file.
using VaultFileId = ByteArray<16>;

// Seals and opens the records that the vault's files consist of (VAULT_FORMAT.md):
//
//   record = nonce (24) tag (16) ciphertext (as long as the plaintext)
//
// XChaCha20-Poly1305 (libsodium's crypto_aead_xchacha20poly1305_ietf) with a fresh random nonce for
// every write. The associated data is file id, kind and number, so a record that was moved, swapped
// or flipped does not open. One file handle owns a PageCipher; not for two threads at once.
class PageCipher {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kNonceBytes = 24;
  static constexpr std::size_t kTagBytes = 16;
  static constexpr std::size_t kOverheadBytes = kNonceBytes + kTagBytes;

  // `key` must outlive the cipher and hold kKeyBytes.
  PageCipher(ByteView key, const VaultFileId& file) : key_(key), file_(file) {}

  // `record` must hold plain.size() + kOverheadBytes, and not overlap `plain`.
  void Seal(RecordKind kind, std::uint64_t number, ByteView plain, std::uint8_t* record);

  // False: not a record that this key sealed for this place. `plain` is then all zeros. It must
  // hold record.size() - kOverheadBytes.
  [[nodiscard]] bool Open(RecordKind kind, std::uint64_t number, ByteView record,
                          std::uint8_t* plain) const;

 private:
  // Random bytes are drawn for many nonces at once: a system call for each would cost more than
  // the ciphering of a small record.
  static constexpr std::size_t kNoncesDrawnAtOnce = 64;

  void NextNonce(std::uint8_t* nonce);

  ByteView key_;
  VaultFileId file_;
  ByteArray<kNoncesDrawnAtOnce * kNonceBytes> nonces_{};
  std::size_t nonces_left_ = 0;
  int drawn_by_process_ = 0;
};

}  // namespace sacoche
