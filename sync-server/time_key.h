#pragma once

#include "engine/sign/device_signature.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// The key with which this server signs the time, made once and kept in its store: a server that is
// restored from a backup has the same.
[[nodiscard]] Result<SigningKey> LoadOrMakeTimeKey(EnvelopeStore& store);

}  // namespace sacoche
