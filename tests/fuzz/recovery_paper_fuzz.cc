#include "engine/seal/recovery_shares.h"
#include "tests/fuzz/fuzz_target.h"

// What somebody typed has many spellings: a share that is understood is printed in ours, which is
// understood as the same share.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const auto share = ParseRecoveryShare({data, size});
  if (!share) return 0;
  const auto again = ParseRecoveryShare(PrintRecoveryShare(*share).view());
  SACOCHE_CHECK(again.has_value());
  SACOCHE_CHECK(Equal(EncodeRecoveryShare(*again).view(), EncodeRecoveryShare(*share).view()));
  return 0;
}
