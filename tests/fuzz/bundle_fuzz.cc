#include <zstd.h>

#include "engine/bundle/bundle_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace sacoche {
namespace {

const DeviceId kAuthor = DeviceId::FromArray({0xa0});

// Whatever a bundle says, saying it again gives the same changes.
void CheckBundle(ByteView bundle) {
  const auto changes = DecodeBundle(bundle, kAuthor);
  if (!changes) return;
  const auto again = DecodeBundle(EncodeBundle(*changes), kAuthor);
  SACOCHE_CHECK(again.has_value() && *again == *changes);
}

}  // namespace
}  // namespace sacoche

// The input as it is, and as the contents of a well-formed compressed frame: mutations of
// compressed bytes alone would hardly ever reach what lies inside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  CheckBundle(ByteView(data, size));
  Bytes framed(1 + ZSTD_compressBound(size));
  framed[0] = kBundleFormat;
  framed.resize(1 + ZSTD_compress(framed.data() + 1, framed.size() - 1, data, size, 1));
  CheckBundle(framed);
  return 0;
}
