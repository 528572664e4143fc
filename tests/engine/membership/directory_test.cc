#include "engine/membership/directory.h"

#include <gtest/gtest.h>

#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const SpaceId kSpace = IdFrom<SpaceId>(0x10);
const SpaceId kOtherSpace = IdFrom<SpaceId>(0x20);
const SpaceId kNoSpace = IdFrom<SpaceId>(0x30);

// An organisation with two spaces: two devices share the first, a third is in the second only.
class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    Apply(root_.Say(OrganisationOf(root_)));
    Apply(root_.Say(SpaceStatement{kSpace, {1}}));
    Apply(root_.Say(SpaceStatement{kOtherSpace, {2}}));
    Apply(root_.Say(AdmissionOf(alice_, {kSpace})));
    Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
    Apply(root_.Say(AdmissionOf(carol_, {kOtherSpace})));
  }

  void Apply(const SignedStatement& statement) {
    ASSERT_THAT(directory_.Apply(statement), Succeeds());
    log_.push_back(statement);
  }

  // Refused with this code, by Check and by Apply, and nothing has changed.
  void ExpectRefused(const SignedStatement& statement, ErrorCode code) {
    const std::uint64_t count = directory_.statement_count();
    const std::uint64_t next = directory_.NextCounter(statement.statement.signer);
    EXPECT_THAT(directory_.Check(statement), FailsWith(code));
    EXPECT_THAT(directory_.Apply(statement), FailsWith(code));
    EXPECT_EQ(directory_.statement_count(), count);
    EXPECT_EQ(directory_.NextCounter(statement.statement.signer), next);
  }

  static EpochStatement Epoch(std::uint64_t number) {
    return {kSpace, number, CountingFrom<Hash256>(static_cast<std::uint8_t>(number)), {}, {}};
  }

  // Each that left ends at its seventh envelope.
  static EpochStatement After(EpochStatement epoch, const std::vector<Signer>& leavers) {
    epoch.succession.emplace();
    epoch.succession->previous_key = CountingFrom<SealedPreviousKey>(0x90);
    for (const Signer& leaver : leavers)
      epoch.succession->leavers.push_back({leaver.id(), 7, CountingFrom<Hash256>(0xa0)});
    std::ranges::sort(epoch.succession->leavers, {}, &LeaverEnd::device);
    return epoch;
  }

  static OfficerStatement Officer(const Signer& officer, OfficerStatement::Rank rank,
                                  std::vector<SpaceId> spaces = {}) {
    return {officer.key().public_key(), rank, std::move(spaces)};
  }

  static GrantStatement Grant(const Signer& to, std::uint64_t epoch = 1) {
    return {kSpace, epoch, to.id(), CountingFrom<SealedKey>(0x70)};
  }

  Signer root_ = Signer::Root();
  Signer alice_ = Signer::Device(2);
  Signer bob_ = Signer::Device(3);
  Signer carol_ = Signer::Device(4);
  Signer dora_ = Signer::Device(5);
  Signer stranger_ = Signer::Device(9);
  Directory directory_;
  std::vector<SignedStatement> log_;
};

// Two keys of the first epoch were lost to the one that stands.
TEST_F(DirectoryTest, AMemberSaysAKeyThatGaveWay) {
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

TEST_F(DirectoryTest, AKeyIsHeldWhileSomebodyWhoWasGivenItIsThere) {
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

TEST_F(DirectoryTest, AKeyMayComeWithALaptopThatWasOnlyMoved) {
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

TEST_F(DirectoryTest, AnEpochThatNobodyHoldsIsPassedOver) {
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

TEST_F(DirectoryTest, RefusesALostKeyThatIsNoneOrThatNobodyCouldOpen) {
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

TEST_F(DirectoryTest, ADeviceSaysThatWhatItsEnvelopesTellWasReplaced) {
  Apply(alice_.Say(ReplacedViewStatement{{{kSpace, 5}}}));
  EXPECT_EQ(directory_.ReplacedViewsEnd(kSpace, alice_.id()), 5U);
  EXPECT_EQ(directory_.ReplacedViewsEnd(kSpace, bob_.id()), 0U) << "of its own envelopes only";
  Signer again = alice_;
  ExpectRefused(again.Say(ReplacedViewStatement{{{kSpace, 5}}}), ErrorCode::kRefused);
  ExpectRefused(carol_.Say(ReplacedViewStatement{{{kSpace, 1}}}), ErrorCode::kUntrusted);
  ExpectRefused(root_.Say(ReplacedViewStatement{{{kSpace, 1}}}), ErrorCode::kUntrusted);
  Apply(alice_.Say(ReplacedViewStatement{{{kSpace, 6}}}));
  EXPECT_EQ(directory_.ReplacedViewsEnd(kSpace, alice_.id()), 6U);
}

TEST_F(DirectoryTest, KnowsTheKeyThatTheRootSaidLast) {
  EXPECT_EQ(directory_.time_key(), std::nullopt);
  Apply(root_.Say(ServerStatement{alice_.key().public_key()}));
  EXPECT_EQ(directory_.time_key(), alice_.key().public_key());
  Apply(root_.Say(ServerStatement{bob_.key().public_key()}));
  EXPECT_EQ(directory_.time_key(), bob_.key().public_key());
}

TEST_F(DirectoryTest, OnlyTheRootSaysWithWhatTheServerSigns) {
  ExpectRefused(Signer(alice_).Say(ServerStatement{alice_.key().public_key()}),
                ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, KnowsMembersAndTheirSpaces) {
  EXPECT_EQ(directory_.members().size(), 3U);
  EXPECT_TRUE(directory_.IsMember(alice_.id(), kSpace));
  EXPECT_FALSE(directory_.IsMember(alice_.id(), kOtherSpace));
  EXPECT_FALSE(directory_.IsMember(stranger_.id(), kSpace));
  EXPECT_EQ(directory_.FindMember(stranger_.id()), nullptr);
  EXPECT_EQ(directory_.FindMember(bob_.id())->admission.signing_key, bob_.key().public_key());
  EXPECT_EQ(directory_.MembersOf(kOtherSpace), std::vector<DeviceId>{carol_.id()});
  EXPECT_EQ(directory_.MembersOf(kNoSpace), std::vector<DeviceId>());
  EXPECT_EQ(directory_.root(), root_.key().public_key());
}

TEST_F(DirectoryTest, AppliedFromTheirBytesTheStatementsSayTheSame) {
  Directory other(root_.key().public_key());
  for (const SignedStatement& statement : log_) {
    const auto decoded = DecodeStatement(statement.bytes);
    ASSERT_THAT(decoded, Succeeds());
    ASSERT_THAT(other.Apply(*decoded), Succeeds());
  }
  EXPECT_EQ(other.statement_count(), directory_.statement_count());
  EXPECT_EQ(other.MembersOf(kSpace), directory_.MembersOf(kSpace));
  EXPECT_EQ(other.LastHash(DeviceId{}), directory_.LastHash(DeviceId{}));
}

TEST_F(DirectoryTest, KnowsTheSameStatementWhenItComesAgain) {
  for (const SignedStatement& statement : log_) ExpectRefused(statement, ErrorCode::kAlreadyExists);
}

TEST_F(DirectoryTest, RefusesAStranger) {
  ExpectRefused(stranger_.Say(Epoch(1)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesAForgedSignature) {
  // Alice's name and chain, a stranger's key.
  const Statement said{alice_.id(), 1, {}, Epoch(1)};
  ExpectRefused(SignStatement(said, stranger_.key()), ErrorCode::kUntrusted);
  const Statement root_said{
      {}, directory_.NextCounter({}), directory_.LastHash({}), SpaceStatement{kNoSpace, {}}};
  ExpectRefused(SignStatement(root_said, stranger_.key()), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesAGapInTheChain) {
  const SignedStatement first = alice_.Say(Epoch(1));
  const SignedStatement second = alice_.Say(Grant(bob_));
  ExpectRefused(second, ErrorCode::kUntrusted);
  Apply(first);
  Apply(second);
}

TEST_F(DirectoryTest, RefusesAChainWithTheRightNumberAndAnotherPast) {
  const Statement said{alice_.id(), 1, CountingFrom<Hash256>(1), Epoch(1)};
  ExpectRefused(SignStatement(said, alice_.key()), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesAForkOfTheChain) {
  Signer twin = Signer::Device(2);
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(twin.Say(Grant(bob_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesASecondOrganisation) {
  ExpectRefused(root_.Say(OrganisationOf(root_)), ErrorCode::kRefused);
  Signer other = Signer::Device(9);
  const Statement theirs{{}, 1, {}, OrganisationOf(other)};
  ExpectRefused(SignStatement(theirs, other.key()), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesASpaceTwice) {
  ExpectRefused(root_.Say(SpaceStatement{kSpace, {9}}), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, RefusesAnAdmissionToASpaceThatDoesNotExist) {
  ExpectRefused(root_.Say(AdmissionOf(stranger_, {kSpace, kNoSpace})), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, RefusesAnAdmissionOfADeviceWithAnotherBoxKey) {
  AdmissionStatement other = AdmissionOf(alice_, {kSpace});
  other.box_key[0] ^= 1;
  ExpectRefused(root_.Say(other), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, ALaterAdmissionChangesSpacesAndRole) {
  AdmissionStatement moved = AdmissionOf(alice_, {kOtherSpace});
  moved.role = Role::kTechnicalSupervisor;
  Apply(root_.Say(moved));
  EXPECT_FALSE(directory_.IsMember(alice_.id(), kSpace));
  EXPECT_TRUE(directory_.IsMember(alice_.id(), kOtherSpace));
  EXPECT_EQ(directory_.FindMember(alice_.id())->admission.role, Role::kTechnicalSupervisor);
  ExpectRefused(alice_.Say(Epoch(1)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesWhatOnlyTheRootMaySayFromADevice) {
  Signer again = Signer::Device(2);
  ExpectRefused(Signer(again).Say(SpaceStatement{kNoSpace, {}}), ErrorCode::kUntrusted);
  ExpectRefused(Signer(again).Say(AdmissionOf(stranger_, {kSpace})), ErrorCode::kUntrusted);
  ExpectRefused(Signer(again).Say(OrganisationOf(again)), ErrorCode::kUntrusted);
}

// The administrator admits, and can read nothing: keys are the members' business.
TEST_F(DirectoryTest, RefusesEpochsAndGrantsFromTheRoot) {
  ExpectRefused(root_.Say(Epoch(1)), ErrorCode::kUntrusted);
  Apply(alice_.Say(Epoch(1)));
  Signer root = Signer::Root();
  const Statement grant{{}, directory_.NextCounter({}), directory_.LastHash({}), Grant(bob_)};
  ExpectRefused(SignStatement(grant, root.key()), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, EpochsAreOpenedOneAfterTheOther) {
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

TEST_F(DirectoryTest, RefusesAnEpochThatAnotherDeviceOpenedFirst) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(bob_.Say(Epoch(1)), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, RefusesAnEpochFromOutsideTheSpace) {
  ExpectRefused(carol_.Say(Epoch(1)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, AMemberGrantsAnEpochKeyToAMember) {
  Apply(alice_.Say(Epoch(1)));
  EXPECT_EQ(directory_.FindGrant(kSpace, 1, bob_.id()), nullptr);
  Apply(alice_.Say(Grant(bob_)));
  ASSERT_NE(directory_.FindGrant(kSpace, 1, bob_.id()), nullptr);
  EXPECT_EQ(directory_.FindGrant(kSpace, 1, bob_.id())->sealed_key, CountingFrom<SealedKey>(0x70));
  EXPECT_EQ(directory_.FindGrant(kSpace, 2, bob_.id()), nullptr);
}

TEST_F(DirectoryTest, RefusesAGrantByANonMember) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(carol_.Say(Grant(bob_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesAGrantToANonMember) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(Grant(carol_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(Grant(stranger_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, RefusesAGrantOfAnEpochThatWasNeverOpened) {
  ExpectRefused(Signer(alice_).Say(Grant(bob_)), ErrorCode::kRefused);
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(Grant(bob_, 2)), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, RefusesASecondGrantOfTheSameKey) {
  Apply(alice_.Say(Epoch(1)));
  Apply(alice_.Say(Grant(bob_)));
  ExpectRefused(alice_.Say(Grant(bob_)), ErrorCode::kRefused);
}

// -- Leaving ------------------------------------------------------------------------------------

TEST_F(DirectoryTest, ARevokedDeviceIsAMemberOfNothingAndSaysNothingMore) {
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{bob_.id(), RevocationStatement::Reason::kDeparture}));
  EXPECT_TRUE(directory_.IsRevoked(bob_.id()));
  EXPECT_FALSE(directory_.IsMember(bob_.id(), kSpace));
  EXPECT_TRUE(directory_.WasEverMember(bob_.id(), kSpace));
  EXPECT_EQ(directory_.MembersOf(kSpace), std::vector<DeviceId>{alice_.id()});
  EXPECT_EQ(directory_.FindMember(bob_.id())->revoked_by, directory_.statement_count());
  ExpectRefused(bob_.Say(Grant(alice_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(Grant(bob_)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, ARevocationIsForEver) {
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  ExpectRefused(Signer(root_).Say(RevocationStatement{bob_.id()}), ErrorCode::kRefused);
  ExpectRefused(Signer(root_).Say(AdmissionOf(bob_, {kSpace})), ErrorCode::kRefused);
  ExpectRefused(Signer(root_).Say(RevocationStatement{stranger_.id()}), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, WhoeverLeavesASpaceMakesItNeedAnotherKey) {
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

TEST_F(DirectoryTest, WhoeverComesBackIsBoundByNoEnd) {
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(bob_, {})));
  Apply(alice_.Say(After(Epoch(2), {bob_})));
  Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
  EXPECT_TRUE(directory_.IsMember(bob_.id(), kSpace));
  EXPECT_EQ(directory_.FindEnd(kSpace, bob_.id()), nullptr);
}

TEST_F(DirectoryTest, WhoeverComesBackInTimeMakesNoNewKeyNecessary) {
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(AdmissionOf(bob_, {})));
  Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  ExpectRefused(alice_.Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, BeforeTheFirstKeyNobodyTakesAnythingAway) {
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
}

TEST_F(DirectoryTest, RefusesAnotherKeyThatNobodyNeeds) {
  Apply(alice_.Say(Epoch(1)));
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {})), ErrorCode::kRefused);
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
}

TEST_F(DirectoryTest, RefusesAnEpochThatNamesNotAllOrTooManyLeavers) {
  Apply(root_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  Apply(root_.Say(RevocationStatement{dora_.id()}));
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {bob_})), ErrorCode::kRefused);
  ExpectRefused(Signer(alice_).Say(After(Epoch(2), {alice_, bob_, dora_})), ErrorCode::kRefused);
  Apply(alice_.Say(After(Epoch(2), {bob_, dora_})));
}

TEST_F(DirectoryTest, RefusesAnEpochThatDoesNotLeadBack) {
  ExpectRefused(Signer(alice_).Say(After(Epoch(1), {})), ErrorCode::kUntrusted);
  Apply(alice_.Say(Epoch(1)));
  Apply(root_.Say(RevocationStatement{bob_.id()}));
  ExpectRefused(Signer(alice_).Say(Epoch(2)), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, ALaterAdmissionChangesNoPerson) {
  AdmissionStatement hers = AdmissionOf(alice_, {kSpace});
  hers.user = IdFrom<UserId>(1);
  Apply(root_.Say(hers));
  hers.user = IdFrom<UserId>(2);
  ExpectRefused(Signer(root_).Say(hers), ErrorCode::kUntrusted);
  hers.user = UserId();
  ExpectRefused(Signer(root_).Say(hers), ErrorCode::kUntrusted);
}

// -- Officers -----------------------------------------------------------------------------------

TEST_F(DirectoryTest, AnAdministratorMakesSpacesAdmitsAndWithdraws) {
  Signer officer = Signer::Device(6);
  ExpectRefused(Signer(officer).Say(SpaceStatement{kNoSpace, {}}), ErrorCode::kUntrusted);
  Apply(root_.Say(Officer(officer, OfficerStatement::Rank::kAdministrator)));
  Apply(officer.Say(SpaceStatement{kNoSpace, {}}));
  Apply(officer.Say(AdmissionOf(dora_, {kNoSpace, kSpace})));
  Apply(officer.Say(RevocationStatement{dora_.id()}));
  ExpectRefused(Signer(officer).Say(Epoch(1)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(officer).Say(ServerStatement{officer.key().public_key()}),
                ErrorCode::kUntrusted);
  ExpectRefused(Signer(officer).Say(Officer(dora_, OfficerStatement::Rank::kAdministrator)),
                ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, AReferentSpeaksForHisPostOnly) {
  Apply(root_.Say(Officer(alice_, OfficerStatement::Rank::kReferent, {kSpace})));
  ExpectRefused(Signer(alice_).Say(SpaceStatement{kNoSpace, {}}), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(AdmissionOf(dora_, {kSpace, kOtherSpace})),
                ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(AdmissionOf(carol_, {kSpace})), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(RevocationStatement{carol_.id()}), ErrorCode::kUntrusted);
  Apply(alice_.Say(AdmissionOf(dora_, {kSpace})));
  Apply(alice_.Say(RevocationStatement{dora_.id()}));
  Apply(alice_.Say(Epoch(1)));  // and is a member as before
}

// What is said of a person goes to all of her laptops.
TEST_F(DirectoryTest, AReferentPlantsNoLaptopOnSomebodyOfAnotherPost) {
  Apply(root_.Say(Officer(alice_, OfficerStatement::Rank::kReferent, {kSpace})));
  AdmissionStatement theirs = AdmissionOf(dora_, {kOtherSpace});
  theirs.user = UserId::FromArray({7});
  Apply(root_.Say(theirs));
  const Signer planted = Signer::Device(9);
  AdmissionStatement mine = AdmissionOf(planted, {kSpace});
  mine.user = theirs.user;
  ExpectRefused(Signer(alice_).Say(mine), ErrorCode::kUntrusted);
  mine.user = UserId::FromArray({8});
  Apply(alice_.Say(mine));
  // Who is in no space is nobody's of his.
  Apply(root_.Say([&] {
    theirs.spaces = {};
    return theirs;
  }()));
  ExpectRefused(Signer(alice_).Say(RevocationStatement{dora_.id()}), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, AnOfficerIsOneUntilTheRootSaysOtherwise) {
  Signer officer = Signer::Device(6);
  Apply(root_.Say(Officer(officer, OfficerStatement::Rank::kAdministrator)));
  Apply(root_.Say(Officer(officer, OfficerStatement::Rank::kNone)));
  EXPECT_EQ(directory_.FindOfficer(officer.id()), nullptr);
  ExpectRefused(officer.Say(AdmissionOf(dora_, {kSpace})), ErrorCode::kUntrusted);
}

TEST_F(DirectoryTest, TheRootAloneSaysThePolicyAndTheLastOneHolds) {
  EXPECT_EQ(directory_.policy(), (PolicyStatement{30, 0}));
  Signer officer = Signer::Device(6);
  Apply(root_.Say(Officer(officer, OfficerStatement::Rank::kAdministrator)));
  ExpectRefused(Signer(officer).Say(PolicyStatement{0, 72}), ErrorCode::kUntrusted);
  ExpectRefused(Signer(alice_).Say(PolicyStatement{0, 72}), ErrorCode::kUntrusted);
  EXPECT_EQ(directory_.policy(), PolicyStatement());
  Apply(root_.Say(PolicyStatement{21, 6}));
  EXPECT_EQ(directory_.policy(), (PolicyStatement{21, 6}));
  Apply(root_.Say(PolicyStatement{0, 1}));
  EXPECT_EQ(directory_.policy(), (PolicyStatement{0, 1}));
}

TEST_F(DirectoryTest, AWithdrawnReferentSpeaksForNobody) {
  Apply(root_.Say(Officer(alice_, OfficerStatement::Rank::kReferent, {kSpace})));
  Apply(root_.Say(RevocationStatement{alice_.id()}));
  ExpectRefused(alice_.Say(AdmissionOf(dora_, {kSpace})), ErrorCode::kUntrusted);
}

}  // namespace
}  // namespace sacoche
