#include <zstd.h>

#include "engine/snapshot/snapshot_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace sacoche {
namespace {

// Whatever a chunk says, saying it again gives the same plain bytes: the decoder compares.
void CheckChunk(ByteView chunk) {
  const auto records = DecodeSnapshotChunk(chunk);
  if (!records) return;
  SnapshotOrder order;
  SACOCHE_CHECK(order.Take(*records).has_value());
  const auto again = EncodeSnapshotChunk(*records);
  SACOCHE_CHECK(again.has_value());
  const auto decoded = DecodeSnapshotChunk(*again);
  SACOCHE_CHECK(decoded.has_value() && *decoded == *records);
}

}  // namespace
}  // namespace sacoche

// The input as it is, and as the contents of a well-formed compressed frame: mutations of
// compressed bytes alone would hardly ever reach what lies inside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  CheckChunk(ByteView(data, size));
  Bytes framed(1 + ZSTD_compressBound(size));
  framed[0] = kSnapshotFormat;
  framed.resize(1 + ZSTD_compress(framed.data() + 1, framed.size() - 1, data, size, 1));
  CheckChunk(framed);
  return 0;
}
