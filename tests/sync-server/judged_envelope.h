#pragma once

#include "sync-server/envelope_manifest.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// As the server hands it to its store.
inline NewEnvelope Judged(const Envelope& envelope, std::uint64_t received_s = 0) {
  return {envelope.header, ManifestHashOf(envelope), EncodeEnvelope(envelope), received_s};
}

}  // namespace sacoche
