#include <gtest/gtest.h>

#include "engine/seal/key_epoch.h"
#include "engine/seal/key_wrap.h"
#include "engine/seal/profile.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const SpaceId kSpace = SpaceId::FromArray({1});

// Computed once with an independent BLAKE2b (Python's hashlib: key, salt, person).
TEST(EpochKeys, DerivationsArePinned) {
  const EpochKey key = *EpochKey::FromBytes(Bytes(32, 7));
  EXPECT_EQ(ToHex(key.Commitment(kSpace)),
            "5f55001a1902a11ab475d9050d00fb003f357d7d0534710867e8d39ec6e25271");
  EXPECT_EQ(ToHex(key.DossierKey(kSpace, DossierHandle{9}).view()),
            "bc692480d001cd66e9f5a97fba33662edd100b9c5a6c40f9e32efdf56f65d6f5");
  EXPECT_EQ(key.ProjectedId(kSpace, RecordId::FromArray({5}), 32, 128).ToHex(),
            "f7cb8e0ac48b8368aad48fc74ff26313");
  EXPECT_EQ(ToHex(HandleOf(kSpace, RecordId::FromArray({5}))), "02ce4c1bc6ef2a81");
}

TEST(EpochKeys, OneOpensUnderAnotherForThePurposeOnlyThatItWasSealedFor) {
  const EpochKey key = EpochKey::Generate();
  const EpochKey inner = EpochKey::Generate();
  SealedPreviousKey lost = SealLostKey(key, kSpace, inner);
  const auto opened = OpenLostKey(key, kSpace, lost);
  ASSERT_THAT(opened, Succeeds());
  EXPECT_TRUE(Equal(opened->view(), inner.view()));
  const SealedPreviousKey previous = SealPreviousKey(key, kSpace, inner);
  EXPECT_TRUE(Equal(OpenPreviousKey(key, kSpace, previous)->view(), inner.view()));
  EXPECT_THAT(OpenPreviousKey(key, kSpace, lost), FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(OpenLostKey(key, kSpace, previous), FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(OpenLostKey(inner, kSpace, lost), FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(OpenLostKey(key, SpaceId::FromArray({2}), lost), FailsWith(ErrorCode::kUntrusted));
  lost.back() ^= 1;
  EXPECT_THAT(OpenLostKey(key, kSpace, lost), FailsWith(ErrorCode::kUntrusted));
}

TEST(BoxKeys, NothingIsSealedToAPointThatGivesNoSecret) {
  for (const BoxPublicKey& low : {BoxPublicKey{}, BoxPublicKey{1}})
    EXPECT_EQ(TrySealKeyTo(low, Bytes(32, 7)), std::nullopt);
  const BoxKey key = BoxKey::Generate();
  const auto sealed = TrySealKeyTo(key.public_key(), Bytes(32, 7));
  ASSERT_TRUE(sealed.has_value());
  EXPECT_TRUE(Equal(key.Open(*sealed)->view(), Bytes(32, 7)));
}

TEST(EpochKeys, EachSpaceAndDossierHasItsOwn) {
  const EpochKey key = *EpochKey::FromBytes(Bytes(32, 7));
  const auto derived = [&](const SpaceId& space, std::uint8_t handle) {
    return ToHex(key.DossierKey(space, DossierHandle{handle}).view());
  };
  EXPECT_NE(derived(kSpace, 1), derived(kSpace, 2));
  EXPECT_NE(derived(kSpace, 1), derived(SpaceId::FromArray({2}), 1));
}

TEST(KeyWrap, OnlyTheRecipientOpensWhatWasSealedToIt) {
  const BoxKey recipient = BoxKey::Generate();
  const Bytes sealed = SealTo(recipient.public_key(), ViewOf("thirty-two bytes or anything"));
  const auto opened = recipient.Open(sealed);
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(TextOf(opened->view()), "thirty-two bytes or anything");
  EXPECT_THAT(BoxKey::Generate().Open(sealed), FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(recipient.Open(ByteView(sealed).first(20)), FailsWith(ErrorCode::kUntrusted));
}

TEST(KeyWrap, ABoxKeyComesBackFromItsSecret) {
  const BoxKey key = BoxKey::Generate();
  const auto again = BoxKey::FromSecret(key.secret());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->public_key(), key.public_key());
}

TEST(Names, OpenUnderTheirKeyOnlyAndNeverLookTheSame) {
  const SecretBytes key = GenerateDirectoryKey();
  const Bytes sealed = SealName(key.view(), "Poste de Montcel");
  EXPECT_EQ(*OpenName(key.view(), sealed), "Poste de Montcel");
  EXPECT_NE(sealed, SealName(key.view(), "Poste de Montcel"));
  EXPECT_EQ(TextOf(sealed).find("Montcel"), std::string_view::npos);
  EXPECT_THAT(OpenName(GenerateDirectoryKey().view(), sealed), FailsWith(ErrorCode::kUntrusted));
}

TEST(Profiles, ComeBackAndRefuseWhatDoesNotFit) {
  const Profile profile{"Hélène Rabier", "portable 3"};
  EXPECT_EQ(*DecodeProfile(*EncodeProfile(profile)), profile);
  EXPECT_THAT(EncodeProfile({"", "x"}), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(EncodeProfile({std::string(kPersonBytesMax + 1, 'a'), "x"}),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(DecodeProfile("\x05"
                            "abc"),
              FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
