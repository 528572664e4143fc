#pragma once

#include <optional>

#include "engine/membership/statement.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

// An X25519 key pair to which others seal (libsodium crypto_box_seal).
class BoxKey {
 public:
  static BoxKey Generate();
  static Result<BoxKey> FromSecret(ByteView secret);

  [[nodiscard]] const BoxPublicKey& public_key() const { return public_key_; }
  [[nodiscard]] ByteView secret() const { return secret_.view(); }

  // What was sealed to this key. kUntrusted if it was sealed to another or altered.
  [[nodiscard]] Result<SecretBytes> Open(ByteView sealed) const;

 private:
  BoxKey() = default;
  SecretBytes secret_;
  BoxPublicKey public_key_{};
};

[[nodiscard]] Bytes SealTo(const BoxPublicKey& recipient, ByteView plain);
// The same, of a 32-byte key.
[[nodiscard]] SealedKey SealKeyTo(const BoxPublicKey& recipient, ByteView key);

// The same, to a key that anybody may have made up. Nothing if it is one of the few points with
// which X25519 gives no secret: whoever names one wants nothing sealed to it, or a program to stop.
[[nodiscard]] std::optional<SealedKey> TrySealKeyTo(const BoxPublicKey& recipient, ByteView key);

// Names of people, devices and spaces in the directory: XChaCha20-Poly1305 under the directory key
// with a random nonce in front.
[[nodiscard]] SecretBytes GenerateDirectoryKey();
[[nodiscard]] Bytes SealName(ByteView directory_key, std::string_view name);
[[nodiscard]] Result<std::string> OpenName(ByteView directory_key, ByteView sealed);

}  // namespace sacoche
