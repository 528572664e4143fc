#pragma once

#include "platform/vault/vault.h"

namespace sacoche {

// Encrypts a store that was made before stores were: its content is copied into a new vault beside
// it, checked there, and the vault takes the plain file's place. A crash leaves the plain store or
// the vault, whole. What the plain file held is then overwritten, as far as the medium obeys: a
// solid-state disk may keep old blocks until it reuses them.
//
// kNewerFormat: the plain store's format number is above `newest_format`. kBusy: another program
// has the store open. Nothing was changed.
[[nodiscard]] Result<Vault::Created> EncryptPlainStore(const Vault::Options& options,
                                                       ByteView passphrase, const Argon2Cost& cost,
                                                       int newest_format);

}  // namespace sacoche
