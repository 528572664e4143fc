// What the directory says of recovery keys, and refuses to believe.

#include <gtest/gtest.h>

#include "engine/membership/directory.h"
#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

using Reason = RevocationStatement::Reason;

const SpaceId kSpace = IdFrom<SpaceId>(0x10);
const SpaceId kOtherSpace = IdFrom<SpaceId>(0x20);
const UserId kAlice = IdFrom<UserId>(0xa0);
const UserId kBob = IdFrom<UserId>(0xb0);
const RecoveryKeyStatement kOrganisationsKey{CountingFrom<BoxPublicKey>(0x11)};
const RecoveryKeyStatement kAlicesKey{CountingFrom<BoxPublicKey>(0x22)};
const RecoveryKeyStatement kNewKey{CountingFrom<BoxPublicKey>(0x33)};
const DeviceId kOrganisation = RecoveryRecipientOf(kOrganisationsKey.box_key);
const DeviceId kAlicesCode = RecoveryRecipientOf(kAlicesKey.box_key);
const DeviceId kNewCode = RecoveryRecipientOf(kNewKey.box_key);

// Alice and Bob share a space, whose first key Alice opened; both have said whose they are.
class DirectoryRecovery : public testing::Test {
 protected:
  DirectoryRecovery() {
    Apply(root_.Say(OrganisationOf(root_)));
    Apply(root_.Say(SpaceStatement{kSpace, {1}}));
    Apply(root_.Say(SpaceStatement{kOtherSpace, {2}}));
    Apply(root_.Say(Admission(alice_, kAlice, {kSpace})));
    Apply(root_.Say(Admission(bob_, kBob, {kSpace})));
    Apply(alice_.Say(EpochStatement{kSpace, 1, {}, {}}));
  }

  static AdmissionStatement Admission(const Signer& device, UserId user,
                                      std::vector<SpaceId> spaces) {
    AdmissionStatement admission = AdmissionOf(device, std::move(spaces));
    admission.user = user;
    return admission;
  }

  static GrantStatement Grant(const DeviceId& to, std::uint64_t epoch = 1,
                              const SpaceId& space = kSpace) {
    return {space, epoch, to, CountingFrom<SealedKey>(0x70)};
  }

  static RecoveryUseStatement Use(const DeviceId& recipient, const Signer& device,
                                  std::vector<SpaceId> spaces = {kSpace}) {
    return {recipient, device.id(), std::move(spaces)};
  }

  EpochStatement NextEpoch() const {
    const std::uint64_t next = directory_.CurrentEpoch(kSpace) + 1;
    EpochStatement epoch{kSpace, next, {}, EpochStatement::Succession{}};
    for (const DeviceId& device : directory_.Leavers(kSpace))
      epoch.succession->leavers.push_back({device, 0, {}});
    return epoch;
  }

  void Apply(const SignedStatement& statement) {
    ASSERT_THAT(directory_.Apply(statement), Succeeds());
  }

  void ExpectRefused(const SignedStatement& statement, ErrorCode code) {
    const std::uint64_t count = directory_.statement_count();
    EXPECT_THAT(directory_.Check(statement), FailsWith(code));
    EXPECT_THAT(directory_.Apply(statement), FailsWith(code));
    EXPECT_EQ(directory_.statement_count(), count);
  }

  // Alice's first laptop is gone, with her code in force, and she has a second one.
  void ReplaceAlicesLaptop() {
    Apply(alice_.Say(kAlicesKey));
    Apply(alice_.Say(Grant(kAlicesCode)));
    Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kLost}));
    Apply(root_.Say(Admission(second_, kAlice, {kSpace})));
  }

  Signer root_ = Signer::Root();
  Signer alice_ = Signer::Device(2);
  Signer bob_ = Signer::Device(3);
  Signer second_ = Signer::Device(4);  // Alice's
  Signer stranger_ = Signer::Device(9);
  Directory directory_;
};

TEST_F(DirectoryRecovery, TheKeysOfASpaceAreGrantedToTheCodesOfItsLaptopsAndToTheOrganisation) {
  ExpectRefused(Signer(alice_).Say(Grant(kAlicesCode)), ErrorCode::kUntrusted);
  Apply(alice_.Say(kAlicesKey));
  Apply(root_.Say(kOrganisationsKey));
  EXPECT_TRUE(directory_.Recovers(kAlicesCode, kSpace));
  EXPECT_FALSE(directory_.Recovers(kAlicesCode, kOtherSpace));
  EXPECT_TRUE(directory_.Recovers(kOrganisation, kOtherSpace));
  EXPECT_EQ(directory_.RecoveryKeysOf(kSpace).size(), 2U);
  EXPECT_EQ(directory_.RecoveryKeysOf(kOtherSpace).size(), 1U);
  Apply(bob_.Say(Grant(kAlicesCode)));
  Apply(bob_.Say(Grant(kOrganisation)));
  ExpectRefused(Signer(alice_).Say(Grant(kAlicesCode)), ErrorCode::kRefused);
  // Who opens it afterwards is no member by that.
  EXPECT_FALSE(directory_.IsMember(kAlicesCode, kSpace));
  EXPECT_EQ(directory_.MembersOf(kSpace).size(), 2U);
}

TEST_F(DirectoryRecovery, RefusesAKeyFromAStrangerAForgerOrAnOfficer) {
  ExpectRefused(stranger_.Say(kNewKey), ErrorCode::kUntrusted);
  const Statement in_alices_name{alice_.id(), directory_.NextCounter(alice_.id()),
                                 directory_.LastHash(alice_.id()), kNewKey};
  ExpectRefused(SignStatement(in_alices_name, bob_.key()), ErrorCode::kUntrusted);
  Signer officer = Signer::Device(6);
  Apply(root_.Say(
      OfficerStatement{officer.key().public_key(), OfficerStatement::Rank::kAdministrator, {}}));
  ExpectRefused(officer.Say(kNewKey), ErrorCode::kUntrusted);
}

TEST_F(DirectoryRecovery, RefusesAKeyThatSomebodyElseSaid) {
  Apply(alice_.Say(kAlicesKey));
  ExpectRefused(Signer(bob_).Say(kAlicesKey), ErrorCode::kUntrusted);
  ExpectRefused(Signer(root_).Say(kAlicesKey), ErrorCode::kUntrusted);
  ExpectRefused(alice_.Say(kAlicesKey), ErrorCode::kRefused);
}

TEST_F(DirectoryRecovery, RefusesAReplayedKey) {
  const SignedStatement first = alice_.Say(kAlicesKey);
  Apply(first);
  Apply(alice_.Say(kNewKey));
  ExpectRefused(first, ErrorCode::kAlreadyExists);
  // The same sentence with another number is alice's to say only.
  const Statement again{alice_.id(), 1, {}, kAlicesKey};
  ExpectRefused(SignStatement(again, alice_.key()), ErrorCode::kUntrusted);
  EXPECT_EQ(directory_.FindRecoveryKey(alice_.id())->recipient, kNewCode);
}

// Who has the old paper reads nothing that is written from then on.
TEST_F(DirectoryRecovery, AKeyThatGivesWayLeavesTheSpaceWhoseKeyItHolds) {
  Apply(alice_.Say(kAlicesKey));
  Apply(root_.Say(kOrganisationsKey));
  Apply(alice_.Say(Grant(kAlicesCode)));
  Apply(alice_.Say(Grant(kOrganisation)));
  Apply(alice_.Say(kNewKey));
  EXPECT_EQ(directory_.Leavers(kSpace), std::vector<DeviceId>{kAlicesCode});
  EXPECT_FALSE(directory_.Recovers(kAlicesCode, kSpace));
  Apply(root_.Say(RecoveryKeyStatement{CountingFrom<BoxPublicKey>(0x44)}));
  EXPECT_EQ(directory_.Leavers(kSpace).size(), 2U);
  Apply(bob_.Say(NextEpoch()));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  ExpectRefused(Signer(bob_).Say(Grant(kAlicesCode, 2)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(bob_).Say(Grant(kOrganisation, 2)), ErrorCode::kUntrusted);
  Apply(bob_.Say(Grant(kNewCode, 2)));
}

TEST_F(DirectoryRecovery, AKeyThatWasNeverGrantedAnythingGoesWithoutANewEpoch) {
  Apply(alice_.Say(kAlicesKey));
  Apply(alice_.Say(kNewKey));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
}

TEST_F(DirectoryRecovery, ALossOrAReplacementLeavesTheCodeInForce) {
  for (const Reason reason : {Reason::kLost, Reason::kReplaced}) {
    Directory before = directory_;
    Signer root = root_;
    Signer alice = alice_;
    Signer bob = bob_;
    Apply(alice_.Say(kAlicesKey));
    Apply(root_.Say(RevocationStatement{alice_.id(), reason}));
    EXPECT_TRUE(directory_.Recovers(kAlicesCode, kSpace));
    EXPECT_EQ(directory_.Leavers(kSpace), std::vector<DeviceId>{alice_.id()});
    Apply(bob_.Say(NextEpoch()));
    Apply(bob_.Say(Grant(kAlicesCode, 2)));
    ExpectRefused(alice_.Say(kNewKey), ErrorCode::kUntrusted);
    directory_ = before;
    root_ = root;
    alice_ = alice;
    bob_ = bob;
  }
}

TEST_F(DirectoryRecovery, ADepartureEndsTheCode) {
  Apply(alice_.Say(kAlicesKey));
  Apply(alice_.Say(Grant(kAlicesCode)));
  Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kDeparture}));
  EXPECT_EQ(directory_.FindRecoveryKey(alice_.id()), nullptr);
  EXPECT_EQ(directory_.Leavers(kSpace).size(), 2U);
  Apply(bob_.Say(NextEpoch()));
  ExpectRefused(Signer(bob_).Say(Grant(kAlicesCode, 2)), ErrorCode::kUntrusted);
  Apply(root_.Say(Admission(second_, kAlice, {kSpace})));
  ExpectRefused(second_.Say(Use(kAlicesCode, second_)), ErrorCode::kRefused);
}

// First the laptop was stolen; then its owner left, without another.
TEST_F(DirectoryRecovery, ADepartureAfterALossEndsTheCodeToo) {
  Apply(alice_.Say(kAlicesKey));
  Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kLost}));
  const std::uint64_t gone_at = directory_.FindMember(alice_.id())->revoked_by;
  Apply(bob_.Say(NextEpoch()));
  Apply(bob_.Say(Grant(kAlicesCode, 2)));
  Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kDeparture}));
  EXPECT_EQ(directory_.FindRecoveryKey(alice_.id()), nullptr);
  EXPECT_EQ(directory_.Leavers(kSpace), std::vector<DeviceId>{kAlicesCode});
  EXPECT_EQ(directory_.FindMember(alice_.id())->revoked_by, gone_at);
  ExpectRefused(root_.Say(RevocationStatement{alice_.id(), Reason::kDeparture}),
                ErrorCode::kRefused);
}

TEST_F(DirectoryRecovery, ADepartureEndsTheCodesOfLaptopsThatWereLostBefore) {
  ReplaceAlicesLaptop();
  Apply(root_.Say(RevocationStatement{second_.id(), Reason::kDeparture}));
  EXPECT_FALSE(directory_.Recovers(kAlicesCode, kSpace));
}

TEST_F(DirectoryRecovery, WhoLeavesASpaceTakesNoCodeForItAlong) {
  Apply(alice_.Say(kAlicesKey));
  Apply(alice_.Say(Grant(kAlicesCode)));
  Apply(root_.Say(Admission(alice_, kAlice, {kOtherSpace})));
  EXPECT_FALSE(directory_.Recovers(kAlicesCode, kSpace));
  EXPECT_TRUE(directory_.Recovers(kAlicesCode, kOtherSpace));
  EXPECT_EQ(directory_.Leavers(kSpace).size(), 2U);
  // And lost afterwards, it opens what the laptop was in at that time.
  Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kLost}));
  EXPECT_FALSE(directory_.Recovers(kAlicesCode, kSpace));
  EXPECT_TRUE(directory_.Recovers(kAlicesCode, kOtherSpace));
}

TEST_F(DirectoryRecovery, WhoComesBackInTimeNeedsNoNewEpoch) {
  Apply(alice_.Say(kAlicesKey));
  Apply(alice_.Say(Grant(kAlicesCode)));
  Apply(root_.Say(Admission(alice_, kAlice, {})));
  Apply(root_.Say(Admission(alice_, kAlice, {kSpace})));
  EXPECT_TRUE(directory_.Leavers(kSpace).empty());
  EXPECT_TRUE(directory_.Recovers(kAlicesCode, kSpace));
}

TEST_F(DirectoryRecovery, APersonsNextLaptopUsesTheCodeOfTheLostOne) {
  ReplaceAlicesLaptop();
  const SignedStatement said = second_.Say(Use(kAlicesCode, second_));
  Apply(said);
  ASSERT_EQ(directory_.recovery_uses().size(), 1U);
  EXPECT_EQ(directory_.recovery_uses()[0].statement, said.hash);
  EXPECT_EQ(directory_.recovery_uses()[0].signer, second_.id());
  EXPECT_EQ(directory_.recovery_uses()[0].used.spaces, std::vector<SpaceId>{kSpace});
}

TEST_F(DirectoryRecovery, ThePersonsNextCodeEndsThatOfTheLostLaptopAndOfNoOther) {
  Signer third = Signer::Device(5);
  Apply(root_.Say(Admission(third, kAlice, {kSpace})));
  Apply(third.Say(RecoveryKeyStatement{CountingFrom<BoxPublicKey>(0x55)}));
  ReplaceAlicesLaptop();
  Apply(second_.Say(kNewKey));
  EXPECT_EQ(directory_.FindRecoveryKey(alice_.id()), nullptr);
  EXPECT_NE(directory_.FindRecoveryKey(third.id()), nullptr);
  EXPECT_TRUE(directory_.Recovers(kNewCode, kSpace));
  EXPECT_EQ(directory_.Leavers(kSpace).size(), 2U);  // the lost laptop and its code
  ExpectRefused(second_.Say(Use(kAlicesCode, second_)), ErrorCode::kRefused);
}

TEST_F(DirectoryRecovery, RefusesTheUseOfAnothersCode) {
  ReplaceAlicesLaptop();
  Apply(root_.Say(kOrganisationsKey));
  ExpectRefused(Signer(bob_).Say(Use(kAlicesCode, bob_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(bob_).Say(Use(kAlicesCode, second_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(bob_).Say(Use(kOrganisation, bob_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(root_).Say(Use(kAlicesCode, second_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(second_).Say(Use(kNewCode, second_)), ErrorCode::kRefused);
}

TEST_F(DirectoryRecovery, RefusesAUseForASpaceThatTheLaptopOrTheKeyIsNotIn) {
  ReplaceAlicesLaptop();
  Apply(root_.Say(kOrganisationsKey));
  ExpectRefused(Signer(second_).Say(Use(kAlicesCode, second_, {kOtherSpace})),
                ErrorCode::kUntrusted);
  Apply(root_.Say(Admission(second_, kAlice, {kSpace, kOtherSpace})));
  ExpectRefused(Signer(second_).Say(Use(kAlicesCode, second_, {kSpace, kOtherSpace})),
                ErrorCode::kUntrusted);
  ExpectRefused(Signer(root_).Say(Use(kOrganisation, alice_)), ErrorCode::kUntrusted);
  ExpectRefused(Signer(root_).Say(Use(kOrganisation, stranger_)), ErrorCode::kUntrusted);
}

// Who is not said to be somebody has a code for one laptop only.
TEST_F(DirectoryRecovery, RefusesACodeBetweenLaptopsOfWhichNobodySaidWhoseTheyAre) {
  Signer one = Signer::Device(6);
  Signer other = Signer::Device(7);
  Apply(root_.Say(AdmissionOf(one, {kSpace})));
  Apply(root_.Say(AdmissionOf(other, {kSpace})));
  Apply(one.Say(kNewKey));
  ExpectRefused(other.Say(Use(kNewCode, other)), ErrorCode::kUntrusted);
}

// The administrator reads nothing by himself; what the holders' key opens for a laptop is said
// first, where everybody sees it.
TEST_F(DirectoryRecovery, TheRootGrantsOnlyWhatItSaidThatTheOrganisationsKeyWasUsedFor) {
  Apply(root_.Say(kOrganisationsKey));
  Apply(alice_.Say(Grant(kOrganisation)));
  ExpectRefused(Signer(root_).Say(Grant(bob_.id())), ErrorCode::kUntrusted);
  Apply(root_.Say(Use(kOrganisation, bob_)));
  ExpectRefused(Signer(root_).Say(Grant(alice_.id())), ErrorCode::kUntrusted);
  ExpectRefused(Signer(root_).Say(Grant(kOrganisation)), ErrorCode::kUntrusted);
  Apply(root_.Say(Grant(bob_.id())));
  ExpectRefused(root_.Say(EpochStatement{kOtherSpace, 1, {}, {}}), ErrorCode::kUntrusted);
}

TEST_F(DirectoryRecovery, TheRootGrantsNoEpochThatTheOrganisationsKeyWasNotGiven) {
  Apply(root_.Say(kOrganisationsKey));
  Apply(root_.Say(Use(kOrganisation, bob_)));
  ExpectRefused(root_.Say(Grant(bob_.id())), ErrorCode::kUntrusted);
}

// Revocations hold outside the log; so does what they end.
TEST_F(DirectoryRecovery, ADepartureThatIsUpheldEndsTheCode) {
  Apply(alice_.Say(kAlicesKey));
  Apply(root_.Say(RevocationStatement{alice_.id(), Reason::kLost}));
  Signer forgotten = root_;
  const SignedStatement departure =
      forgotten.Say(RevocationStatement{alice_.id(), Reason::kDeparture});
  Apply(root_.Say(SpaceStatement{IdFrom<SpaceId>(0x77), {}}));
  ASSERT_THAT(directory_.Apply(departure), FailsWith(ErrorCode::kUntrusted));
  ASSERT_THAT(directory_.Uphold(departure), Succeeds());
  EXPECT_EQ(directory_.FindRecoveryKey(alice_.id()), nullptr);
}

}  // namespace
}  // namespace sacoche
