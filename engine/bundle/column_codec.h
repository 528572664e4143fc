#pragma once

#include "engine/bundle/compact_archive.h"
#include "engine/change/change.h"

namespace sacoche {

// What a bundle of format 2 says before compression: BUNDLE_FORMAT.md. Like stands beside like, so
// that a dictionary and run lengths find it; what people typed comes last, in one piece.

// Precondition: at least one change, all of one dossier and author.
[[nodiscard]] Bytes EncodeColumns(const std::vector<Change>& changes);

// Throws cereal::Exception on the first violation.
[[nodiscard]] std::vector<Change> DecodeColumns(ByteView plain, const DeviceId& author);

}  // namespace sacoche
