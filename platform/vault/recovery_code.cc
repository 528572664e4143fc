#include "platform/vault/recovery_code.h"

#include <sodium.h>

namespace sacoche {

RecoveryCode RecoveryCode::Generate() {
  SecretBytes secret(kRecoveryCodeForm.bytes());
  randombytes_buf(secret.span().data(), secret.size());
  secret.span().back() &= 0xf0;
  SecretBytes text = WritePaperGroups(kRecoveryCodeForm, secret.view());
  return {std::move(secret), std::move(text)};
}

Result<SecretBytes> ParseRecoveryCode(ByteView typed) {
  return ReadPaperGroups(kRecoveryCodeForm, typed);
}

}  // namespace sacoche
