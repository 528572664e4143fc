#include "platform/base/byte_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace sacoche;

// Reads one thing and writes it again.
void Copy(std::uint8_t operation, ByteReader& in, ByteWriter& out) {
  switch (operation % 6) {
    case 0:
      return out.Byte(in.Byte());
    case 1:
      return out.Varint(in.Varint());
    case 2:
      return out.SignedVarint(in.SignedVarint());
    case 3:
      return out.Sized(in.Sized(operation));
    case 4:
      return out.Raw(in.Raw(operation / 6));
    default:
      return out.Varint(in.Count(operation, 2));
  }
}

}  // namespace

// The input is a list of operations (its length first), then the bytes that they read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader input(ByteView(data, size));
  const ByteView operations = input.Sized(64);
  const ByteView bytes = input.Raw(input.remaining());
  ByteReader in(bytes);
  ByteWriter out;
  for (const std::uint8_t operation : operations) {
    Copy(operation, in, out);
    SACOCHE_CHECK(in.remaining() <= bytes.size());
    if (!in.ok()) {
      SACOCHE_CHECK(in.remaining() == 0 && !in.Finish("this").has_value());
      return 0;
    }
    SACOCHE_CHECK(Equal(out.bytes(), bytes.first(bytes.size() - in.remaining())));
  }
  return 0;
}
