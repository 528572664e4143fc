#include <cctype>

#include "tests/system/command_line.h"

// The whole way as people go it: the real command line, server and TLS.
namespace sacoche {
namespace {

class TwoLaptops : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    for (const std::string person : {"claire", "samir"}) Enrol(person);
    for (const std::string person : {"claire", "samir", "claire"}) On(person, {"sync"});
  }

  [[nodiscard]] std::vector<std::string> Admission(const std::string& phrase) const {
    return {"org",
            "admit",
            "--key",
            folder_ / "org.key",
            "--invitation",
            invitation(),
            "--phrase",
            phrase,
            "--role",
            "intervenant",
            "--space",
            "Poste de Montcel",
            "--without-invitation"};
  }

  void Enrol(const std::string& person) { Run(Admission(AskForAdmission(person))); }

  void ExpectOneDigest() { EXPECT_EQ(On("claire", {"digest"}), On("samir", {"digest"})); }
};

TEST_F(TwoLaptops, EditApartSeeTheConflictAndResolveIt) {
  const std::string id =
      On("claire", {"create", "situation", "intitule=Famille Aubrac", "danger=1"});
  On("claire", {"note", id, "Reçue à la brigade avec sa sœur."});
  for (const std::string person : {"claire", "samir"}) On(person, {"sync"});

  On("claire", {"edit", id, "danger=3"});
  On("samir", {"edit", id, "danger=2", "problematiques+=VC"});
  for (const std::string person : {"claire", "samir", "claire"}) On(person, {"sync"});
  for (const std::string person : {"claire", "samir"}) {
    const std::string conflicts = On(person, {"conflicts"});
    for (const char* shown : {"Danger", "claire", "samir", "Famille Aubrac"})
      EXPECT_NE(conflicts.find(shown), std::string::npos) << conflicts;
    EXPECT_EQ(Json::parse(On(person, {"conflicts", "--json"})).size(), 1U);
  }

  On("claire", {"resolve", id, "danger", "--value", "3"});
  for (const std::string person : {"claire", "samir"}) On(person, {"sync"});
  EXPECT_EQ(Json::parse(On("samir", {"conflicts", "--json"})).size(), 0U);
  EXPECT_NE(On("samir", {"search", "soeur"}).find("sœur"), std::string::npos);
  EXPECT_NE(On("samir", {"history", id}).find("claire"), std::string::npos);
  ExpectOneDigest();
}

TEST_F(TwoLaptops, EachSeesHowFarItsWorkHasCome) {
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  const auto expect_shown = [&](const std::string& text) {
    const std::string shown = On("claire", {"show", id});
    EXPECT_NE(shown.find(text), std::string::npos) << shown;
  };
  expect_shown("What you wrote here is on this laptop only");
  On("claire", {"sync"});
  expect_shown("What you wrote here is stored by the server, 2");
  On("samir", {"sync"});
  EXPECT_TRUE(Json::parse(On("samir", {"show", id, "--json"})).at("delivery").is_null());
  On("samir", {"note", id, "Vue."});
  for (const std::string person : {"samir", "claire"}) On(person, {"sync"});
  expect_shown("; received by samir (portable).");
  const Json delivery = Json::parse(On("claire", {"show", id, "--json"})).at("delivery");
  EXPECT_EQ(delivery.at("stage"), "stored");
  EXPECT_EQ(delivery.at("received_by"), Json::array({DeviceOf("samir")}));
}

TEST_F(TwoLaptops, EachSeesWhatItsSynchronisingTook) {
  const auto today = [&] {
    return Json::parse(On("claire", {"traffic", "--json"})).at("today").get<std::uint64_t>();
  };
  const std::uint64_t before = today();
  EXPECT_GT(before, 1000U);
  On("claire", {"sync"});
  const std::uint64_t one = today() - before;
  EXPECT_GT(one, 1000U);
  EXPECT_LT(one, 4000U) << "with nothing new";
  EXPECT_NE(On("claire", {"traffic", "--day-mb", "5"}).find("of 5.0 MB a day"), std::string::npos);
  EXPECT_NE(On("claire", {"status"}).find("of 5.0 MB a day"), std::string::npos);
  EXPECT_EQ(On("claire", {"traffic", "--no-budget"}).find(" a day"), std::string::npos);
}

TEST_F(TwoLaptops, OnlyItsOwnPhraseAdmitsAThird) {
  std::string phrase = AskForAdmission("helene");
  std::vector<std::string> wrong = Admission("tulipe papillon moulin neige orage cigogne");
  wrong.insert(wrong.begin(), SACOCHE_BINARY);
  const auto exit = RunProgram({wrong, folder_ / "out", folder_ / "wrong"});
  EXPECT_EQ(exit.status, 1);
  EXPECT_NE(ReadTextFile(folder_ / "wrong").find("Have all six words read again"),
            std::string::npos);

  for (char& c : phrase) c = c == ' ' ? ',' : static_cast<char>(std::toupper(c));
  Run(Admission(phrase));
  On("helene", {"sync"});
  EXPECT_EQ(Json::parse(On("helene", {"status", "--json"}))["admitted"], true);
}

TEST_F(TwoLaptops, WorkGoesOnWhileTheServerIsAwayAndArrivesLater) {
  EXPECT_EQ(server_.Terminate().status, 0);
  const std::string id = On("claire", {"create", "situation", "intitule=Sans réseau"});
  const auto exit = RunProgram(
      {{SACOCHE_BINARY, "--store", folder_ / "claire", "sync"}, folder_ / "out", folder_ / "away"});
  EXPECT_EQ(exit.status, 3);
  EXPECT_NE(ReadTextFile(folder_ / "away").find("Your work is kept"), std::string::npos);
  server_.Start();
  for (const std::string person : {"claire", "samir"}) On(person, {"sync"});
  EXPECT_NE(On("samir", {"show", id}).find("Sans réseau"), std::string::npos);
  ExpectOneDigest();
}

// Samir's laptop is stolen, and the thief has his passphrase.
TEST_F(TwoLaptops, AWithdrawnLaptopDestroysItsStoreAndItsColleagueGoesOn) {
  const std::string id = On("claire", {"create", "situation", "intitule=Avant"});
  for (const std::string person : {"claire", "samir"}) On(person, {"sync"});
  const std::string samirs = Json::parse(On("samir", {"status", "--json"}))["device_id"];
  ASSERT_TRUE(std::filesystem::exists(folder_ / "samir/sacoche.db"));
  const std::string said = Run({"org", "revoke", samirs.substr(0, 12), "--key", folder_ / "org.key",
                                "--invitation", invitation(), "--reason", "lost"});
  EXPECT_NE(said.find("samir"), std::string::npos) << said;
  On("claire", {"sync"});
  On("claire", {"edit", id, "intitule=Après"});
  On("claire", {"sync"});

  EXPECT_NE(On("samir", {"show", id}).find("Avant"), std::string::npos);
  const auto refused = RunProgram({{SACOCHE_BINARY, "--store", folder_ / "samir", "sync"},
                                   folder_ / "out",
                                   folder_ / "refused"});
  EXPECT_EQ(refused.status, 6);
  EXPECT_NE(ReadTextFile(folder_ / "refused").find("withdrawn"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "samir/sacoche.db"));
  const auto gone = RunProgram({{SACOCHE_BINARY, "--store", folder_ / "samir", "show", id},
                                folder_ / "out",
                                folder_ / "gone"});
  EXPECT_NE(gone.status, 0);
  EXPECT_NE(On("claire", {"show", id}).find("Après"), std::string::npos);
  EXPECT_EQ(Json::parse(On("claire", {"status", "--json"}))["changes_waiting"], 0);
}

// One dossier for the nurse of another circle, with the real programs.
TEST_F(TwoLaptops, ADossierIsSharedWithANurseAndNoLonger) {
  const std::string claires = Json::parse(On("claire", {"status", "--json"}))["device_id"];
  Org({"post", "add", "Aubrac", "--member", claires.substr(0, 8)});
  Org({"admit", "--phrase", AskForAdmission("ines"), "--role", "clinicien", "--post", "Aubrac",
       "--without-invitation"});
  for (const std::string person : {"claire", "ines", "claire"}) On(person, {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac", "danger=2",
                                       "--space", "Aubrac"});
  On("claire", {"create", "situation", "intitule=Famille Dourdan", "--space", "Aubrac"});
  On("claire", {"share", id, "--with", "ines", "--days", "30"});
  for (const std::string person : {"claire", "ines"}) On(person, {"sync"});
  const std::string lent = On("ines", {"list", "situation"});
  EXPECT_NE(lent.find("Famille Aubrac"), std::string::npos) << lent;
  EXPECT_EQ(lent.find("Famille Dourdan"), std::string::npos) << lent;
  EXPECT_EQ(Json::parse(On("claire", {"sharings", "--json"}))[0]["state"], "stands");

  On("claire", {"unshare", id});
  for (const std::string person : {"claire", "ines"}) On(person, {"sync"});
  EXPECT_EQ(On("ines", {"list", "situation"}).find("Famille"), std::string::npos);
  EXPECT_NE(On("claire", {"show", id}).find("Famille Aubrac"), std::string::npos);
}

}  // namespace
}  // namespace sacoche
