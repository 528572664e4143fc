#include <gmock/gmock.h>

#include "tests/system/command_line.h"

// A referent admits and withdraws with a key file of his own, through the real programs.
namespace sacoche {
namespace {

using testing::HasSubstr;

class OfficerCommands : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    setenv("SACOCHE_OFFICER_PASSPHRASE", "encore une autre phrase", 1);
    for (const char* post : {"Dourdan", "Étampes"}) Org({"post", "add", post});
  }

  Ended With(const std::string& key, const char* passphrase, std::vector<std::string> words) {
    setenv("SACOCHE_PASSPHRASE", passphrase, 1);
    words.insert(words.begin(), "org");
    words.insert(words.end(), {"--key", folder_ / key, "--invitation", invitation()});
    Ended ended = Try(words);
    setenv("SACOCHE_PASSPHRASE", "quatre mots au hasard", 1);
    return ended;
  }
  Ended AsReferent(const std::vector<std::string>& words) {
    return With("referent.key", "encore une autre phrase", words);
  }

  static std::vector<std::string> Admission(const std::string& phrase, const std::string& post) {
    return {"admit",       "--phrase", phrase, "--role",
            "intervenant", "--post",   post,   "--without-invitation"};
  }

  Json Shown() { return Json::parse(Org({"show", "--json"})); }
};

TEST_F(OfficerCommands, AReferentWorksWithinHisPostUntilHeIsDismissed) {
  const std::string officer =
      Json::parse(Org({"appoint", "--officer-key", folder_ / "referent.key", "--rank", "referent",
                       "--post", "Dourdan", "--json"}))["officer_id"];
  const std::string phrase = AskForAdmission("claire");
  EXPECT_THAT(AsReferent({"requests"}).out, HasSubstr("claire"));
  const Ended elsewhere = AsReferent(Admission(phrase, "Étampes"));
  EXPECT_EQ(elsewhere.status, 6);
  EXPECT_THAT(elsewhere.err, HasSubstr("the spaces of his own post only"));
  const Ended admitted = AsReferent(Admission(phrase, "Dourdan"));
  ASSERT_EQ(admitted.status, 0) << admitted.err;
  On("claire", {"sync"});
  On("claire", {"create", "situation", "intitule=Reçue", "--space", "Dourdan"});
  On("claire", {"sync"});

  Org(Admission(AskForAdmission("samir"), "Étampes"));
  const std::string claire = DeviceOf("claire");
  const std::string samir = DeviceOf("samir");
  const Ended beyond = AsReferent({"revoke", samir, "--reason", "lost"});
  EXPECT_EQ(beyond.status, 6);
  EXPECT_THAT(beyond.err, HasSubstr("beyond this referent's post"));
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"post", "add", "Mien"},
           {"policy", "--lock-after-days", "3"},
           {"appoint", "--officer-key", folder_ / "x.key", "--rank", "administrator"},
           {"recovery", "split", "--needed", "2", "--holders", "3"}})
    EXPECT_EQ(AsReferent(words).status, 6) << words.front();
  EXPECT_EQ(AsReferent({"revoke", claire, "--reason", "lost"}).status, 0);
  EXPECT_EQ(TryOn("claire", {"sync"}).status, 6);

  EXPECT_EQ(Shown()["officers"][0]["rank"], "referent");
  Org({"dismiss", officer.substr(0, 8)});
  EXPECT_EQ(Shown()["officers"][0]["rank"], nullptr);
  const Ended dismissed = AsReferent({"requests"});
  EXPECT_EQ(dismissed.status, 6);
  EXPECT_THAT(dismissed.err, HasSubstr("no officer's"));
}

TEST_F(OfficerCommands, ARankCanBeChangedAndAKeyFileIsNeverOverwritten) {
  const std::string officer =
      Json::parse(Org({"appoint", "--officer-key", folder_ / "referent.key", "--rank", "referent",
                       "--post", "Dourdan", "--json"}))["officer_id"];
  EXPECT_EQ(AsReferent({"space", "add", "Autre"}).status, 6);
  Org({"appoint", "--officer", officer, "--rank", "administrator"});
  EXPECT_EQ(AsReferent({"space", "add", "Autre"}).status, 0);

  const Ended again =
      With("org.key", "quatre mots au hasard",
           {"appoint", "--officer-key", folder_ / "referent.key", "--rank", "administrator"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("already"));
  EXPECT_EQ(Shown()["officers"].size(), 1U);
}

TEST_F(OfficerCommands, ShowGroupsLaptopsByTheirOwners) {
  Org(Admission(AskForAdmission("claire"), "Dourdan"));
  const std::string first = Shown()["members"][0]["device_id"];
  auto second = Admission(AskForAdmission("claire-2"), "Dourdan");
  second.insert(second.end(), {"--same-person-as", first});
  Org(second);
  Org(Admission(AskForAdmission("samir"), "Dourdan"));
  const Json shown = Shown();
  EXPECT_EQ(shown["members"].size(), 3U);
  ASSERT_EQ(shown["people"].size(), 2U);
  EXPECT_EQ(shown["people"][0]["devices"].size(), 2U);
  EXPECT_EQ(shown["people"][1]["person"], "samir");
  EXPECT_THAT(Org({"show"}), HasSubstr("People:\n  claire"));
}

}  // namespace
}  // namespace sacoche
