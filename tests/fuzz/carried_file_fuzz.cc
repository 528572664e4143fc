#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/reencode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto again = ReencodeCarriedFile(bytes);
  SACOCHE_CHECK(!again.has_value() || Equal(*again, bytes));
  return 0;
}
