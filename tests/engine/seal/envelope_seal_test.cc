#include "engine/seal/envelope_seal.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

EnvelopeHeader Header() {
  EnvelopeHeader header;
  header.space = SpaceId::FromArray({1});
  header.epoch = 1;
  header.device = DeviceId::FromArray({2});
  header.id = EnvelopeId::FromArray({3});
  header.counter = 1;
  return header;
}

const std::vector<PlainItem> kItems = {
    {RecordId::FromArray({10}), CopyOf(ViewOf("the first dossier's changes"))},
    {RecordId::FromArray({11}), CopyOf(ViewOf("the second's"))}};

struct Sealed {
  EpochKey key = EpochKey::Generate();
  SigningKey signer = SigningKey::Generate();
  SealedEnvelope sealed = *SealEnvelope(Header(), kItems, key, signer);

  [[nodiscard]] Envelope envelope() const { return *DecodeEnvelope(sealed.bytes); }
};

TEST(EnvelopeSeal, WhatWasSealedOpensAgain) {
  const Sealed s;
  EXPECT_THAT(VerifyEnvelope(s.envelope(), s.signer.public_key()), Succeeds());
  EXPECT_EQ(*VerifyEnvelope(s.envelope(), s.signer.public_key()), s.sealed.manifest_hash);
  const auto opened = OpenEnvelope(s.envelope(), s.key);
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(opened->at(0), kItems[0].bundle);
  EXPECT_EQ(opened->at(1), kItems[1].bundle);
}

TEST(EnvelopeSeal, ShowsNeitherContentNorDossierIds) {
  const Sealed s;
  const std::string_view bytes = TextOf(s.sealed.bytes);
  EXPECT_EQ(bytes.find("dossier"), std::string_view::npos);
  EXPECT_EQ(bytes.find(TextOf(kItems[0].dossier.view())), std::string_view::npos);
}

TEST(EnvelopeSeal, EveryChangedByteIsDetected) {
  const Sealed s;
  for (std::size_t at = 0; at < s.sealed.bytes.size(); ++at) {
    Bytes damaged = s.sealed.bytes;
    damaged[at] ^= 1;
    const auto envelope = DecodeEnvelope(damaged);
    if (!envelope) continue;
    EXPECT_THAT(VerifyEnvelope(*envelope, s.signer.public_key()), FailsWith(ErrorCode::kUntrusted))
        << at;
  }
}

TEST(EnvelopeSeal, AnotherDevicesSignatureIsRefused) {
  const Sealed s;
  EXPECT_THAT(VerifyEnvelope(s.envelope(), SigningKey::Generate().public_key()),
              FailsWith(ErrorCode::kUntrusted));
}

TEST(EnvelopeSeal, AnotherKeyOpensNothing) {
  const Sealed s;
  EXPECT_THAT(OpenEnvelope(s.envelope(), EpochKey::Generate()), FailsWith(ErrorCode::kCorrupt));
}

// The items would open under the dossier's key wherever they stood, were it not for nonce and
// associated data.
TEST(EnvelopeSeal, ItemsCannotBeSwappedMovedOrPutUnderAnotherHeader) {
  const Sealed s;
  Envelope swapped = s.envelope();
  std::swap(swapped.items[0], swapped.items[1]);
  EXPECT_THAT(OpenEnvelope(swapped, s.key), FailsWith(ErrorCode::kCorrupt));
  Envelope moved = s.envelope();
  moved.header.counter = 2;
  EXPECT_THAT(OpenEnvelope(moved, s.key), FailsWith(ErrorCode::kCorrupt));
  Envelope renamed = s.envelope();
  std::swap(renamed.items[0].handle, renamed.items[1].handle);
  EXPECT_THAT(OpenEnvelope(renamed, s.key), FailsWith(ErrorCode::kCorrupt));
}

TEST(EnvelopeSeal, AnErasedItemLeavesTheSignatureValidAndTheRestReadable) {
  const Sealed s;
  Envelope erased = s.envelope();
  EnvelopeItem& item = erased.items[0];
  item.bytes = CopyOf(ItemHash(item.handle, item.bytes));
  item.erased = true;
  const Envelope read = *DecodeEnvelope(EncodeEnvelope(erased));
  EXPECT_THAT(VerifyEnvelope(read, s.signer.public_key()), Succeeds());
  const auto opened = OpenEnvelope(read, s.key);
  ASSERT_THAT(opened, Succeeds());
  ASSERT_EQ(opened->size(), 1U);
  EXPECT_EQ(opened->front(), kItems[1].bundle);
}

TEST(EnvelopeSeal, ADossierHasTheSameHandleInEveryEpochAndAnotherInAnotherSpace) {
  const RecordId dossier = RecordId::FromArray({10});
  EXPECT_EQ(HandleOf(SpaceId::FromArray({1}), dossier), HandleOf(SpaceId::FromArray({1}), dossier));
  EXPECT_NE(HandleOf(SpaceId::FromArray({1}), dossier), HandleOf(SpaceId::FromArray({2}), dossier));
}

}  // namespace
}  // namespace sacoche
