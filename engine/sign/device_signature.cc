#include "engine/sign/device_signature.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

std::string_view PurposeText(SigningPurpose purpose) {
  switch (purpose) {
    case SigningPurpose::kEnvelope:
      return "sacoche envelope v1";
    case SigningPurpose::kStatement:
      return "sacoche statement v1";
    case SigningPurpose::kEnrolment:
      return "sacoche enrolment v1";
    case SigningPurpose::kServerTime:
      return "sacoche server time v1";
    case SigningPurpose::kSnapshot:
      return "sacoche snapshot v1";
    case SigningPurpose::kCarriedFile:
      return "sacoche carried file v1";
  }
  SACOCHE_CHECK(false);
}

Bytes WithPurpose(SigningPurpose purpose, ByteView message) {
  Bytes bytes = CopyOf(ViewOf(PurposeText(purpose)));
  bytes.push_back(0);
  Append(bytes, message);
  return bytes;
}

}  // namespace

SigningKey SigningKey::Generate() {
  SACOCHE_CHECK(sodium_init() >= 0);
  SigningKey key;
  key.secret_ = SecretBytes(crypto_sign_SECRETKEYBYTES);
  crypto_sign_keypair(key.public_key_.data(), key.secret_.span().data());
  return key;
}

Result<SigningKey> SigningKey::FromSeed(ByteView seed) {
  SACOCHE_CHECK(sodium_init() >= 0);
  if (seed.size() != crypto_sign_SEEDBYTES)
    return Fail(ErrorCode::kCorrupt, "a signing key has the wrong length");
  SigningKey key;
  key.secret_ = SecretBytes(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_.span().data(), seed.data());
  return key;
}

SecretBytes SigningKey::seed() const {
  return SecretBytes(secret_.view().first(crypto_sign_SEEDBYTES));
}

Signature SigningKey::Sign(SigningPurpose purpose, ByteView message) const {
  return SignPlain(WithPurpose(purpose, message));
}

Signature SigningKey::SignPlain(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       secret_.view().data());
  return signature;
}

bool Verify(SigningPurpose purpose, ByteView message, const Signature& signature,
            const SigningPublicKey& key) {
  return VerifyPlain(WithPurpose(purpose, message), signature, key);
}

bool VerifyPlain(ByteView message, const Signature& signature, const SigningPublicKey& key) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

DeviceId DeviceIdOf(const SigningPublicKey& key) {
  const Hash256 hash = HashFor("sacoche.device", {key});
  return *DeviceId::FromView(ByteView(hash).first(DeviceId::kSize));
}

}  // namespace sacoche
