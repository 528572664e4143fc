#include "engine/wire/sealed_snapshot.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto head = DecodeSnapshotHead(bytes);
  SACOCHE_CHECK(!head.has_value() || Equal(EncodeSnapshotHead(*head), bytes));
  return 0;
}
