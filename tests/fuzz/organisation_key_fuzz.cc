#include "engine/seal/organisation_key.h"
#include "platform/base/byte_codec.h"
#include "tests/fuzz/fuzz_target.h"

// The costs stand behind the magic and the format number; what a file may ask for at most would
// take seconds an input.
static bool IsCheap(sacoche::ByteView file) {
  sacoche::ByteReader in(file);
  in.Raw(17);
  const std::uint64_t ops = in.Varint();
  const std::uint64_t memory_kib = in.Varint();
  return ops <= 2 && memory_kib <= 64;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView file(data, size);
  if (!IsCheap(file)) return 0;
  // Nobody finds a file that opens under this passphrase by chance.
  SACOCHE_CHECK(!DecodeOrganisationKey(file, ViewOf("quatre mots au hasard")));
  return 0;
}
