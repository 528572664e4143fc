#include "engine/seal/key_wrap.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kNamePurpose = "sacoche directory name v1";

tl::unexpected<Error> DoesNotOpen() {
  return Fail(ErrorCode::kUntrusted, "what was sealed for this device does not open",
              "Tell your administrator.");
}

}  // namespace

BoxKey BoxKey::Generate() {
  SACOCHE_CHECK(sodium_init() >= 0);
  BoxKey key;
  key.secret_ = SecretBytes(crypto_box_SECRETKEYBYTES);
  crypto_box_keypair(key.public_key_.data(), key.secret_.span().data());
  return key;
}

Result<BoxKey> BoxKey::FromSecret(ByteView secret) {
  SACOCHE_CHECK(sodium_init() >= 0);
  if (secret.size() != crypto_box_SECRETKEYBYTES)
    return Fail(ErrorCode::kCorrupt, "a device's key has the wrong length");
  BoxKey key;
  key.secret_ = SecretBytes(secret);
  crypto_scalarmult_base(key.public_key_.data(), secret.data());
  return key;
}

Result<SecretBytes> BoxKey::Open(ByteView sealed) const {
  if (sealed.size() < crypto_box_SEALBYTES) return DoesNotOpen();
  SecretBytes plain(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(plain.span().data(), sealed.data(), sealed.size(), public_key_.data(),
                           secret_.view().data()) != 0)
    return DoesNotOpen();
  return plain;
}

Bytes SealTo(const BoxPublicKey& recipient, ByteView plain) {
  SACOCHE_CHECK(sodium_init() >= 0);
  Bytes sealed(plain.size() + crypto_box_SEALBYTES);
  SACOCHE_CHECK(crypto_box_seal(sealed.data(), plain.data(), plain.size(), recipient.data()) == 0);
  return sealed;
}

SealedKey SealKeyTo(const BoxPublicKey& recipient, ByteView key) {
  const Bytes sealed = SealTo(recipient, key);
  SealedKey result;
  SACOCHE_CHECK(sealed.size() == result.size());
  std::ranges::copy(sealed, result.begin());
  return result;
}

std::optional<SealedKey> TrySealKeyTo(const BoxPublicKey& recipient, ByteView key) {
  SACOCHE_CHECK(sodium_init() >= 0);
  SealedKey sealed;
  SACOCHE_CHECK(key.size() + crypto_box_SEALBYTES == sealed.size());
  if (crypto_box_seal(sealed.data(), key.data(), key.size(), recipient.data()) != 0)
    return std::nullopt;
  return sealed;
}

SecretBytes GenerateDirectoryKey() {
  SACOCHE_CHECK(sodium_init() >= 0);
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  randombytes_buf(key.span().data(), key.size());
  return key;
}

Bytes SealName(ByteView directory_key, std::string_view name) {
  SACOCHE_CHECK(directory_key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  const ByteView plain = ViewOf(name);
  const ByteView purpose = ViewOf(kNamePurpose);
  Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, nullptr, plain.data(),
                                             plain.size(), purpose.data(), purpose.size(), nullptr,
                                             sealed.data(), directory_key.data());
  return sealed;
}

Result<std::string> OpenName(ByteView directory_key, ByteView sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes ||
      directory_key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    return DoesNotOpen();
  const ByteView purpose = ViewOf(kNamePurpose);
  std::string name(sealed.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<std::uint8_t*>(name.data()), nullptr, nullptr,
          sealed.data() + kNonceBytes, sealed.size() - kNonceBytes, purpose.data(), purpose.size(),
          sealed.data(), directory_key.data()) != 0)
    return DoesNotOpen();
  return name;
}

}  // namespace sacoche
