#pragma once

#include "engine/membership/statement.h"
#include "engine/sign/hash.h"
#include "engine/wire/envelope.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

// The key of one generation of a space: 32 random bytes, made by a member device.
class EpochKey {
 public:
  static constexpr std::size_t kBytes = 32;

  static EpochKey Generate();
  static Result<EpochKey> FromBytes(ByteView bytes);

  [[nodiscard]] ByteView view() const { return bytes_.view(); }

  // Tells whether a key that was granted is the one that the epoch's statement speaks of.
  [[nodiscard]] Hash256 Commitment(const SpaceId& space) const;

  // The key of one dossier's items in this epoch: keyed BLAKE2b of the dossier's handle, salted
  // with the space.
  [[nodiscard]] SecretBytes DossierKey(const SpaceId& space, const DossierHandle& handle) const;

  // The id of a record that a rule derives from a dossier of the space for readers elsewhere: keyed
  // BLAKE2b of the dossier, its kind and its index, salted with the space, as a UUIDv8 (RFC 9562).
  // Always of the first epoch's key, so that it stays the same; whoever holds no key of the space
  // cannot tell of which dossier the record speaks.
  [[nodiscard]] RecordId ProjectedId(const SpaceId& space, const RecordId& dossier,
                                     std::uint32_t kind, std::uint32_t index) const;
  // Whether an id can be such a one; nobody types records under one.
  [[nodiscard]] static bool IsProjectedId(const RecordId& id) { return id.bytes[6] >> 4 == 8; }

  // The key of one snapshot of the space, sealed in this epoch: keyed BLAKE2b of its id, salted
  // with the space.
  [[nodiscard]] SecretBytes SnapshotKey(const SpaceId& space, const SnapshotId& id) const;

 private:
  explicit EpochKey(SecretBytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes bytes_;
};

// The way back from an epoch's key to the one before: XChaCha20-Poly1305 with a random nonce, under
// a keyed BLAKE2b of `key`, salted with the space.
[[nodiscard]] SealedPreviousKey SealPreviousKey(const EpochKey& key, const SpaceId& space,
                                                const EpochKey& previous);
// kUntrusted if it was sealed under another key, or altered.
[[nodiscard]] Result<EpochKey> OpenPreviousKey(const EpochKey& key, const SpaceId& space,
                                               const SealedPreviousKey& sealed);

// The key of an epoch that gave way to another of its number (statement kind 18), for whoever holds
// the key of a later one or of that other: as above, under a keyed hash for this purpose.
[[nodiscard]] SealedPreviousKey SealLostKey(const EpochKey& key, const SpaceId& space,
                                            const EpochKey& lost);
// kUntrusted if it was sealed under another key, or altered.
[[nodiscard]] Result<EpochKey> OpenLostKey(const EpochKey& key, const SpaceId& space,
                                           const SealedPreviousKey& sealed);

// What the server sees of a dossier's id, which it never learns: eight bytes of a hash, the same in
// all epochs so that a dossier can be erased by its handle.
[[nodiscard]] DossierHandle HandleOf(const SpaceId& space, const RecordId& dossier);

}  // namespace sacoche
