#include "engine/seal/recovery_code_key.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {

Result<BoxKey> BoxKeyOfRecoveryCode(ByteView code) {
  SACOCHE_CHECK(sodium_init() >= 0);
  static_assert(kRecoveryCodeBytes >= crypto_generichash_blake2b_KEYBYTES_MIN);
  if (code.size() != kRecoveryCodeBytes)
    return Fail(ErrorCode::kInvalidInput, "a recovery code has another length",
                "Type it as it stands on paper.");
  constexpr std::string_view kPurpose = "sacoche.paper";
  ByteArray<crypto_generichash_blake2b_PERSONALBYTES> personal{};
  std::ranges::copy(kPurpose, personal.begin());
  SecretBytes seed(crypto_box_SEEDBYTES);
  SACOCHE_CHECK(crypto_generichash_blake2b_salt_personal(seed.span().data(), seed.size(), nullptr,
                                                         0, code.data(), code.size(), nullptr,
                                                         personal.data()) == 0);
  BoxPublicKey public_key;
  SecretBytes secret(crypto_box_SECRETKEYBYTES);
  SACOCHE_CHECK(
      crypto_box_seed_keypair(public_key.data(), secret.span().data(), seed.view().data()) == 0);
  return BoxKey::FromSecret(secret.view());
}

}  // namespace sacoche
