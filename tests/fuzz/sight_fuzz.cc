#include "engine/record/sight.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto sight = DecodeSight(bytes);
  if (sight) CheckCanonical(EncodeSight(*sight), bytes);
  return 0;
}
