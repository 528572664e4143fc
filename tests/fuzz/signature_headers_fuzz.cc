#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/reencode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sacoche::ByteView bytes(data, size);
  sacoche::CheckCanonical(sacoche::ReencodeSignatureHeaders(bytes), bytes);
  return 0;
}
