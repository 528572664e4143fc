#include <fstream>

#include "engine/first_contact.h"
#include "engine/seal/organisation_key.h"
#include "samples/cli/invitation.h"
#include "tests/system/command_line.h"

// From an invitation to the first synchronisation, and whatever may go wrong on the way, with the
// real command line, server and TLS.
namespace sacoche {
namespace {

class InvitationByCommandLine : public CommandLineAndServer {
 protected:
  Json Invite(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"invite", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return Json::parse(Org(words));
  }

  static std::vector<std::string> Enrolment(const std::string& option, const std::string& value) {
    return {"enrol",    option,     value,    "--person",    "Claire",
            "--device", "portable", "--json", "--unlock-ms", "50"};
  }
  Ended EnrolWithText(const std::string& laptop, const std::string& text) {
    return TryOn(laptop, Enrolment("--invitation-text", text));
  }
  static std::string PhraseOf(const Ended& enrolled) {
    EXPECT_EQ(enrolled.status, 0) << enrolled.err;
    return enrolled.status == 0 ? Json::parse(enrolled.out).at("comparison_phrase") : Json("");
  }
  Ended Admit(const std::string& phrase, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {
        "org",      "admit", "--key",  folder_ / "org.key", "--invitation", invitation(),
        "--phrase", phrase,  "--role", "intervenant",       "--space",      "Poste de Montcel"};
    words.insert(words.end(), more.begin(), more.end());
    return Try(words);
  }

  // The invitation that the founding left, with this ticket.
  std::string FileWith(const InvitationTicket& ticket) {
    auto decoded = DecodeInvitation(ReadTextFile(invitation()));
    decoded->ticket = ticket;
    std::ofstream(folder_ / "other.json") << EncodeInvitation(*decoded);
    return folder_ / "other.json";
  }

  // As if it had been made long ago.
  InvitationTicket PastTicket() {
    const std::string file = ReadTextFile(folder_ / "org.key");
    const auto key = DecodeOrganisationKey(ViewOf(file), ViewOf("quatre mots au hasard"));
    return MakeInvitationTicket(key->box_key, 20'000);
  }

  void ExpectNothingWasMade(const std::string& laptop) {
    EXPECT_FALSE(std::filesystem::exists(folder_ / laptop));
  }

  static void Expect(const Ended& ended, int status, const std::string& message,
                     const std::string& advice) {
    EXPECT_EQ(ended.status, status) << ended.out;
    EXPECT_NE(ended.err.find(message), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find(advice), std::string::npos) << ended.err;
  }
};

TEST_F(InvitationByCommandLine, TheTextAloneLeadsToTheFirstSync) {
  const Json invited = Invite({"--person", "Claire Maupin", "--days", "2"});
  EXPECT_TRUE(invited["warning"].is_null()) << invited;
  std::string typed = invited["text"];
  for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  const std::string phrase = PhraseOf(EnrolWithText("claire", typed));
  EXPECT_EQ(Json::parse(Org({"requests", "--json"}))[0]["invitation"], "good");
  const Ended wrong = Admit("tulipe papillon moulin neige orage cigogne");
  Expect(wrong, 1, "no laptop with this phrase asks", "Have all six words read again");
  EXPECT_EQ(Admit(phrase).status, 0);
  On("claire", {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  On("claire", {"sync"});
  EXPECT_EQ(Json::parse(On("claire", {"status", "--json"}))["changes_waiting"], 0);
}

TEST_F(InvitationByCommandLine, ForPeopleItIsATextOnLinesAndACode) {
  const std::string shown = Org({"invite", "--person", "Claire Maupin"});
  EXPECT_NE(shown.find("Invitation for Claire Maupin: one laptop, once, until 2"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("    SACOCHE1/127.0.0.1:"), std::string::npos) << shown;
  EXPECT_NE(shown.find("█ ▄▄▄▄▄ █"), std::string::npos) << shown;
}

TEST_F(InvitationByCommandLine, ItAdmitsOneLaptopOnce) {
  const std::string text = Invite()["text"];
  EXPECT_EQ(Admit(PhraseOf(EnrolWithText("claire", text))).status, 0);
  const std::string second = PhraseOf(EnrolWithText("stranger", text));
  EXPECT_EQ(Json::parse(Org({"requests", "--json"}))[0]["invitation"], "used");
  Expect(Admit(second), 1, "was used already, by the laptop", "somebody else has the invitation");
  EXPECT_EQ(Admit(second, {"--without-invitation"}).status, 0);
}

TEST_F(InvitationByCommandLine, AnExpiredOneIsNamedToTheLaptopAndToTheAdministrator) {
  const auto place = DecodeInvitation(ReadTextFile(invitation()));
  const auto text =
      PrintInvitationText({place->server_url, InvitationFingerprintOf(*place), PastTicket()});
  Expect(EnrolWithText("claire", *text), 1, "has expired: it was good until 2024-10-04",
         "Ask your administrator for a new one");
  ExpectNothingWasMade("claire");
  const std::string phrase =
      PhraseOf(TryOn("claire", Enrolment("--invitation", FileWith(PastTicket()))));
  Expect(Admit(phrase), 1, "has expired: it was good until 2024-10-04", "sacoche org invite");
  // The same laptop with a good one.
  EXPECT_EQ(Admit(PhraseOf(EnrolWithText("claire", Invite()["text"]))).status, 0);
}

TEST_F(InvitationByCommandLine, OneThatNobodyMadeOrThatHasNoTicketAdmitsNobody) {
  InvitationTicket forged = PastTicket();
  forged.last_day = 50'000;
  Expect(Admit(PhraseOf(TryOn("claire", Enrolment("--invitation", FileWith(forged))))), 6,
         "was not made with this organisation's key", "Ask its owner where it came from");
  Expect(Admit(AskForAdmission("samir")), 1, "without an invitation of its own",
         "--without-invitation");
}

TEST_F(InvitationByCommandLine, AnotherOrganisationsServerIsToldNothing) {
  ServerProcess other;
  Run({"org", "create", "--key", folder_ / "other.key", "--server", "https://" + other.address(),
       "--ca", other.ca_path(), "--space", "Poste"});
  auto text = ParseInvitationText(std::string(Invite()["text"]));
  text->server_url = "https://" + other.address();
  Expect(EnrolWithText("claire", *PrintInvitationText(*text)), 6,
         "not the one that the invitation vouches for", "Nothing was sent to it");
  ExpectNothingWasMade("claire");
  EXPECT_EQ(Run({"org", "requests", "--json", "--key", folder_ / "other.key", "--server",
                 "https://" + other.address(), "--ca", other.ca_path()}),
            "[]");
}

// What it says is right, and whoever holds its key is not whom the authority vouches for.
TEST_F(InvitationByCommandLine, AServerThatRepeatsTheRightFactsIsSentNothing) {
  ServerProcess impostor;
  Run({"org", "create", "--key", folder_ / "org.key", "--resume", "--server",
       "https://" + impostor.address(), "--ca", impostor.ca_path(), "--space", "Poste"});
  std::filesystem::copy_file(server_.ca_path(), impostor.tls_folder() + "/ca.pem",
                             std::filesystem::copy_options::overwrite_existing);
  impostor.Terminate();
  impostor.Start();
  auto text = ParseInvitationText(std::string(Invite()["text"]));
  text->server_url = "https://" + impostor.address();
  Expect(EnrolWithText("claire", *PrintInvitationText(*text)), 6,
         "the server's certificate is not the organisation's", "check the server's address");
}

TEST_F(InvitationByCommandLine, AServerOfNobodySaysSo) {
  const ServerProcess other;
  auto text = ParseInvitationText(std::string(Invite()["text"]));
  text->server_url = "https://" + other.address();
  Expect(EnrolWithText("claire", *PrintInvitationText(*text)), 1, "serves no organisation yet",
         "Tell your administrator");
}

TEST_F(InvitationByCommandLine, WhatIsMistypedIsNamed) {
  std::string text = Invite()["text"];
  std::string groups = text;
  groups.back() = groups.back() == '7' ? '8' : '7';
  groups[groups.rfind('/') + 1] = groups[groups.rfind('/') + 1] == '7' ? '8' : '7';
  Expect(EnrolWithText("claire", groups), 1, "mistyped in group 1, 14", "letter by letter");
  std::string address = text;
  address.replace(address.find("127.0.0.1"), 9, "127.0.0.2");
  Expect(EnrolWithText("claire", address), 1, "the address in the invitation is mistyped",
         "between the two slashes");
  Expect(EnrolWithText("claire", text.substr(text.find('/'))), 1, "is not an invitation",
         "from SACOCHE1 on");
  Expect(EnrolWithText("claire", text.substr(0, text.size() - 3)), 1, "67 were typed",
         "Type all 14 groups");
  ExpectNothingWasMade("claire");
}

TEST_F(InvitationByCommandLine, WhileTheServerIsAwayNothingIsLost) {
  const std::string text = Invite()["text"];
  server_.Terminate();
  Expect(EnrolWithText("claire", text), 3, "the server cannot be reached",
         "the invitation stays good");
  const Json offline = Invite();
  EXPECT_NE(std::string(offline["warning"]).find("cannot be reached from here"), std::string::npos);
  server_.Start();
  EXPECT_EQ(Admit(PhraseOf(EnrolWithText("claire", text))).status, 0);
}

TEST_F(InvitationByCommandLine, AServerThatWithholdsItsAuthorityIsFoundOutByTheAdministratorFirst) {
  server_.Terminate();
  server_.WithholdAuthority();
  server_.Start();
  const Json invited = Invite({"--out", folder_ / "claire.json"});
  EXPECT_NE(std::string(invited["warning"]).find("NO LAPTOP CAN ENROL"), std::string::npos);
  Expect(EnrolWithText("claire", invited["text"]), 1, "from which authority its certificate comes",
         "enrol with the invitation as a file");
  // The file says what the server does not.
  EXPECT_EQ(
      Admit(PhraseOf(TryOn("claire", Enrolment("--invitation", folder_ / "claire.json")))).status,
      0);
}

TEST_F(InvitationByCommandLine, ItWantsOneInvitationAndNotTwo) {
  EXPECT_EQ(TryOn("claire", {"enrol", "--person", "C", "--device", "p"}).status, 2);
  EXPECT_EQ(TryOn("claire", {"enrol", "--person", "C", "--device", "p", "--invitation", "x",
                             "--invitation-text", "y"})
                .status,
            2);
}

}  // namespace
}  // namespace sacoche
