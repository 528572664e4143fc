#pragma once

#include "engine/seal/key_epoch.h"
#include "engine/sign/manifest.h"
#include "engine/wire/sealed_snapshot.h"

namespace sacoche {

// Seals the parts of one snapshot, one by one, with XChaCha20-Poly1305 under a key of its own,
// which is used for nothing else. The nonce of part i is the snapshot's id followed by i (64 bits,
// little endian): an id must never be used twice, so it is 16 fresh random bytes, and no part is
// sealed twice. The identity is associated data.
class SnapshotSealer {
 public:
  SnapshotSealer(const SnapshotIdentity& identity, const EpochKey& key);

  // Precondition: each index once.
  [[nodiscard]] Bytes Seal(std::uint64_t index, ByteView plain) const;
  // kCorrupt if it does not open as that part of this snapshot.
  [[nodiscard]] Result<Bytes> Open(std::uint64_t index, ByteView part) const;

 private:
  SnapshotId id_;
  Bytes associated_data_;
  SecretBytes key_;
};

// Signs what the head names: the identity and the hash of every part.
void SignSnapshot(SealedSnapshotHead& head, const SigningKey& signer);
[[nodiscard]] bool VerifySnapshot(const SealedSnapshotHead& head, const SigningPublicKey& signer);

// What a part has beyond its plaintext.
inline constexpr std::size_t kSnapshotPartOverheadBytes = 16;

}  // namespace sacoche
