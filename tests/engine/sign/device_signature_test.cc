#include "engine/sign/device_signature.h"

#include <gtest/gtest.h>

#include "tests/support/keys.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const ByteView kMessage = ViewOf("a message");

TEST(SigningKey, FromSeed_GivesTheSameKeyAgain) {
  const SigningKey key = SigningKey::Generate();
  const SecretBytes seed = key.seed();
  ASSERT_EQ(seed.size(), 32U);
  const auto again = SigningKey::FromSeed(seed.view());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->SignPlain(kMessage), key.SignPlain(kMessage));
}

TEST(SigningKey, FromSeed_RefusesAnotherLength) {
  for (const std::size_t size : {0U, 31U, 33U, 64U})
    EXPECT_THAT(SigningKey::FromSeed(Bytes(size)), FailsWith(ErrorCode::kCorrupt)) << size;
}

TEST(SigningKey, Generate_GivesAnotherKeyEachTime) {
  EXPECT_NE(SigningKey::Generate().public_key(), SigningKey::Generate().public_key());
}

// RFC 8032, section 7.1, test 2.
TEST(SigningKey, SignPlain_IsEd25519) {
  const Bytes seed =
      FromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
  const auto key = SigningKey::FromSeed(seed);
  EXPECT_EQ(ToHex(key->public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(ToHex(key->SignPlain(Bytes{0x72})),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Verify, AcceptsWhatTheKeySignedForThisPurpose) {
  const SigningKey key = KeyNumber(1);
  for (const auto purpose : {SigningPurpose::kEnvelope, SigningPurpose::kStatement,
                             SigningPurpose::kEnrolment, SigningPurpose::kServerTime})
    EXPECT_TRUE(Verify(purpose, kMessage, key.Sign(purpose, kMessage), key.public_key()));
}

TEST(Verify, RefusesASignatureMadeForAnotherPurpose) {
  const SigningKey key = KeyNumber(1);
  const Signature signature = key.Sign(SigningPurpose::kEnvelope, kMessage);
  EXPECT_FALSE(Verify(SigningPurpose::kStatement, kMessage, signature, key.public_key()));
  EXPECT_FALSE(Verify(SigningPurpose::kEnrolment, kMessage, signature, key.public_key()));
  EXPECT_FALSE(VerifyPlain(kMessage, signature, key.public_key()));
  EXPECT_FALSE(
      Verify(SigningPurpose::kEnvelope, kMessage, key.SignPlain(kMessage), key.public_key()));
}

TEST(Verify, RefusesAnotherKeyAndAnotherMessage) {
  const SigningKey key = KeyNumber(1);
  const Signature signature = key.Sign(SigningPurpose::kEnvelope, kMessage);
  EXPECT_FALSE(Verify(SigningPurpose::kEnvelope, kMessage, signature, KeyNumber(2).public_key()));
  EXPECT_FALSE(Verify(SigningPurpose::kEnvelope, ViewOf("a messagf"), signature, key.public_key()));
  EXPECT_FALSE(Verify(SigningPurpose::kEnvelope, {}, signature, key.public_key()));
}

TEST(Verify, RefusesASignatureWithAnyBitChanged) {
  const SigningKey key = KeyNumber(1);
  const Signature signature = key.Sign(SigningPurpose::kEnvelope, kMessage);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Signature bad = signature;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(Verify(SigningPurpose::kEnvelope, kMessage, bad, key.public_key())) << bit;
  }
}

// A key of small order would verify signatures that nobody made.
TEST(Verify, RefusesKeysOfSmallOrder) {
  SigningPublicKey identity{};
  identity[0] = 1;
  Signature signature{};
  signature[0] = 1;
  EXPECT_FALSE(VerifyPlain(kMessage, signature, identity));
  EXPECT_FALSE(VerifyPlain(kMessage, Signature{}, SigningPublicKey{}));
}

TEST(DeviceIdOf, IsPinnedToTheKey) {
  EXPECT_EQ(DeviceIdOf(KeyNumber(1).public_key()).ToHex(), "25cbdbee9c6d67be6008b54d35c33d67");
  EXPECT_NE(DeviceIdOf(KeyNumber(1).public_key()), DeviceIdOf(KeyNumber(2).public_key()));
}

}  // namespace
}  // namespace sacoche
