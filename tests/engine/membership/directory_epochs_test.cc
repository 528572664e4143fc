// What the directory says of keys: epochs, to whom they were granted, and who left.

#include "tests/engine/membership/directory_fixture.h"

namespace sacoche {
namespace {

class DirectoryEpochs : public DirectoryFixture {};

// Two keys of the first epoch were lost to the one that stands.
TEST_F(DirectoryEpochs, AMemberSaysAKeyThatGaveWay) {
  Apply(alice_.Say(Epoch(1)));
  LostKeyStatement lost{kSpace, 1, CountingFrom<Hash256>(0x51), 1, Epoch(1).key_commitment, {}};
  EXPECT_TRUE(directory_.FindLostKeys(kSpace, 1).empty());
  Apply(bob_.Say(lost));
  lost.key_commitment = CountingFrom<Hash256>(0x50);
  Apply(alice_.Say(lost));
  ASSERT_EQ(directory_.FindLostKeys(kSpace, 1).size(), 2U)
      << "in the order in which they were said";
  EXPECT_EQ(directory_.FindLostKeys(kSpace, 1)[0].said.key_commitment, CountingFrom<Hash256>(0x51));
  EXPECT_EQ(directory_.FindLostKeys(kSpace, 1)[1].said, lost);
  EXPECT_EQ(directory_.FindLostKeys(kSpace, 1)[1].signer, alice_.id());
  // Also of a number that was not opened again.
  lost.epoch = 2;
  Apply(alice_.Say(lost));
  EXPECT_EQ(directory_.FindLostKeys(kSpace, 2).size(), 1U);
  EXPECT_EQ(directory_.CurrentEpoch(kSpace), 1U);
}

TEST_F(DirectoryEpochs, AKeyIsHeldWhileSomebodyWhoWasGivenItIsThere) {
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 0));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 1));
  EXPECT_EQ(directory_.FirstEpoch(kSpace), 0U);
  Apply(alice_.Say(Epoch(1)));
  EXPECT_TRUE(directory_.IsKeyHeld(kSpace, 1)) << "by its opener";
  Apply(alice_.Say(Grant(dora_)));
  Apply(root_.Say(RevocationStatement{alice_.id()}));
  EXPECT_TRUE(directory_.IsKeyHeld(kSpace, 1)) << "by whom it was granted";
  EXPECT_EQ(directory_.NewestHeldBesides(kSpace, bob_.id()), 1U);
  EXPECT_EQ(directory_.NewestHeldBesides(kSpace, dora_.id()), 0U);
  Signer dora = dora_;
  const SignedStatement next = dora.Say(After(Epoch(2), {alice_}));
  Directory led_back = directory_;
  ASSERT_THAT(led_back.Apply(next), Succeeds());
  EXPECT_TRUE(led_back.IsKeyHeld(kSpace, 1)) << "through the next one";
  EXPECT_TRUE(led_back.IsLedBackTo(kSpace, 1));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 1));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 2));
}

TEST_F(DirectoryEpochs, AKeyMayComeWithALaptopThatWasOnlyMoved) {
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(dora_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(dora_, {})));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 1));
  EXPECT_TRUE(directory_.MayKeyCome(kSpace, 1, alice_.id()));
  EXPECT_THAT(directory_.EpochsToSay(kSpace), ::testing::ElementsAre(1));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  EXPECT_FALSE(directory_.MayKeyCome(kSpace, 1, alice_.id()));
  EXPECT_FALSE(directory_.MayKeyCome(kSpace, 2, alice_.id()));
}

TEST_F(DirectoryEpochs, AnEpochThatNobodyHoldsIsPassedOver) {
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(root_.Say(AdmissionOf(carol_, {kSpace})));
  Apply(alice_.Say(Epoch(1)));
  Apply(alice_.Say(Grant(bob_)));
  Apply(root_.Say(RevocationStatement{alice_.id()}));
  Apply(dora_.Say(After(Epoch(2), {alice_})));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 2));
  EXPECT_TRUE(directory_.IsKeyHeld(kSpace, 1));
  EpochStatement over = After(Epoch(3), {dora_});
  over.own_key = CountingFrom<SealedKey>(0x70);
  over.succession->passed_over = 2;
  Signer carol = carol_;
  ExpectRefused(carol.Say(over), ErrorCode::kRefused);  // bob holds the first
  over.succession->passed_over = 1;
  Apply(bob_.Say(over));
  EXPECT_FALSE(directory_.IsKeyHeld(kSpace, 2));
  EXPECT_FALSE(directory_.IsLedBackTo(kSpace, 2));
  EXPECT_TRUE(directory_.IsKeyHeld(kSpace, 1));
  EXPECT_TRUE(directory_.IsLedBackTo(kSpace, 1));
  EXPECT_EQ(directory_.FirstEpoch(kSpace), 1U);
  // Whoever holds the key all the same says it.
  LostKeyStatement said{kSpace, 2, Epoch(2).key_commitment, 3, Epoch(3).key_commitment, {}};
  Apply(carol_.Say(said));
  EXPECT_THAT(directory_.EpochsToSay(kSpace), ::testing::ElementsAre(2));
  carol = carol_;
  said.epoch = 1;
  said.key_commitment = Epoch(1).key_commitment;
  ExpectRefused(carol.Say(said), ErrorCode::kRefused);
  // Passed over in turn, it is said anew: nobody else comes to the key that sealed it.
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  EpochStatement next = After(Epoch(4), {bob_});
  next.own_key = CountingFrom<SealedKey>(0x70);
  next.succession->passed_over = 3;
  Apply(carol_.Say(next));
  EXPECT_EQ(directory_.FirstEpoch(kSpace), 4U);
  said = {kSpace, 2, Epoch(2).key_commitment, 3, Epoch(3).key_commitment, {}};
  carol = carol_;
  ExpectRefused(carol.Say(said), ErrorCode::kRefused);
  said.under = 4;
  said.under_commitment = Epoch(4).key_commitment;
  Apply(carol_.Say(said));
}

TEST_F(DirectoryEpochs, RefusesALostKeyThatIsNoneOrThatNobodyCouldOpen) {
  Apply(alice_.Say(Epoch(1)));
  const LostKeyStatement lost{kSpace, 1, CountingFrom<Hash256>(0x51), 1, Epoch(1).key_commitment,
                              {}};
  Signer carol = carol_;
  ExpectRefused(carol.Say(lost), ErrorCode::kUntrusted);
  Signer root = root_;
  ExpectRefused(root.Say(lost), ErrorCode::kUntrusted);
  const auto expect_refused = [&](const LostKeyStatement& other) {
    Signer bob = bob_;
    ExpectRefused(bob.Say(other), ErrorCode::kRefused);
  };
  LostKeyStatement other = lost;
  other.key_commitment = Epoch(1).key_commitment;
  expect_refused(other);
  other = lost;
  other.under = 2;
  expect_refused(other);
  other = lost;
  other.under_commitment = CountingFrom<Hash256>(0x52);
  expect_refused(other);
  other = lost;
  other.epoch = 1 + kLostKeysMax + 1;
  expect_refused(other);
  // A colleague's word for it may be wrong: each has his own, and only so many.
  Apply(alice_.Say(lost));
  Apply(bob_.Say(lost));
  expect_refused(lost);
  other = lost;
  for (std::size_t i = 1; i < kLostKeysMax; ++i) {
    other.key_commitment = CountingFrom<Hash256>(static_cast<std::uint8_t>(0x60 + i));
    Apply(bob_.Say(other));
  }
  other.key_commitment = CountingFrom<Hash256>(0xf0);
  expect_refused(other);
  Apply(alice_.Say(other));
}

TEST_F(DirectoryEpochs, EpochsAreOpenedOneAfterTheOther) {
  EXPECT_EQ(directory_.CurrentEpoch(kSpace), 0U);
  ExpectRefused(Signer::Device(2).Say(Epoch(0)), ErrorCode::kRefused);
  ExpectRefused(Signer::Device(2).Say(Epoch(2)), ErrorCode::kRefused);
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  Apply(bob_.Say(After(Epoch(2), {dora_})));
  EXPECT_EQ(directory_.CurrentEpoch(kSpace), 2U);
  EXPECT_EQ(directory_.CurrentEpoch(kOtherSpace), 0U);
  EXPECT_EQ(directory_.FindEpoch(kSpace, 2)->key_commitment, CountingFrom<Hash256>(2));
  EXPECT_EQ(directory_.FindEpoch(kSpace, 3), nullptr);
}

TEST_F(DirectoryEpochs, RefusesAnEpochThatAnotherDeviceOpenedFirst) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(bob_.Say(Epoch(1)), ErrorCode::kRefused);
}

TEST_F(DirectoryEpochs, RefusesAnEpochFromOutsideTheSpace) {
  ExpectRefused(carol_.Say(Epoch(1)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryEpochs, AMemberGrantsAnEpochKeyToAMember) {
  Apply(alice_.Say(Epoch(1)));
  EXPECT_EQ(directory_.FindGrant(kSpace, 1, bob_.id()), nullptr);
  Apply(alice_.Say(Grant(bob_)));
  ASSERT_NE(directory_.FindGrant(kSpace, 1, bob_.id()), nullptr);
  EXPECT_EQ(directory_.FindGrant(kSpace, 1, bob_.id())->sealed_key, CountingFrom<SealedKey>(0x70));
  EXPECT_EQ(directory_.FindGrant(kSpace, 2, bob_.id()), nullptr);
}

TEST_F(DirectoryEpochs, RefusesAGrantByANonMember) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(carol_.Say(Grant(bob_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryEpochs, RefusesAGrantToANonMember) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(Grant(carol_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(Grant(stranger_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryEpochs, RefusesAGrantOfAnEpochThatWasNeverOpened) {
  ExpectRefused(Signer(alice_).Say(Grant(bob_)), ErrorCode::kRefused);
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(Grant(bob_, 2)), ErrorCode::kRefused);
}

TEST_F(DirectoryEpochs, RefusesASecondGrantOfTheSameKey) {
  Apply(alice_.Say(Epoch(1)));
  Apply(alice_.Say(Grant(bob_)));
  ExpectRefused(alice_.Say(Grant(bob_)), ErrorCode::kRefused);
}

TEST_F(DirectoryEpochs, WhoeverLeavesASpaceMakesItNeedAnotherKey) {
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(bob_, {kOtherSpace})));
  EXPECT_EQ(directory_.Leavers(kSpace), std::vector<DeviceId>{bob_.id()});
  EXPECT_EQ(directory_.FindEnd(kSpace, bob_.id()), nullptr);
  Apply(alice_.Say(After(Epoch(2), {bob_})));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  ASSERT_NE(directory_.FindEnd(kSpace, bob_.id()), nullptr);
  EXPECT_EQ(directory_.FindEnd(kSpace, bob_.id())->counter, 7U);
  EXPECT_EQ(directory_.FindEnd(kSpace, alice_.id()), nullptr);
}

TEST_F(DirectoryEpochs, WhoeverComesBackIsBoundByNoEnd) {
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(bob_, {})));
  Apply(alice_.Say(After(Epoch(2), {bob_})));
  Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
  EXPECT_TRUE(directory_.IsMember(bob_.id(), kSpace));
  EXPECT_EQ(directory_.FindEnd(kSpace, bob_.id()), nullptr);
}

TEST_F(DirectoryEpochs, WhoeverComesBackInTimeMakesNoNewKeyNecessary) {
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(bob_, {})));
  Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  ExpectRefused(alice_.Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
}

TEST_F(DirectoryEpochs, BeforeTheFirstKeyNobodyTakesAnythingAway) {
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
}

TEST_F(DirectoryEpochs, RefusesAnotherKeyThatNobodyNeeds) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {})), ErrorCode::kRefused);
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
}

TEST_F(DirectoryEpochs, RefusesAnEpochThatNamesNotAllOrTooManyLeavers) {
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {alice_, bob_, dora_})), ErrorCode::kRefused);
  Apply(alice_.Say(After(Epoch(2), {bob_, dora_})));
}

TEST_F(DirectoryEpochs, RefusesAnEpochThatDoesNotLeadBack) {
  ExpectRefused(Signer(alice_).Say(After(Epoch(1), {})), ErrorCode::kUntrusted);
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  ExpectRefused(Signer(alice_).Say(Epoch(2)), ErrorCode::kUntrusted);
}

}  // namespace
}  // namespace sacoche
