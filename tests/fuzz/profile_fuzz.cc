#include "engine/seal/profile.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto profile = DecodeProfile(TextOf(bytes));
  if (!profile) return 0;
  const auto again = EncodeProfile(*profile);
  SACOCHE_CHECK(!again || Equal(ViewOf(*again), bytes));
  return 0;
}
