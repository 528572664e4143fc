#include "engine/sync/recovery_chest.h"

namespace sacoche {
namespace {

constexpr std::string_view kCodeKey = "recovery.code_key";

}  // namespace

Result<std::optional<BoxPublicKey>> RecoveryChest::CodeKey() {
  SACOCHE_ASSIGN(const SecretBytes bytes, keys_->Read(kCodeKey));
  if (bytes.empty()) return std::optional<BoxPublicKey>();
  BoxPublicKey key;
  if (bytes.size() != key.size())
    return Fail(ErrorCode::kCorrupt, "the store's recovery key has a wrong length");
  std::ranges::copy(bytes.view(), key.begin());
  return std::optional(key);
}

Status RecoveryChest::PutCodeKey(const BoxPublicKey& key) { return keys_->Write(kCodeKey, key); }

Result<std::optional<BoxKey>> RecoveryChest::Typed() {
  SACOCHE_ASSIGN(const SecretBytes secret, keys_->Read(kTyped));
  if (secret.empty()) return std::optional<BoxKey>();
  SACOCHE_ASSIGN(BoxKey key, BoxKey::FromSecret(secret.view()));
  return std::optional<BoxKey>(std::move(key));
}

Status RecoveryChest::PutTyped(const BoxKey& key) { return keys_->Write(kTyped, key.secret()); }

Status RecoveryChest::DropTyped() { return keys_->Drop(kTyped); }

}  // namespace sacoche
