#include "engine/membership/enrolment_request.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/support/sample_statements.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

Bytes Signed(const EnrolmentRequest& request = SampleEnrolmentRequest()) {
  return SignEnrolmentRequest(request, KeyNumber(2));
}

TEST(EnrolmentRequest, RoundTrips) {
  const auto decoded = DecodeEnrolmentRequest(Signed());
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, SampleEnrolmentRequest());
  EXPECT_EQ(decoded->device(), DeviceIdOf(KeyNumber(2).public_key()));
}

TEST(EnrolmentRequest, RefusesTruncationsAndBytesAfterTheEnd) {
  ExpectOnlyTheWholeDecodes(Signed(), DecodeEnrolmentRequest);
}

TEST(EnrolmentRequest, NobodyAsksInAnotherDevicesName) {
  EXPECT_THAT(DecodeEnrolmentRequest(SignEnrolmentRequest(SampleEnrolmentRequest(), KeyNumber(3))),
              FailsWith(ErrorCode::kUntrusted));
}

TEST(EnrolmentRequest, NoChangedByteIsAccepted) {
  const Bytes good = Signed();
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(DecodeEnrolmentRequest(bad).has_value()) << at;
  }
}

TEST(EnrolmentRequest, RefusesAnotherVersion) {
  Bytes newer = Signed();
  newer[0] = 2;
  EXPECT_THAT(DecodeEnrolmentRequest(newer), FailsWith(ErrorCode::kNewerFormat));
}

TEST(EnrolmentRequest, RefusesAProfileBeyondItsLimit) {
  EnrolmentRequest request = SampleEnrolmentRequest();
  request.sealed_profile.resize(kSealedTextBytesMax);
  EXPECT_THAT(DecodeEnrolmentRequest(Signed(request)), Succeeds());
  request.sealed_profile.resize(kSealedTextBytesMax + 1);
  EXPECT_THAT(DecodeEnrolmentRequest(Signed(request)), FailsWith(ErrorCode::kCorrupt));
  request.sealed_profile.resize(kEnrolmentRequestBytesMax);
  EXPECT_THAT(DecodeEnrolmentRequest(Signed(request)), FailsWith(ErrorCode::kLimit));
}

}  // namespace
}  // namespace sacoche
