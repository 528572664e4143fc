#pragma once

#include "engine/seal/key_wrap.h"

namespace sacoche {

// The organisation's root, kept by the administrator in a file under a passphrase and needed only
// to admit and to organise. It signs the directory; it opens no case.
//
//   file = magic "SACOCHE ORG KEY\n" format (1) ops (varint) mem-KiB (varint) salt (16) nonce (24)
//          ciphertext
//
// The key of the XChaCha20-Poly1305 ciphertext is Argon2id(passphrase, salt, ops, mem); everything
// before the ciphertext is associated data. A decoder MUST refuse another magic or format, more
// than kOpsMax or kMemoryKibMax (or it would work for ever), and a wrong length.
struct OrganisationKey {
  SigningKey signing_key;
  BoxKey box_key;
  SecretBytes directory_key;

  static OrganisationKey Generate();
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
