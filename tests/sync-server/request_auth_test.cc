#include "sync-server/request_auth.h"

#include <gtest/gtest.h>

#include "sync-server/server_limits.h"
#include "tests/support/test_organisation.h"

namespace sacoche {
namespace {

constexpr std::int64_t kNow = 1'750'000'000;

class RequestAuthTest : public ::testing::Test {
 protected:
  RequestAuthTest() {
    for (const Bytes& statement : organisation_.Start(IdNumber<SpaceId>(1), a_, b_))
      SACOCHE_CHECK(directory_.Apply(*DecodeStatement(statement)).has_value());
  }

  RequestHead Signed(const SigningKey& key, const RequestSigner& signer,
                     std::int64_t created_s = kNow) {
    RequestHead head{"POST", "server.example:8443", "/v1/sync", "", "", ""};
    ByteArray<16> nonce{};
    ++nonces_;
    for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(nonces_ >> (8 * i));
    const SignatureHeaders headers = SignRequest(
        key, signer, {head.method, head.authority, head.path, ""}, ViewOf(body_), created_s, nonce);
    head.content_digest = headers.content_digest;
    head.signature_input = headers.signature_input;
    head.signature = headers.signature;
    return head;
  }
  RequestHead SignedByA(std::int64_t created_s = kNow) {
    return Signed(a_.key(), a_.signer(), created_s);
  }

  std::optional<ProblemType> Problem(const RequestHead& head, std::int64_t now_s = kNow) {
    const auto verified = auth_.Verify(head, directory_, now_s);
    if (verified) return std::nullopt;
    return verified.error().type;
  }

  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
  TestDevice stranger_{3};
  Directory directory_;
  RequestAuth auth_;
  std::string body_ = "body";
  std::uint64_t nonces_ = 0;
};

TEST_F(RequestAuthTest, KnowsAMemberDevice) {
  const auto verified = auth_.Verify(SignedByA(), directory_, kNow);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->signer, a_.signer());
  EXPECT_EQ(verified->content_digest, ContentDigestOf(ViewOf(body_)));
}

TEST_F(RequestAuthTest, KnowsTheOrganisationsRoot) {
  const auto verified =
      auth_.Verify(Signed(organisation_.root(), organisation_.signer()), directory_, kNow);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->signer, organisation_.signer());
}

TEST_F(RequestAuthTest, ReadsTheAuthorityWithoutRegardToCase) {
  RequestHead head = SignedByA();
  head.authority = "Server.EXAMPLE:8443";
  EXPECT_EQ(Problem(head), std::nullopt);
}

TEST_F(RequestAuthTest, RefusesWhatIsNotSigned) {
  RequestHead head = SignedByA();
  head.signature.clear();
  EXPECT_EQ(Problem(head), ProblemType::kUnsigned);
  head = SignedByA();
  head.signature_input.clear();
  EXPECT_EQ(Problem(head), ProblemType::kUnsigned);
  head = SignedByA();
  head.signature_input += ";expires=1";
  EXPECT_EQ(Problem(head), ProblemType::kUnsigned);
  head = SignedByA();
  head.content_digest.clear();
  EXPECT_EQ(Problem(head), ProblemType::kUnsigned);
}

TEST_F(RequestAuthTest, RefusesEveryChangedPart) {
  const auto changed = [&](std::string RequestHead::*part, const std::string& value) {
    RequestHead head = SignedByA();
    head.*part = value;
    return Problem(head);
  };
  EXPECT_EQ(changed(&RequestHead::method, "GET"), ProblemType::kBadSignature);
  EXPECT_EQ(changed(&RequestHead::path, "/v1/enrolment"), ProblemType::kBadSignature);
  EXPECT_EQ(changed(&RequestHead::authority, "other.example"), ProblemType::kBadSignature);
  EXPECT_EQ(changed(&RequestHead::content_digest, ContentDigestOf(ViewOf("other"))),
            ProblemType::kBadSignature);
}

TEST_F(RequestAuthTest, RefusesAnotherDevicesKey) {
  EXPECT_EQ(Problem(Signed(b_.key(), a_.signer())), ProblemType::kBadSignature);
}

TEST_F(RequestAuthTest, DoesNotKnowADeviceThatWasNotAdmitted) {
  EXPECT_EQ(Problem(Signed(stranger_.key(), stranger_.signer())), ProblemType::kUnknownDevice);
}

TEST_F(RequestAuthTest, KnowsAnOfficerForAsLongAsHeIsOne) {
  using Rank = OfficerStatement::Rank;
  const auto say = [&](const Bytes& statement) {
    ASSERT_TRUE(directory_.Apply(*DecodeStatement(statement)).has_value());
  };
  say(organisation_.Appoint(stranger_, Rank::kReferent, {IdNumber<SpaceId>(1)}));
  EXPECT_EQ(Problem(Signed(stranger_.key(), stranger_.signer())), std::nullopt);
  EXPECT_EQ(Problem(Signed(a_.key(), stranger_.signer())), ProblemType::kBadSignature);
  say(organisation_.Appoint(stranger_, Rank::kNone));
  EXPECT_EQ(Problem(Signed(stranger_.key(), stranger_.signer())), ProblemType::kUnknownDevice);
}

TEST_F(RequestAuthTest, RefusesAnotherOrganisation) {
  const TestOrganisation other(101);
  EXPECT_EQ(Problem(Signed(other.root(), other.signer())), ProblemType::kWrongOrganisation);
}

TEST_F(RequestAuthTest, LetsAnyRootTryAServerOfNobodyButNoDevice) {
  const Directory nobody;
  const TestOrganisation other(101);
  EXPECT_TRUE(auth_.Verify(Signed(other.root(), other.signer()), nobody, kNow).has_value());
  const auto device = auth_.Verify(SignedByA(), nobody, kNow);
  ASSERT_FALSE(device.has_value());
  EXPECT_EQ(device.error().type, ProblemType::kWrongOrganisation);
}

TEST_F(RequestAuthTest, LetsOnlyThePinnedRootTryAServerOfNobody) {
  const Directory pinned(organisation_.root().public_key());
  const TestOrganisation other(101);
  EXPECT_FALSE(auth_.Verify(Signed(other.root(), other.signer()), pinned, kNow).has_value());
  EXPECT_TRUE(
      auth_.Verify(Signed(organisation_.root(), organisation_.signer()), pinned, kNow).has_value());
}

TEST_F(RequestAuthTest, TellsItsTimeToASkewedClock) {
  for (const std::int64_t skew : {-301, 301, -400'000'000, 400'000'000}) {
    const auto refused = auth_.Verify(SignedByA(kNow + skew), directory_, kNow);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().type, ProblemType::kClockSkew);
    EXPECT_EQ(refused.error().server_time_s, kNow);
  }
  for (const std::int64_t created : {INT64_MIN, INT64_MAX})
    EXPECT_EQ(Problem(SignedByA(created)), ProblemType::kClockSkew);
  EXPECT_EQ(Problem(SignedByA(kNow - 300)), std::nullopt);
  EXPECT_EQ(Problem(SignedByA(kNow + 300)), std::nullopt);
}

TEST_F(RequestAuthTest, AcceptsARequestOnce) {
  const RequestHead head = SignedByA();
  EXPECT_EQ(Problem(head), std::nullopt);
  EXPECT_EQ(Problem(head), ProblemType::kReplayed);
  EXPECT_EQ(Problem(head, kNow + limits::kClockSkewSecondsMax), ProblemType::kReplayed);
  EXPECT_EQ(Problem(head, kNow + limits::kClockSkewSecondsMax + 1), ProblemType::kClockSkew);
}

TEST_F(RequestAuthTest, ARefusedRequestDoesNotUseUpItsNonce) {
  const RequestHead head = SignedByA(kNow + 1000);
  EXPECT_EQ(Problem(head, kNow), ProblemType::kClockSkew);
  EXPECT_EQ(Problem(head, kNow + 1000), std::nullopt);
}

PresentedSignature Presented(const RequestSigner& signer, std::uint64_t nonce) {
  PresentedSignature presented;
  presented.signer = signer;
  presented.created_s = kNow;
  presented.nonce = std::to_string(nonce);
  return presented;
}

TEST(NonceCache, KeepsSignersApart) {
  NonceCache cache;
  const auto a = RequestSigner::Device(IdNumber<DeviceId>(1));
  const auto b = RequestSigner::Device(IdNumber<DeviceId>(2));
  EXPECT_EQ(cache.Insert(Presented(a, 1), kNow), NonceCache::Outcome::kFresh);
  EXPECT_EQ(cache.Insert(Presented(b, 1), kNow), NonceCache::Outcome::kFresh);
  EXPECT_EQ(cache.Insert(Presented(a, 1), kNow), NonceCache::Outcome::kSeen);
}

TEST(NonceCache, OneSignerFillsOnlyItsShareAndTimeFreesIt) {
  NonceCache cache;
  const auto a = RequestSigner::Device(IdNumber<DeviceId>(1));
  const auto b = RequestSigner::Device(IdNumber<DeviceId>(2));
  for (std::uint64_t i = 0; i < kNoncesPerSignerMax; ++i)
    ASSERT_EQ(cache.Insert(Presented(a, i), kNow), NonceCache::Outcome::kFresh);
  EXPECT_EQ(cache.Insert(Presented(a, UINT64_MAX), kNow), NonceCache::Outcome::kFull);
  EXPECT_EQ(cache.Insert(Presented(b, 1), kNow), NonceCache::Outcome::kFresh);
  const std::int64_t later = kNow + limits::kClockSkewSecondsMax + 1;
  EXPECT_EQ(cache.Insert(Presented(a, UINT64_MAX), later), NonceCache::Outcome::kFresh);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(BodyDigest, AcceptsTheAnnouncedBodyInAnyPieces) {
  BodyDigest digest(ContentDigestOf(ViewOf("one two")));
  digest.Add(ViewOf("one"));
  digest.Add({});
  digest.Add(ViewOf(" two"));
  EXPECT_TRUE(digest.Finish().has_value());
}

TEST(BodyDigest, RefusesAnotherBodyAndAnUncoveredOne) {
  BodyDigest other(ContentDigestOf(ViewOf("one")));
  other.Add(ViewOf("two"));
  EXPECT_EQ(other.Finish().error().type, ProblemType::kBadSignature);
  BodyDigest uncovered(std::nullopt);
  uncovered.Add(ViewOf("x"));
  EXPECT_EQ(uncovered.Finish().error().type, ProblemType::kUnsigned);
  BodyDigest none(std::nullopt);
  EXPECT_TRUE(none.Finish().has_value());
}

}  // namespace
}  // namespace sacoche
