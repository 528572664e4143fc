#pragma once

#include "platform/vault/vault.h"

namespace sacoche {

// Changes the data key: every page is sealed anew under a random key, into a file beside the store
// that takes its place when it is whole. A crash at any moment leaves the old store or the new one,
// both readable with `passphrase`; what was copied is used again by the next try. Other passphrases
// are dropped, and the recovery code is a new one. No database may be open through `vault`.
//
// kWrongPassphrase: nothing was done. kDiskFull: there must be room for a second copy.
[[nodiscard]] Result<Vault::Created> Rekey(std::unique_ptr<Vault> vault, ByteView passphrase,
                                           const Argon2Cost& cost);

}  // namespace sacoche
