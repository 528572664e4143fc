#include "tests/engine/membership/directory_fixture.h"

namespace sacoche {
namespace {

class DirectoryTest : public DirectoryFixture {};

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
