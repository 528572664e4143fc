#pragma once

#include "engine/sign/hash.h"
#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

using SigningPublicKey = ByteArray<32>;
using Signature = ByteArray<64>;

// What a signature is about. The text is signed in front of the message, so that a signature made
// for one purpose never passes for another. Never renamed: old signatures must verify.
enum class SigningPurpose {
  kEnvelope,
  kStatement,
  kEnrolment,
  kServerTime,
  kSnapshot,
  kCarriedFile
};

// An Ed25519 key pair (libsodium crypto_sign). Movable, wiped, not printable.
class SigningKey {
 public:
  static SigningKey Generate();
  // `seed`: 32 bytes, as from seed().
  static Result<SigningKey> FromSeed(ByteView seed);

  [[nodiscard]] const SigningPublicKey& public_key() const { return public_key_; }
  [[nodiscard]] SecretBytes seed() const;

  [[nodiscard]] Signature Sign(SigningPurpose purpose, ByteView message) const;

  // Signs the message as it is. Only for HTTP Message Signatures, whose base always begins with a
  // quotation mark and so differs from every purpose text.
  [[nodiscard]] Signature SignPlain(ByteView message) const;

 private:
  SigningKey() = default;
  SecretBytes secret_;  // crypto_sign secret key: seed, then public key
  SigningPublicKey public_key_{};
};

[[nodiscard]] bool Verify(SigningPurpose purpose, ByteView message, const Signature& signature,
                          const SigningPublicKey& key);
[[nodiscard]] bool VerifyPlain(ByteView message, const Signature& signature,
                               const SigningPublicKey& key);

// A device is named by its signing key, so nobody can claim another's id.
[[nodiscard]] DeviceId DeviceIdOf(const SigningPublicKey& key);

}  // namespace sacoche
