#include "engine/record/value_codec.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto value = DecodeValue(bytes);
  SACOCHE_CHECK(!value || Equal(EncodeValue(*value), bytes));
  return 0;
}
