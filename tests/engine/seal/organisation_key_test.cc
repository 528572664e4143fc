#include "engine/seal/organisation_key.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

// The smallest cost that Argon2id takes: the tests are about the file.
constexpr PassphraseCost kCheap{1, 8};
const ByteView kPassphrase = ViewOf("quatre mots au hasard");

TEST(OrganisationKeyFile, ComesBackUnderItsPassphrase) {
  const OrganisationKey key = OrganisationKey::Generate();
  const auto file = EncodeOrganisationKey(key, kPassphrase, kCheap);
  ASSERT_THAT(file, Succeeds());
  const auto again = DecodeOrganisationKey(*file, kPassphrase);
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->signing_key.public_key(), key.signing_key.public_key());
  EXPECT_EQ(again->box_key.public_key(), key.box_key.public_key());
  EXPECT_TRUE(Equal(again->directory_key.view(), key.directory_key.view()));
}

TEST(OrganisationKeyFile, AnOfficersSignsForItselfAndSharesTheRest) {
  const OrganisationKey root = OrganisationKey::Generate();
  const OrganisationKey officer = root.ForOfficer();
  const auto file = EncodeOrganisationKey(officer, kPassphrase, kCheap);
  ASSERT_THAT(file, Succeeds());
  EXPECT_LE(file->size(), kOrganisationKeyFileBytesMax);
  const auto again = DecodeOrganisationKey(*file, kPassphrase);
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->root(), root.signing_key.public_key());
  EXPECT_EQ(again->signer(), DeviceIdOf(officer.signing_key.public_key()));
  EXPECT_NE(again->signing_key.public_key(), root.signing_key.public_key());
  EXPECT_EQ(again->box_key.public_key(), root.box_key.public_key());
  EXPECT_TRUE(Equal(again->directory_key.view(), root.directory_key.view()));
  EXPECT_TRUE(root.signer().is_zero());
}

// The format stands outside the ciphertext.
TEST(OrganisationKeyFile, AnOfficersIsNotReadAsTheRoots) {
  Bytes file =
      *EncodeOrganisationKey(OrganisationKey::Generate().ForOfficer(), kPassphrase, kCheap);
  file[16] = 1;
  EXPECT_FALSE(DecodeOrganisationKey(file, kPassphrase));
}

TEST(OrganisationKeyFile, AWrongPassphraseIsSaidAsSuch) {
  const auto file = EncodeOrganisationKey(OrganisationKey::Generate(), kPassphrase, kCheap);
  const auto opened = DecodeOrganisationKey(*file, ViewOf("quatre mots au hasarD"));
  ASSERT_THAT(opened, FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_FALSE(opened.error().advice.empty());
}

TEST(OrganisationKeyFile, AShortPassphraseIsRefused) {
  EXPECT_THAT(EncodeOrganisationKey(OrganisationKey::Generate(), ViewOf("court"), kCheap),
              FailsWith(ErrorCode::kInvalidInput));
}

TEST(OrganisationKeyFile, EveryTruncationAndEveryChangedByteIsRefused) {
  const Bytes file = *EncodeOrganisationKey(OrganisationKey::Generate(), kPassphrase, kCheap);
  for (std::size_t at = 0; at < file.size(); ++at) {
    EXPECT_FALSE(DecodeOrganisationKey(ByteView(file).first(at), kPassphrase));
    Bytes damaged = file;
    damaged[at] ^= 1;
    EXPECT_FALSE(DecodeOrganisationKey(damaged, kPassphrase)) << at;
  }
}

TEST(OrganisationKeyFile, ACostThatWouldTakeForEverIsRefusedAtOnce) {
  Bytes file = *EncodeOrganisationKey(OrganisationKey::Generate(), kPassphrase, kCheap);
  file[17] = 17;  // one pass more than the limit
  EXPECT_THAT(DecodeOrganisationKey(file, kPassphrase), FailsWith(ErrorCode::kCorrupt));
}

TEST(OrganisationKeyFile, ANewerFormatIsRefusedPolitely) {
  Bytes file = *EncodeOrganisationKey(OrganisationKey::Generate(), kPassphrase, kCheap);
  file[16] = 3;
  EXPECT_THAT(DecodeOrganisationKey(file, kPassphrase), FailsWith(ErrorCode::kNewerFormat));
}

}  // namespace
}  // namespace sacoche
