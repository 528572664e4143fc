#include <sodium.h>

#include "platform/vault/vault_header.h"
#include "tests/fuzz/fuzz_target.h"

// The checksum keeps chance away from the fields: the target makes it right, so that the decoder
// behind it is what is fuzzed. What decodes must encode to the same bytes, but for the MAC.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  Bytes copy(data, data + std::min(size, VaultHeader::kCopyBytes - 64));
  copy.resize(VaultHeader::kCopyBytes - 32);
  ByteArray<32> checksum{};
  crypto_generichash(checksum.data(), checksum.size(), copy.data(), copy.size(), nullptr, 0);
  Append(copy, checksum);
  const auto stored = StoredHeader::Decode(copy);
  if (!stored) return 0;
  const Bytes again = EncodeHeader(stored->unverified(), Bytes(32, 1));
  SACOCHE_CHECK(Equal(ByteView(again).first(VaultHeader::kCopyBytes - 64),
                      ByteView(copy).first(VaultHeader::kCopyBytes - 64)));
  return 0;
}
