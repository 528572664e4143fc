#include "engine/sign/http_signature.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/support/keys.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

Bytes FromBase64(std::string_view text, int variant = sodium_base64_VARIANT_ORIGINAL) {
  Bytes bytes(text.size());
  std::size_t size = 0;
  SACOCHE_CHECK(sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr,
                                  &size, nullptr, variant) == 0);
  bytes.resize(size);
  return bytes;
}

// RFC 9421, appendix B.2.6, with the key test-key-ed25519 of appendix B.1.4.
TEST(SignatureBase, MatchesTheEd25519ExampleOfTheRfc) {
  const std::string base =
      SignatureBase({{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                     {"@method", "POST"},
                     {"@path", "/foo"},
                     {"@authority", "example.com"},
                     {"content-type", "application/json"},
                     {"content-length", "18"}},
                    R"(("date" "@method" "@path" "@authority" "content-type" "content-length"))"
                    R"(;created=1618884473;keyid="test-key-ed25519")");
  const auto key = SigningKey::FromSeed(FromBase64("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
                                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING));
  ASSERT_THAT(key, Succeeds());
  EXPECT_TRUE(Equal(key->public_key(), FromBase64("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")));
  EXPECT_TRUE(Equal(key->SignPlain(ViewOf(base)),
                    FromBase64("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u"
                               "02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")));
}

// RFC 9530, appendix B.1 and RFC 9421, appendix B.2: the body with and without its line feed.
TEST(ContentDigest, MatchesTheExamplesOfTheRfcs) {
  EXPECT_EQ(ContentDigestOf(ViewOf("{\"hello\": \"world\"}\n")),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
  EXPECT_EQ(ContentDigestOf(ViewOf("{\"hello\": \"world\"}")),
            "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
}

class HttpSignature : public testing::Test {
 protected:
  SignatureHeaders SignPost() const {
    return SignRequest(key_, signer_, parts_, ViewOf("a body"), 1'700'000'000, {1, 2, 3});
  }

  // As a server would: with the parts that it sees itself.
  bool Verifies(const SignatureHeaders& headers) const {
    const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
    if (!presented || presented->signer != signer_) return false;
    SignedRequestParts parts = parts_;
    parts.content_digest = headers.content_digest;
    return VerifyRequest(*presented, parts, key_.public_key());
  }

  // Refused, or read and not verifying: nothing that differs from what was signed may pass.
  void ExpectEveryMutationFails(std::string SignatureHeaders::*field) const {
    const SignatureHeaders good = SignPost();
    for (std::size_t at = 0; at < (good.*field).size(); ++at)
      for (const char c : std::string_view("0a\":;= ~\0", 9)) {
        SignatureHeaders bad = good;
        std::string& text = bad.*field;
        if (text[at] == c) continue;
        text[at] = c;
        EXPECT_FALSE(Verifies(bad)) << at << " became '" << c << "': " << text;
      }
  }

  const SigningKey key_ = KeyNumber(1);
  const RequestSigner signer_ = RequestSigner::Device(DeviceIdOf(key_.public_key()));
  const SignedRequestParts parts_{"POST", "sync.example.org:8443", "/v1/sync", {}};
};

TEST_F(HttpSignature, ARequestWithABodyRoundTrips) {
  const SignatureHeaders headers = SignPost();
  EXPECT_EQ(headers.content_digest, ContentDigestOf(ViewOf("a body")));
  const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
  ASSERT_THAT(presented, Succeeds());
  EXPECT_EQ(presented->signer, signer_);
  EXPECT_EQ(presented->created_s, 1'700'000'000);
  EXPECT_EQ(presented->nonce, "01020300000000000000000000000000");
  EXPECT_TRUE(presented->covers_content_digest);
  EXPECT_TRUE(Verifies(headers));
}

TEST_F(HttpSignature, ARequestWithoutABodyRoundTrips) {
  const SignatureHeaders headers = SignRequest(key_, signer_, parts_, {}, 0, {});
  EXPECT_EQ(headers.content_digest, "");
  const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
  ASSERT_THAT(presented, Succeeds());
  EXPECT_FALSE(presented->covers_content_digest);
  EXPECT_TRUE(Verifies(headers));
}

TEST_F(HttpSignature, TheOrganisationSignsByItsKey) {
  const auto organisation = RequestSigner::Organisation(key_.public_key());
  const auto headers = SignRequest(key_, organisation, parts_, {}, 5, {});
  const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
  ASSERT_THAT(presented, Succeeds());
  EXPECT_EQ(presented->signer, organisation);
  EXPECT_TRUE(VerifyRequest(*presented, parts_, key_.public_key()));
}

TEST_F(HttpSignature, CoversMethodAuthorityPathAndDigest) {
  const SignatureHeaders headers = SignPost();
  const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
  SignedRequestParts parts = parts_;
  parts.content_digest = headers.content_digest;
  ASSERT_TRUE(VerifyRequest(*presented, parts, key_.public_key()));
  for (auto member : {&SignedRequestParts::method, &SignedRequestParts::authority,
                      &SignedRequestParts::path, &SignedRequestParts::content_digest}) {
    SignedRequestParts other = parts;
    (other.*member)[1] ^= 1;
    EXPECT_FALSE(VerifyRequest(*presented, other, key_.public_key())) << other.*member;
  }
}

TEST_F(HttpSignature, IsRefusedUnderAnotherKey) {
  const SignatureHeaders headers = SignPost();
  const auto presented = ParseRequestSignature(headers.signature_input, headers.signature);
  SignedRequestParts parts = parts_;
  parts.content_digest = headers.content_digest;
  EXPECT_FALSE(VerifyRequest(*presented, parts, KeyNumber(2).public_key()));
}

TEST_F(HttpSignature, NoChangedCharacterOfTheInputPasses) {
  ExpectEveryMutationFails(&SignatureHeaders::signature_input);
}

TEST_F(HttpSignature, NoChangedCharacterOfTheSignaturePasses) {
  ExpectEveryMutationFails(&SignatureHeaders::signature);
}

TEST_F(HttpSignature, NoChangedCharacterOfTheDigestPasses) {
  ExpectEveryMutationFails(&SignatureHeaders::content_digest);
}

// One character taken away or doubled anywhere.
TEST_F(HttpSignature, NoCutOrDoubledCharacterPasses) {
  const SignatureHeaders good = SignPost();
  for (auto field : {&SignatureHeaders::signature_input, &SignatureHeaders::signature}) {
    for (std::size_t at = 0; at < (good.*field).size(); ++at) {
      SignatureHeaders shorter = good;
      (shorter.*field).erase(at, 1);
      EXPECT_FALSE(Verifies(shorter)) << shorter.*field;
      SignatureHeaders longer = good;
      (longer.*field).insert(at, 1, (longer.*field)[at]);
      EXPECT_FALSE(Verifies(longer)) << longer.*field;
    }
  }
}

constexpr const char* kGoodInput =
    R"(sig=("@method" "@authority" "@path");created=5;nonce="00";keyid=)"
    R"("device:000102030405060708090a0b0c0d0e0f";alg="ed25519")";

std::string GoodSignature() { return "sig=:" + std::string(86, 'A') + "==:"; }

TEST(ParseRequestSignature, ReadsTheProfile) {
  EXPECT_THAT(ParseRequestSignature(kGoodInput, GoodSignature()), Succeeds());
}

struct Refusal {
  const char* name;
  const char* from;
  const char* to;

  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};

class OutsideTheProfile : public testing::TestWithParam<Refusal> {};

TEST_P(OutsideTheProfile, IsRefused) {
  std::string input = kGoodInput;
  const std::size_t at = input.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  input.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
  EXPECT_THAT(ParseRequestSignature(input, GoodSignature()), FailsWith(ErrorCode::kCorrupt))
      << input;
}

INSTANTIATE_TEST_SUITE_P(
    , OutsideTheProfile,
    testing::Values(
        Refusal{"AnotherLabel", "sig=", "sig1="}, Refusal{"FewerComponents", R"( "@path")", ""},
        Refusal{"AnotherOrder", R"("@method" "@authority")", R"("@authority" "@method")"},
        Refusal{"AnotherComponent", R"("@path")", R"("@path" "date")"},
        Refusal{"NoCreated", ";created=5", ""}, Refusal{"CreatedIsText", "created=5", "created=x"},
        Refusal{"CreatedIsEmpty", "created=5", "created="},
        Refusal{"CreatedHasAFraction", "created=5", "created=5.0"},
        Refusal{"CreatedIsNotInItsShortestForm", "created=5", "created=05"},
        Refusal{"CreatedOverflows", "created=5", "created=99999999999999999999"},
        Refusal{"Expires", "created=5", "created=5;expires=9"},
        Refusal{"NoNonce", R"(;nonce="00")", ""}, Refusal{"EmptyNonce", R"("00")", R"("")"},
        Refusal{"NonceWithAnEscape", R"("00")", R"("0\"0")"},
        Refusal{"NonceWithALineFeed", R"("00")", "\"0\n0\""},
        Refusal{"NonceBeyondAscii", R"("00")", "\"0\xc3\xa9\""},
        Refusal{"NonceTooLong", R"("00")",
                R"("00000000000000000000000000000000000000000000000000000000000000000")"},
        Refusal{"UnquotedKeyId", R"(keyid="device:)", R"(keyid=device:")"},
        Refusal{"UnknownKindOfKey", "device:", "person:"}, Refusal{"KeyIdTooShort", "0e0f", "0e"},
        Refusal{"KeyIdTooLong", "0e0f", "0e0f00"}, Refusal{"KeyIdInUpperCase", "0e0f", "0E0F"},
        Refusal{"KeyIdNotHex", "0e0f", "0e0g"},
        Refusal{"OrganisationKeyTooShort", "device:", "organisation:"},
        Refusal{"AnotherAlgorithm", "ed25519", "hmac-sha256"},
        Refusal{"NoAlgorithm", R"(;alg="ed25519")", ""},
        Refusal{"SomethingAfterTheEnd", R"("ed25519")", R"("ed25519" )"}),
    [](const auto& test) { return test.param.name; });

TEST(ParseRequestSignature, RefusesSignaturesThatAreNotSixtyFourBytesOfBase64) {
  const std::string good = std::string(86, 'A') + "==";
  for (const std::string& bad :
       {std::string(), ":" + good + ":", "sig=" + good, "sig=:" + good,
        "sig=:" + good + "::", "sig1=:" + good + ":", "sig=:" + std::string(86, 'A') + ":",
        "sig=:" + std::string(84, 'A') + ":", "sig=:" + std::string(88, 'A') + ":",
        "sig=:" + std::string(85, 'A') + "B==:", "sig=: " + good + ":",
        "sig=:" + std::string(86, '_') + "==:", std::string("sig=:"), std::string("sig=::")})
    EXPECT_THAT(ParseRequestSignature(kGoodInput, bad), FailsWith(ErrorCode::kCorrupt)) << bad;
}

TEST(ParseRequestSignature, RefusesEveryByteBeyondAsciiInASignature) {
  for (int byte = 128; byte < 256; ++byte) {
    std::string signature = GoodSignature();
    signature[20] = static_cast<char>(byte);
    EXPECT_THAT(ParseRequestSignature(kGoodInput, signature), FailsWith(ErrorCode::kCorrupt))
        << byte;
  }
}

TEST(ParseRequestSignature, RefusesHeadersBeyondTheirLimit) {
  const std::string padding(kSignatureHeaderBytesMax, ' ');
  EXPECT_THAT(ParseRequestSignature(kGoodInput + padding, GoodSignature()),
              FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseRequestSignature(kGoodInput, GoodSignature() + padding),
              FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
