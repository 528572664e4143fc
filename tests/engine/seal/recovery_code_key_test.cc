#include "engine/seal/recovery_code_key.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/results.h"

namespace sacoche {
namespace {

Bytes Code() {
  Bytes code(kRecoveryCodeBytes);
  std::iota(code.begin(), code.end(), std::uint8_t{1});
  return code;
}

// Computed by another program: hashlib's BLAKE2b and SHA-512, and X25519 as RFC 7748 writes it.
TEST(RecoveryCodeKey, TheDerivationIsPinned) {
  const auto key = BoxKeyOfRecoveryCode(Code());
  ASSERT_THAT(key, Succeeds());
  EXPECT_EQ(ToHex(key->public_key()),
            "375b90f32019b8f5075b8b7cca1e300462650a6486f1bf38743551bbc4633e3e");
}

TEST(RecoveryCodeKey, OpensWhatIsSealedToTheCodeAndToNoOther) {
  const auto key = BoxKeyOfRecoveryCode(Code());
  const SealedKey sealed = SealKeyTo(key->public_key(), Bytes(32, 7));
  const auto opened = BoxKeyOfRecoveryCode(Code())->Open(sealed);
  ASSERT_THAT(opened, Succeeds());
  EXPECT_TRUE(Equal(opened->view(), Bytes(32, 7)));
  for (std::size_t bit = 0; bit < kRecoveryCodeBytes * 8; bit += 13) {
    Bytes other = Code();
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1U << bit % 8));
    EXPECT_THAT(BoxKeyOfRecoveryCode(other)->Open(sealed), FailsWith(ErrorCode::kUntrusted));
  }
}

TEST(RecoveryCodeKey, RefusesAnotherLength) {
  for (const std::size_t size : {0, 17, 19, 32})
    EXPECT_THAT(BoxKeyOfRecoveryCode(Bytes(size)), FailsWith(ErrorCode::kInvalidInput));
}

}  // namespace
}  // namespace sacoche
