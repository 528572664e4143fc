#include <gmock/gmock.h>

#include "engine/first_contact.h"
#include "tests/support/test_team.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using Outcome = InvitationCheck::Outcome;

class Invitations : public testing::Test {
 protected:
  // A new laptop's request with this ticket, as the administrator finds it.
  PendingDevice AskWith(const std::string& name, const std::optional<InvitationTicket>& ticket) {
    const auto device = team_.NewDevice(name);
    EXPECT_THAT((*device)->RequestAdmission(team_.http, {name, name, ticket}), Succeeds());
    const auto requests = team_.organisation.Requests();
    for (const PendingDevice& pending : *requests)
      if (pending.profile.person == name) return pending;
    ADD_FAILURE() << "no request of " << name;
    return {};
  }
  [[nodiscard]] Outcome OutcomeOf(const PendingDevice& device) {
    return team_.organisation.CheckInvitation(device).outcome;
  }
  void Admit(const PendingDevice& device) {
    ASSERT_THAT(team_.organisation.Admit(device, Role::kIntervenant, {team_.space}), Succeeds());
  }

  TestTeam team_;
};

TEST_F(Invitations, AreGoodOnce) {
  const InvitationTicket ticket = team_.organisation.MakeTicket(1);
  const PendingDevice first = AskWith("A", ticket);
  const PendingDevice second = AskWith("B", ticket);
  EXPECT_EQ(OutcomeOf(first), Outcome::kGood);
  EXPECT_EQ(OutcomeOf(second), Outcome::kGood);
  Admit(first);
  EXPECT_EQ(OutcomeOf(first), Outcome::kGood);  // it is this laptop's own
  const InvitationCheck check = team_.organisation.CheckInvitation(second);
  EXPECT_EQ(check.outcome, Outcome::kUsed);
  EXPECT_EQ(check.used_by, first.request.device());
}

TEST_F(Invitations, StayUsedWhenTheLaptopIsMovedOrWithdrawn) {
  const InvitationTicket ticket = team_.organisation.MakeTicket(1);
  const PendingDevice first = AskWith("A", ticket);
  Admit(first);
  const DeviceId device = first.request.device();
  ASSERT_THAT(team_.organisation.Move(device, Role::kClinician, {team_.space}), Succeeds());
  ASSERT_THAT(team_.organisation.Revoke(device, RevocationStatement::Reason::kLost), Succeeds());
  EXPECT_EQ(OutcomeOf(AskWith("B", ticket)), Outcome::kUsed);
}

TEST_F(Invitations, OfNobodyOrOfAnotherOrganisationAreToldApart) {
  EXPECT_EQ(OutcomeOf(AskWith("A", std::nullopt)), Outcome::kNone);
  EXPECT_EQ(OutcomeOf(AskWith("B", MakeInvitationTicket(BoxKey::Generate(), 60'000))),
            Outcome::kForged);
}

TEST_F(Invitations, Expire) {
  const InvitationTicket past = MakeInvitationTicket(team_.organisation.key().box_key, 1);
  const InvitationCheck check = team_.organisation.CheckInvitation(AskWith("A", past));
  EXPECT_EQ(check.outcome, Outcome::kExpired);
  EXPECT_EQ(check.last_day, 1);
}

Invitation SampleInvitation() {
  Invitation invitation{"https://Sync.Example.ORG:8443",
                        "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n",
                        {},
                        {}};
  invitation.organisation.fill(0x11);
  invitation.organisation_box.fill(0x22);
  return invitation;
}

// Computed once with an independent BLAKE2b (Python's hashlib).
TEST(InvitationText, ItsFingerprintIsPinnedAndWhiteSpaceDoesNotCount) {
  Invitation invitation = SampleInvitation();
  EXPECT_EQ(ToHex(InvitationFingerprintOf(invitation)), "b43dd2b6682978f530fa97e2f76a5940");
  invitation.ca_pem =
      "issuer: somebody\r\n-----BEGIN CERTIFICATE-----\r\nMIIBAAAA\r\n"
      "-----END CERTIFICATE-----";
  EXPECT_EQ(ToHex(InvitationFingerprintOf(invitation)), "b43dd2b6682978f530fa97e2f76a5940");
}

TEST(InvitationText, ItsFingerprintCoversBothKeysAndTheAuthority) {
  const auto fingerprint = InvitationFingerprintOf(SampleInvitation());
  for (int part = 0; part < 3; ++part) {
    Invitation other = SampleInvitation();
    if (part == 0) other.organisation.back() ^= 1;
    if (part == 1) other.organisation_box.back() ^= 1;
    if (part == 2) other.ca_pem.replace(other.ca_pem.find("MIIB"), 4, "MIIC");
    EXPECT_NE(InvitationFingerprintOf(other), fingerprint) << part;
  }
}

TEST(InvitationText, OnlyCertificatesAreTakenOfAFile) {
  const std::string certificate = SampleInvitation().ca_pem;
  EXPECT_EQ(CertificatesIn("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n" +
                           certificate + "# between\n" + certificate),
            certificate + certificate);
  EXPECT_EQ(CertificatesIn("-----BEGIN CERTIFICATE-----\nwithout an end"), "");
  EXPECT_EQ(CertificatesIn(""), "");
}

InvitationText SampleText() {
  const Invitation invitation = SampleInvitation();
  return {invitation.server_url, InvitationFingerprintOf(invitation),
          MakeInvitationTicket(*BoxKey::FromSecret(Bytes(32, 7)), 20'789, {1, 2, 3, 4, 5, 6})};
}

TEST(InvitationText, IsReadInSmallLettersOnSeveralLinesAndWithTheUsualConfusions) {
  const std::string printed = *PrintInvitationText(SampleText());
  std::string typed;
  for (const char c : printed) typed += c == '-' ? '\n' : static_cast<char>(std::tolower(c));
  std::replace(typed.begin() + static_cast<std::ptrdiff_t>(typed.rfind('/')), typed.end(), '0',
               'o');
  const auto read = ParseInvitationText("  " + typed + " \n");
  ASSERT_THAT(read, Succeeds());
  EXPECT_EQ(read->server_url, "https://sync.example.org:8443");
  EXPECT_EQ(read->fingerprint, SampleText().fingerprint);
  EXPECT_EQ(read->ticket, SampleText().ticket);
}

TEST(InvitationText, FitsTheAlphanumericModeOfACode) {
  EXPECT_EQ(PrintInvitationText(SampleText())
                ->find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"),
            std::string::npos);
}

// OpenSSL takes authorities from blocks of other labels too; the fingerprint vouches for none.
TEST_F(Invitations, AnAuthorityThatWasSlippedInIsNotKept) {
  const Invitation honest = SampleInvitation();
  const InvitationText text = SampleText();
  team_.http.Tamper([&](Bytes& answer) {
    answer = EncodeOrganisationFacts({honest.organisation, honest.organisation_box, 0,
                                      honest.ca_pem + "-----BEGIN X509 CERTIFICATE-----\nMIICCCCC\n"
                                                      "-----END X509 CERTIFICATE-----\n"});
  });
  const auto complete = CompleteInvitation(team_.http, text);
  ASSERT_THAT(complete, Succeeds());
  EXPECT_EQ(complete->ca_pem, honest.ca_pem);
}

TEST(InvitationText, AMistypedAddressIsNamed) {
  std::string text = *PrintInvitationText(SampleText());
  text.replace(text.find("8443"), 4, "8433");
  const auto read = ParseInvitationText(text);
  ASSERT_THAT(read, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(read.error().message, HasSubstr("the address"));
}

TEST(InvitationText, EveryMistypedGroupIsNamed) {
  const std::string text = *PrintInvitationText(SampleText());
  const std::size_t groups = text.rfind('/') + 1;
  for (std::size_t group = 0; group < 14; ++group) {
    std::string typed = text;
    char& letter = typed[groups + group * 6 + 2];
    letter = letter == 'X' ? 'Y' : 'X';
    const auto read = ParseInvitationText(typed);
    ASSERT_THAT(read, FailsWith(ErrorCode::kInvalidInput));
    EXPECT_THAT(read.error().message,
                testing::EndsWith("mistyped in group " + std::to_string(group + 1)));
  }
}

TEST(InvitationText, ADayIsADate) {
  EXPECT_EQ(DateOfDay(0), "1970-01-01");
  EXPECT_EQ(DateOfDay(20'789), "2026-12-02");
}

}  // namespace
}  // namespace sacoche
