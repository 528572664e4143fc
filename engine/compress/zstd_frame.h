#pragma once

#include <string_view>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// One zstd frame (RFC 8878) that says how long its content is. It has no checksum of its own:
// whoever signs or seals it covers every byte.

// Adds the frame of `plain` to `out`. The same bytes for the same input and level.
void AppendCompressed(Bytes& out, ByteView plain, int level);

// The content of a frame that is all of `frame` and not empty. A frame that says more than
// `plain_bytes_max` is refused before it is decompressed. `what` begins the error's sentence.
//   kCorrupt  not one frame, or damaged
//   kLimit    its content is larger than allowed
[[nodiscard]] Result<Bytes> Decompress(ByteView frame, std::size_t plain_bytes_max,
                                       std::string_view what);

}  // namespace sacoche
