#pragma once

#include "engine/causality/version_vector.h"
#include "platform/base/byte_codec.h"

namespace sacoche {

struct VersionVectorLimits {
  std::size_t replicas = 0;
  std::size_t beyond_gaps = 0;
  std::uint64_t counter = 0;  // the greatest
};

// The number of replicas; of each, ascending: its id, the counter up to which nothing is missing,
// the number of dots beyond that, and each of these as the distance from the one before.
void WriteVersionVector(ByteWriter& out, const VersionVector& vector);

// Fails the reader on anything that WriteVersionVector does not write, and above the limits.
[[nodiscard]] VersionVector ReadVersionVector(ByteReader& in, const VersionVectorLimits& limits);

}  // namespace sacoche
