#include "platform/vault/key_slots.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kLeastMemoryKib = 19 * 1024;
constexpr std::uint64_t kUsualMemoryKib = 64 * 1024;
constexpr std::uint64_t kGreatestMemoryKib = 256 * 1024;
constexpr std::uint64_t kLeastOps = 2;

Bytes DataFor(const VaultId& vault, const KeySlot& slot) {
  ByteWriter out;
  out.Raw(vault);
  out.Byte(static_cast<std::uint8_t>(slot.kind));
  out.Varint(slot.cost.ops);
  out.Varint(slot.cost.memory_kib);
  out.Raw(slot.salt);
  return std::move(out).Take();
}

Result<SecretBytes> WrappingKey(const KeySlot& slot, ByteView secret) {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (crypto_pwhash_argon2id(key.span().data(), key.size(),
                             reinterpret_cast<const char*>(secret.data()), secret.size(),
                             slot.salt.data(), slot.cost.ops, slot.cost.memory_kib * 1024,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
    return Fail(ErrorCode::kLimit, "there is not enough memory to open the store",
                "Close other programs and try again.");
  return key;
}

void SealInto(KeySlot& slot, const VaultId& vault, ByteView wrapping_key, const DataKey& key) {
  const Bytes data = DataFor(vault, slot);
  randombytes_buf(slot.nonce.data(), slot.nonce.size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(slot.sealed.data(), nullptr, key.bytes().data(),
                                             key.bytes().size(), data.data(), data.size(), nullptr,
                                             slot.nonce.data(), wrapping_key.data());
}

std::optional<DataKey> Unseal(const KeySlot& slot, const VaultId& vault, ByteView wrapping_key) {
  const Bytes data = DataFor(vault, slot);
  SecretBytes key(DataKey::kBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          key.span().data(), nullptr, nullptr, slot.sealed.data(), slot.sealed.size(), data.data(),
          data.size(), slot.nonce.data(), wrapping_key.data()) != 0)
    return std::nullopt;
  return DataKey(std::move(key));
}

std::uint64_t MeasureMs(const Argon2Cost& cost, const std::function<std::uint64_t()>& now_ms) {
  const KeySlot slot{.cost = cost};
  const std::uint64_t begin = now_ms();
  const auto key = WrappingKey(slot, ViewOf("calibration"));
  return key ? std::max<std::uint64_t>(1, now_ms() - begin) : 0;
}

}  // namespace

static_assert(KeySlot::kSaltBytes == crypto_pwhash_argon2id_SALTBYTES);
static_assert(Argon2Cost::kMemoryKibMin * 1024 == crypto_pwhash_argon2id_MEMLIMIT_MIN);
static_assert(Argon2Cost::kOpsMin == crypto_pwhash_argon2id_OPSLIMIT_MIN);

Result<KeySlot> MakeKeySlot(const VaultId& vault, KeySlotKind kind, const Argon2Cost& cost,
                            ByteView secret, const DataKey& key) {
  KeySlot slot{.kind = kind, .cost = cost};
  randombytes_buf(slot.salt.data(), slot.salt.size());
  SACOCHE_ASSIGN(const SecretBytes wrapping_key, WrappingKey(slot, secret));
  SealInto(slot, vault, wrapping_key.view(), key);
  return slot;
}

Result<std::optional<DataKey>> OpenKeySlot(const VaultId& vault, const KeySlot& slot,
                                           ByteView secret) {
  SACOCHE_ASSIGN(const SecretBytes wrapping_key, WrappingKey(slot, secret));
  return Unseal(slot, vault, wrapping_key.view());
}

KeySlot MakeRekeySlot(const VaultId& vault, const DataKey& previous, const DataKey& next) {
  KeySlot slot{.kind = KeySlotKind::kPreviousDataKey,
               .cost = {Argon2Cost::kOpsMin, Argon2Cost::kMemoryKibMin}};
  SealInto(slot, vault, previous.rekey_key(), next);
  return slot;
}

std::optional<DataKey> OpenRekeySlot(const VaultId& vault, const KeySlot& slot,
                                     const DataKey& previous) {
  if (slot.kind != KeySlotKind::kPreviousDataKey) return std::nullopt;
  return Unseal(slot, vault, previous.rekey_key());
}

Argon2Cost CalibrateCost(std::uint64_t target_ms, const std::function<std::uint64_t()>& now_ms) {
  Argon2Cost cost{kLeastOps, kUsualMemoryKib};
  std::uint64_t took_ms = MeasureMs(cost, now_ms);
  if (took_ms == 0 || took_ms > target_ms) return {kLeastOps, kLeastMemoryKib};
  while (cost.memory_kib < kGreatestMemoryKib && took_ms * 2 <= target_ms) {
    const Argon2Cost larger{cost.ops, cost.memory_kib * 2};
    const std::uint64_t larger_ms = MeasureMs(larger, now_ms);
    if (larger_ms == 0 || larger_ms > target_ms) break;
    cost = larger;
    took_ms = larger_ms;
  }
  cost.ops = std::clamp(kLeastOps * target_ms / took_ms, kLeastOps, Argon2Cost::kOpsMax);
  return cost;
}

}  // namespace sacoche
