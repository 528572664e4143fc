#pragma once

#include <functional>

#include "platform/vault/data_key.h"
#include "platform/vault/vault_header.h"

namespace sacoche {

inline constexpr std::size_t kStorePassphraseCharactersMin = 12;

// A slot that opens with `secret` (a passphrase, or the plain bytes of a recovery code):
// XChaCha20-Poly1305 under Argon2id(secret, fresh salt, cost), the vault's id and the slot's own
// fields as associated data. kLimit: not enough memory for this cost.
[[nodiscard]] Result<KeySlot> MakeKeySlot(const VaultId& vault, KeySlotKind kind,
                                          const Argon2Cost& cost, ByteView secret,
                                          const DataKey& key);

// The key, if the slot opens with `secret`. Nothing otherwise, whatever the reason.
[[nodiscard]] Result<std::optional<DataKey>> OpenKeySlot(const VaultId& vault, const KeySlot& slot,
                                                         ByteView secret);

// The next data key, sealed under the one that it replaces.
[[nodiscard]] KeySlot MakeRekeySlot(const VaultId& vault, const DataKey& previous,
                                    const DataKey& next);
[[nodiscard]] std::optional<DataKey> OpenRekeySlot(const VaultId& vault, const KeySlot& slot,
                                                   const DataKey& previous);

// The cost whose computing takes about `target_ms` on this machine: memory first (64 MiB, or
// 19 MiB for a very short target, up to 256 MiB), then passes. `now_ms` is a clock that does not
// jump. Bounds: two passes of 19 MiB, which is OWASP's least, and Argon2Cost's greatest.
[[nodiscard]] Argon2Cost CalibrateCost(std::uint64_t target_ms,
                                       const std::function<std::uint64_t()>& now_ms);

// A recovery code has 140 random bits: guessing is hopeless at any cost, so it opens fast.
inline constexpr Argon2Cost kRecoveryCodeCost{.ops = 1, .memory_kib = 8 * 1024};

}  // namespace sacoche
