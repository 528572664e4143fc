#include "engine/seal/recovery_shares.h"
#include "engine/sign/hash.h"
#include "tests/fuzz/fuzz_target.h"

static void CheckCanonicalShare(sacoche::ByteView bytes) {
  using namespace sacoche;
  const auto share = DecodeRecoveryShare(bytes);
  if (share) SACOCHE_CHECK(Equal(EncodeRecoveryShare(*share).view(), bytes));
}

// The checksum keeps chance away from the fields, so the input is also tried with the right one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  CheckCanonicalShare({data, size});
  Bytes bytes(data, data + size);
  bytes.resize(kRecoveryShareBytes - 2);
  Append(bytes, ByteView(HashFor("sacoche.share", {bytes})).first(2));
  CheckCanonicalShare(bytes);
  return 0;
}
