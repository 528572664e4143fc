#pragma once

#include "engine/sign/manifest.h"
#include "engine/wire/envelope.h"

namespace sacoche {

// What the envelope's signature is over, and what its device's next envelope names. An erased item
// enters by the hash that is left of it.
[[nodiscard]] Hash256 ManifestHashOf(const Envelope& envelope);

}  // namespace sacoche
