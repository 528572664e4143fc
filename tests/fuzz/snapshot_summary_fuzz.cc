#include "engine/snapshot/snapshot_codec.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  if (const auto summary = DecodeSnapshotSummary(bytes))
    CheckCanonical(EncodeSnapshotSummary(*summary), bytes);
  return 0;
}
