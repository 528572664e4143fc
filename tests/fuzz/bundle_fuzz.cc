#include "engine/bundle/bundle_codec.h"
#include "engine/bundle/bundle_dictionary.h"
#include "engine/compress/zstd_frame.h"
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
  const ByteView plain(data, size);
  static const ZstdDictionary dictionary(kBundleDictionary1, 1);
  Bytes columns{kBundleFormat};
  dictionary.AppendCompressed(columns, plain);
  CheckBundle(columns);
  Bytes rows{kFirstBundleFormat};
  AppendCompressed(rows, plain, 1);
  CheckBundle(rows);
  return 0;
}
