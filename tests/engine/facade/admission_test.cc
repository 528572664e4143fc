#include <gmock/gmock.h>

#include "tests/support/test_team.h"

namespace sacoche {
namespace {

TEST(Admission, ALaptopAndItsAdministratorSeeOnePhrase) {
  TestTeam team;
  const auto device = team.NewDevice("A");
  ASSERT_THAT((*device)->RequestAdmission(team.http, {"A", "A"}), Succeeds());
  const auto requests = team.organisation.Requests();
  ASSERT_THAT(requests, Succeeds());
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(device->Status().comparison_phrase, requests->front().phrase);
}

TEST(Admission, NoTwoLaptopsShowOnePhrase) {
  TestTeam team;
  EXPECT_NE(team.NewDevice("A")->Status().comparison_phrase,
            team.NewDevice("B")->Status().comparison_phrase);
}

TEST(Admission, BeforeItJoinsALaptopShowsNoPhrase) {
  const TemporaryDirectory folder;
  TestDeviceEngine device(folder / "A.db", 1, &TestSchema(), "");
  EXPECT_EQ(device.Status().comparison_phrase, std::nullopt);
}

// Anybody may leave a request at the server; none may stop the administrator's program.
TEST(Admission, ARequestWithAKeyToWhichNothingCanBeSealedIsRefused) {
  TestTeam team;
  const auto device = team.NewDevice("A");
  ASSERT_THAT((*device)->RequestAdmission(team.http, {"A", "A"}), Succeeds());
  PendingDevice pending = team.organisation.Requests()->front();
  BoxPublicKey one{};
  one[0] = 1;
  for (const BoxPublicKey& low : {BoxPublicKey{}, one}) {
    pending.request.box_key = low;
    EXPECT_THAT(team.organisation.Admit(pending, Role::kIntervenant, {team.space}),
                FailsWith(ErrorCode::kUntrusted));
  }
  EXPECT_TRUE(team.organisation.directory().members().empty());
}

std::optional<std::string> PhraseAfterJoiningANewOrganisation(TestDeviceEngine& device) {
  const OrganisationKey key = OrganisationKey::Generate();
  EXPECT_THAT(device->Join({"https://server.test", "-", key.signing_key.public_key(),
                            key.box_key.public_key()}),
              Succeeds());
  return device.Status().comparison_phrase;
}

// Whoever handed out an invitation of their own is found out over the telephone.
TEST(Admission, AnotherOrganisationsInvitationGivesAnotherPhrase) {
  const TemporaryDirectory folder;
  TestDeviceEngine device(folder / "A.db", 1, &TestSchema(), "");
  ASSERT_THAT(device->BackUpTo(folder / "B.db"), Succeeds());
  TestDeviceEngine with_its_keys(folder / "B.db", 2, &TestSchema(), "");
  ASSERT_EQ(device->device(), with_its_keys->device());
  EXPECT_NE(PhraseAfterJoiningANewOrganisation(device),
            PhraseAfterJoiningANewOrganisation(with_its_keys));
}

}  // namespace
}  // namespace sacoche
