#include "engine/membership/enrolment_request.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/reencode.h"
#include "tests/support/keys.h"

namespace {

using namespace sacoche;

// No mutation makes a valid signature, so nothing behind it would be reached: this puts a known key
// into the request and signs it.
void CheckSignedByAKnownKey(ByteView unsigned_part) {
  constexpr std::size_t kSigningKeyAt = 1;
  const SigningKey key = KeyNumber(2);
  Bytes bytes = CopyOf(unsigned_part);
  if (bytes.size() < kSigningKeyAt + key.public_key().size()) return;
  std::ranges::copy(key.public_key(), bytes.begin() + kSigningKeyAt);
  Append(bytes, key.Sign(SigningPurpose::kEnrolment, bytes));
  const auto reencoded = ReencodeEnrolmentRequest(bytes);
  CheckCanonical(reencoded, bytes);
  SACOCHE_CHECK(reencoded.has_value() || reencoded.error().code != ErrorCode::kUntrusted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  CheckCanonical(ReencodeEnrolmentRequest(bytes), bytes);
  CheckSignedByAKnownKey(bytes);
  if (size >= Signature{}.size()) CheckSignedByAKnownKey(bytes.first(size - Signature{}.size()));
  return 0;
}
