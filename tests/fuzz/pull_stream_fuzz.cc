#include "tests/fuzz/reencode.h"
#include "tests/fuzz/stream_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sacoche::ByteView bytes(data, size);
  sacoche::CheckCanonical(sacoche::ReencodePullStream(bytes), bytes);
  sacoche::CheckPiecesDoNotMatter(bytes);
  return 0;
}
