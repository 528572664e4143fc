#pragma once

#include "engine/sign/device_signature.h"

namespace sacoche {

// The server's word on the time, for one request: over the hash of the request's body and the time,
// so that no recorded answer brings an old time back. Whoever sent the request checks it.
[[nodiscard]] Signature SignServerTime(const SigningKey& key, const Hash256& request_hash,
                                       std::uint64_t server_ms);
[[nodiscard]] bool VerifyServerTime(const SigningPublicKey& key, const Hash256& request_hash,
                                    std::uint64_t server_ms, const Signature& signature);

// Of a request's body that comes in pieces.
inline StreamHash RequestHash() { return StreamHash("sacoche.request"); }

}  // namespace sacoche
