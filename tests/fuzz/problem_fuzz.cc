#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/reencode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ours = sacoche::ReencodeProblem(sacoche::ByteView(data, size));
  // Our spelling of a long title may be longer than what a reader takes.
  if (ours) {
    const auto again = sacoche::ReencodeProblem(*ours);
    sacoche::CheckCanonical(again, *ours);
  }
  return 0;
}
