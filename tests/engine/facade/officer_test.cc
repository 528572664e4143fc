// Officers: their own key files, and what their ranks let them do.

#include <gmock/gmock.h>

#include "tests/support/test_team.h"

namespace sacoche {
namespace {

using Rank = OfficerStatement::Rank;
using testing::HasSubstr;

class OfficerTest : public testing::Test {
 protected:
  void SetUp() override {
    other_post = *team.organisation.AddSpace("another post");
    laptop = team.NewDevice("A");
    ASSERT_THAT((*laptop)->RequestAdmission(team.http, {"A", "A"}), Succeeds());
  }

  Organisation Officer(Rank rank, std::vector<SpaceId> spaces = {}) {
    OrganisationKey key = team.organisation.key().ForOfficer();
    statement = {key.signing_key.public_key(), rank, std::move(spaces)};
    EXPECT_THAT(team.organisation.Appoint(statement), Succeeds());
    return Organisation(std::move(key), {&team.http, &team.server_clock, &random});
  }

  // In the name of whoever keeps the organisation's key.
  DeviceId MemberOf(const std::string& name, std::vector<SpaceId> spaces) {
    const auto device = team.NewDevice(name);
    team.Admit(*device, name, Role::kIntervenant, spaces);
    return (*device)->device();
  }

  static void ExpectRefused(const Status& status, const char* why) {
    ASSERT_THAT(status, FailsWith(ErrorCode::kRefused));
    EXPECT_THAT(status.error().message, HasSubstr(why));
    EXPECT_FALSE(status.error().advice.empty());
  }

  static constexpr auto kLost = RevocationStatement::Reason::kLost;

  TestTeam team;
  SeededRandom random{5};
  SpaceId other_post;
  std::unique_ptr<TestDeviceEngine> laptop;
  OfficerStatement statement;
};

TEST_F(OfficerTest, AReferentAdmitsToHisPostAndWithdrawsFromIt) {
  Organisation referent = Officer(Rank::kReferent, {team.space});
  const auto requests = referent.Requests();
  ASSERT_THAT(requests, Succeeds());
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(requests->front().phrase, laptop->Status().comparison_phrase);
  EXPECT_EQ(requests->front().profile.person, "A");
  ASSERT_THAT(referent.Admit(requests->front(), Role::kIntervenant, {team.space}), Succeeds());
  team.Sync(*laptop);
  EXPECT_TRUE(laptop->Status().admitted);
  EXPECT_EQ((*laptop)->ProfileOf((*laptop)->device()).person, "A");
  ASSERT_THAT(referent.Move((*laptop)->device(), Role::kClinician, {team.space}), Succeeds());

  ASSERT_THAT(referent.Revoke((*laptop)->device(), kLost), Succeeds());
  SyncReport report;
  EXPECT_THAT((*laptop)->Sync(team.http, report), FailsWith(ErrorCode::kRevoked));
}

TEST_F(OfficerTest, AReferentIsToldWhatIsBeyondHisPost) {
  const DeviceId elsewhere = MemberOf("B", {other_post});
  Organisation referent = Officer(Rank::kReferent, {team.space});
  const PendingDevice pending = referent.Requests()->front();
  const std::uint64_t before = team.server->directory->directory().statement_count();
  ExpectRefused(referent.Admit(pending, Role::kIntervenant, {team.space, other_post}),
                "his own post only");
  ExpectRefused(referent.Move(elsewhere, Role::kIntervenant, {team.space}), "beyond");
  ExpectRefused(referent.Revoke(elsewhere, kLost), "beyond");
  const auto space = referent.AddSpace("mine");
  ExpectRefused(space ? Status() : Status(Forward(space.error())), "no spaces and no posts");
  ExpectRefused(referent.SetPolicy({1, 1}), "takes the organisation's key");
  ExpectRefused(referent.Appoint({statement.signing_key, Rank::kAdministrator, {}}),
                "takes the organisation's key");
  ExpectRefused(referent.RequireRoot(), "takes the organisation's key");
  EXPECT_EQ(team.server->directory->directory().statement_count(), before);
  EXPECT_TRUE(referent.copy().Missing().empty());
}

TEST_F(OfficerTest, AnAdministratorMakesSpacesAndWithdrawsAnyLaptopButSaysNoPolicy) {
  const DeviceId elsewhere = MemberOf("B", {other_post});
  Organisation administrator = Officer(Rank::kAdministrator);
  ASSERT_THAT(administrator.AddSpace("third"), Succeeds());
  ASSERT_THAT(administrator.Revoke(elsewhere, kLost), Succeeds());
  ExpectRefused(administrator.SetPolicy({1, 1}), "takes the organisation's key");
  ExpectRefused(administrator.SetRecoveryKey(BoxKey::Generate().public_key()),
                "takes the organisation's key");
  ExpectRefused(administrator.Found(), "takes the organisation's key");
  EXPECT_THAT(administrator.Spaces(), Succeeds());
}

TEST_F(OfficerTest, WhoeverIsDismissedIsNoLongerServed) {
  Organisation referent = Officer(Rank::kReferent, {team.space});
  ASSERT_THAT(referent.Refresh(), Succeeds());
  statement.rank = Rank::kNone;
  ASSERT_THAT(team.organisation.Appoint(statement), Succeeds());
  ExpectRefused(referent.Refresh(), "no officer's");
  const auto requests = referent.Requests();
  ExpectRefused(requests ? Status() : Status(Forward(requests.error())), "no officer's");

  statement.rank = Rank::kReferent;
  ASSERT_THAT(team.organisation.Appoint(statement), Succeeds());
  ASSERT_THAT(referent.Refresh(), Succeeds());
}

TEST_F(OfficerTest, ALaptopDoesNotReadTheRequests) {
  const auto member = team.NewMember("B");
  OrganisationKey key = team.organisation.key().ForOfficer();  // never appointed
  Organisation stranger(std::move(key), {&team.http, &team.server_clock, &random});
  const auto requests = stranger.Requests();
  ExpectRefused(requests ? Status() : Status(Forward(requests.error())), "no officer's");
}

// What an officer said is kept by everybody, and by himself, as the root's is.
TEST_F(OfficerTest, WhatTheServerForgotOfAnOfficerIsGivenBackByHimAndByTheRoot) {
  const DeviceId gone = MemberOf("B", {team.space});
  Organisation referent = Officer(Rank::kReferent, {team.space});
  ASSERT_THAT(referent.Refresh(), Succeeds());
  const MemoryEnvelopeStore backup = team.server->store;
  ASSERT_THAT(referent.Revoke(gone, kLost), Succeeds());
  team.RestoreServer(backup);
  ASSERT_THAT(referent.Refresh(), Succeeds());
  EXPECT_TRUE(team.server->directory->directory().IsRevoked(gone));

  ASSERT_THAT(team.organisation.Refresh(), Succeeds());
  team.RestoreServer(backup);
  ASSERT_THAT(team.organisation.AddSpace("and so on"), Succeeds());
  EXPECT_TRUE(team.server->directory->directory().IsRevoked(gone));
}

}  // namespace
}  // namespace sacoche
