#pragma once

#include "engine/seal/key_wrap.h"

namespace sacoche {

// The organisation's root, kept by the administrator in a file under a passphrase and needed only
// to admit and to organise. It signs the directory; it opens no case. Or what an officer was
// handed: a signing key of his own, with which he may do what the directory says, and the root's
// other two.
//
//   file = magic "SACOCHE ORG KEY\n" format (1) ops (varint) mem-KiB (varint) salt (16) nonce (24)
//          ciphertext
//   plain = signing seed (32) box secret (32) directory key (32), and in format 2, an officer's:
//           the root's public key (32)
//
// The key of the XChaCha20-Poly1305 ciphertext is Argon2id(passphrase, salt, ops, mem); everything
// before the ciphertext is associated data. A decoder MUST refuse another magic or format, more
// than kOpsMax or kMemoryKibMax (or it would work for ever), and a wrong length.
struct OrganisationKey {
  SigningKey signing_key;
  BoxKey box_key;             // opens the requests of laptops, and makes tickets of invitations
  SecretBytes directory_key;  // of the names
  std::optional<SigningPublicKey> officer_of = std::nullopt;  // the root; nothing: this is the root

  static OrganisationKey Generate();
  // A new one for an officer of this one's organisation.
  [[nodiscard]] OrganisationKey ForOfficer() const;

  [[nodiscard]] SigningPublicKey root() const {
    return officer_of.value_or(signing_key.public_key());
  }
  // By which the directory knows what this key says; zero: the root.
  [[nodiscard]] DeviceId signer() const {
    return officer_of ? DeviceIdOf(signing_key.public_key()) : DeviceId();
  }
};

// Argon2id's cost. The standard one is libsodium's "moderate": 256 MiB, 3 passes.
struct PassphraseCost {
  std::uint64_t ops = 3;
  std::uint64_t memory_kib = 256 * 1024;

  static constexpr std::uint64_t kOpsMax = 16;
  static constexpr std::uint64_t kMemoryKibMax = 1024 * 1024;
};

inline constexpr std::size_t kPassphraseCharactersMin = 12;
inline constexpr std::size_t kOrganisationKeyFileBytesMax = 512;

[[nodiscard]] Result<Bytes> EncodeOrganisationKey(const OrganisationKey& key, ByteView passphrase,
                                                  const PassphraseCost& cost = {});

// kWrongPassphrase if it does not open: the passphrase is wrong, or the file was altered.
[[nodiscard]] Result<OrganisationKey> DecodeOrganisationKey(ByteView file, ByteView passphrase);

}  // namespace sacoche
