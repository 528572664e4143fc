#include "engine/membership/directory_copy.h"
#include "engine/sign/hash.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace sacoche;

void CheckWhatDecodes(ByteView bytes) {
  const auto copy = DecodeDirectoryCopy(bytes);
  if (copy) SACOCHE_CHECK(Equal(EncodeDirectoryCopy(*copy), bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckWhatDecodes({data, size});
  // No mutation finds the hash, so nothing behind it would be reached.
  constexpr std::size_t kHashBytes = std::tuple_size_v<Hash256>;
  if (size < kHashBytes) return 0;
  Bytes hashed = CopyOf(ByteView(data, size - kHashBytes));
  const Hash256 hash = HashFor("sacoche.dircopy", {hashed});
  Append(hashed, hash);
  CheckWhatDecodes(hashed);
  return 0;
}
