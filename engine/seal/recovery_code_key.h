#pragma once

#include "engine/seal/key_wrap.h"

namespace sacoche {

// The key pair of the code that a person keeps on paper: whoever holds the code opens what was
// sealed to it. The code also opens the store of its laptop (platform/vault/key_slots.h); the two
// keys have nothing in common but the code, and neither tells anything of the other.
//
//   seed = BLAKE2b-256, keyed with the code's 18 bytes, personal `sacoche.paper`, of no message
//   pair = crypto_box_seed_keypair(seed)
//
// The code's 140 random bits are more than its public key could be searched for.
inline constexpr std::size_t kRecoveryCodeBytes = 18;

// kInvalidInput if it has another length. Any thread.
[[nodiscard]] Result<BoxKey> BoxKeyOfRecoveryCode(ByteView code);

}  // namespace sacoche
