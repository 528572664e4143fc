#include <fstream>

#include "tests/system/command_line.h"

// Laptops that are lost, and people who left, as it goes with the real command line and server.
namespace sacoche {
namespace {

class RecoveryByCommandLine : public CommandLineAndServer {
 protected:
  // Makes the laptop and has it admitted into a post, in a role.
  void EnrolAt(const std::string& post, const std::string& role, const std::string& laptop) {
    Org({"admit", "--phrase", AskForAdmission(laptop), "--role", role, "--post", post,
         "--without-invitation"});
  }

  // Makes the laptop and has it admitted; gives its recovery code.
  std::string Enrol(const std::string& laptop, const std::string& person,
                    const std::string& same_as = "") {
    const Ended ended = TryOn(laptop, {"enrol", "--invitation", invitation(), "--person", person,
                                       "--device", laptop, "--json", "--unlock-ms", "50"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    std::vector<std::string> admit = {"admit",
                                      "--phrase",
                                      Json::parse(ended.out).at("comparison_phrase"),
                                      "--role",
                                      "intervenant",
                                      "--space",
                                      "Poste de Montcel",
                                      "--without-invitation"};
    if (!same_as.empty()) admit.insert(admit.end(), {"--same-person-as", same_as});
    Org(admit);
    const std::size_t begin = ended.err.find("\n\n    ");
    EXPECT_NE(begin, std::string::npos) << ended.err;
    return ended.err.substr(begin + 6, ended.err.find('\n', begin + 6) - begin - 6);
  }

  std::string CodeFile(const std::string& code) {
    std::ofstream(folder_ / "code") << code << "\n";
    return folder_ / "code";
  }

  Json StatusOf(const std::string& laptop) { return Json::parse(On(laptop, {"status", "--json"})); }
  std::string IdOf(const std::string& laptop) { return StatusOf(laptop)["device_id"]; }
};

TEST_F(RecoveryByCommandLine, ACodeOnPaperRestoresALostLaptopsSpacesOnANewOne) {
  const std::string code = Enrol("portable-1", "Claire");
  Enrol("samir", "Samir");
  EXPECT_EQ(StatusOf("portable-1")["recovery"]["code"], "waiting");
  for (const std::string laptop : {"portable-1", "samir", "portable-1"}) On(laptop, {"sync"});
  EXPECT_EQ(StatusOf("portable-1")["recovery"]["code"], "in_force");
  const std::string id = On("portable-1", {"create", "situation", "intitule=Envoyée"});
  for (const std::string laptop : {"portable-1", "samir"}) On(laptop, {"sync"});
  On("portable-1", {"create", "situation", "intitule=Perdue"});  // never sent
  const std::string lost = IdOf("portable-1");

  Org({"revoke", lost.substr(0, 12), "--reason", "lost"});
  Enrol("portable-2", "Claire", lost.substr(0, 12));
  const Ended mistyped =
      TryOn("portable-2", {"recover", "--recovery-code-file", CodeFile("AAAAA" + code.substr(5))});
  EXPECT_EQ(mistyped.status, 1);
  EXPECT_NE(mistyped.err.find("mistyped in group 1"), std::string::npos) << mistyped.err;
  const Ended wrong = TryOn("portable-2", {"recover", "--recovery-code-file",
                                           CodeFile("00000-00001-00002-00003-00004-00005-00006")});
  EXPECT_EQ(wrong.status, 1) << wrong.err;
  EXPECT_NE(wrong.err.find("not the code of a lost laptop"), std::string::npos) << wrong.err;
  EXPECT_NE(TryOn("portable-2", {"show", id}).status, 0);

  const Json done =
      Json::parse(On("portable-2", {"recover", "--recovery-code-file", CodeFile(code), "--json"}));
  EXPECT_EQ(done["lost"]["device_id"], lost);
  EXPECT_EQ(done["lost"]["device"], "portable-1");
  EXPECT_EQ(done["records"], 1);
  EXPECT_EQ(done["spaces"][0]["name"], "Poste de Montcel");
  EXPECT_TRUE(done["last_received"].is_string()) << done;
  EXPECT_NE(On("portable-2", {"show", id}).find("Envoyée"), std::string::npos);
  EXPECT_EQ(On("portable-2", {"search", "Perdue"}), "No records.");
  EXPECT_EQ(StatusOf("portable-2")["recovery"]["code"], "in_force");
  // The code has served: what it opens now, it opens to nobody.
  const Ended again = TryOn("portable-2", {"recover", "--recovery-code-file", CodeFile(code)});
  EXPECT_EQ(again.status, 1) << again.out;

  // Samir is told until he says that he knows.
  EXPECT_NE(On("samir", {"sync"}).find("A recovery"), std::string::npos);
  const Json notices = StatusOf("samir")["recovery"]["notices"];
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0]["by"], "code");
  EXPECT_EQ(notices[0]["person"], "Claire");
  EXPECT_EQ(notices[0]["device"], "portable-2");
  EXPECT_EQ(notices[0]["spaces"][0]["name"], "Poste de Montcel");
  EXPECT_NE(On("samir", {"status"}).find("RECOVERY"), std::string::npos);
  On("samir", {"recovery-seen"});
  On("samir", {"sync"});
  EXPECT_TRUE(StatusOf("samir")["recovery"]["notices"].empty());
  EXPECT_EQ(Json::parse(Org({"show", "--json"}))["recoveries"].size(), 1U);
  EXPECT_EQ(On("portable-2", {"digest"}), On("samir", {"digest"}));
}

TEST_F(RecoveryByCommandLine, ANewCodeTakesThePlaceOfTheOldPaper) {
  const std::string code = Enrol("portable-1", "Claire");
  On("portable-1", {"sync"});
  const Ended changed = TryOn("portable-1", {"recovery-code"});
  ASSERT_EQ(changed.status, 0) << changed.err;
  const std::size_t begin = changed.err.find("\n\n    ") + 6;
  const std::string fresh = changed.err.substr(begin, changed.err.find('\n', begin) - begin);
  ASSERT_NE(fresh, code);
  const std::string id = On("portable-1", {"create", "situation", "intitule=Après"});
  On("portable-1", {"sync"});
  const std::string lost = IdOf("portable-1");
  Org({"revoke", lost, "--reason", "replaced"});
  Enrol("portable-2", "Claire", lost);
  EXPECT_EQ(TryOn("portable-2", {"recover", "--recovery-code-file", CodeFile(code)}).status, 1);
  const std::string said = On("portable-2", {"recover", "--recovery-code-file", CodeFile(fresh)});
  EXPECT_NE(said.find("not sent is lost"), std::string::npos) << said;
  EXPECT_NE(On("portable-2", {"show", id}).find("Après"), std::string::npos);
}

TEST_F(RecoveryByCommandLine, TheHoldersRestoreAPostWhosePeopleAreAllGone) {
  Enrol("claire", "Claire");
  Enrol("samir", "Samir");
  for (const std::string laptop : {"claire", "samir", "claire"}) On(laptop, {"sync"});
  const std::string shares = folder_ / "shares";
  Org({"recovery", "split", "--needed", "2", "--holders", "3", "--out", shares});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  EXPECT_EQ(Json::parse(Org({"show", "--json"}))["spaces"][0]["recoverable"], false);
  On("claire", {"sync"});
  EXPECT_EQ(Json::parse(Org({"show", "--json"}))["spaces"][0]["recoverable"], true);
  EXPECT_EQ(StatusOf("claire")["recovery"]["organisation"], true);
  for (const std::string laptop : {"claire", "samir"})
    Org({"revoke", IdOf(laptop), "--reason", "departure"});

  Enrol("helene", "Hélène");
  On("helene", {"sync"});
  EXPECT_NE(TryOn("helene", {"show", id}).status, 0);
  const std::string helenes = IdOf("helene");
  const std::vector<std::string> use = {"org",          "recovery",
                                        "use",          helenes,
                                        "--key",        folder_ / "org.key",
                                        "--invitation", invitation(),
                                        "--share-file", shares + "/share-3-of-3.txt"};
  const Ended too_few = Try(use);
  EXPECT_EQ(too_few.status, 1);
  EXPECT_NE(too_few.err.find("1 is missing"), std::string::npos) << too_few.err;
  const Json done =
      Json::parse(Org({"recovery", "use", helenes, "--share-file", shares + "/share-3-of-3.txt",
                       "--share-file", shares + "/share-1-of-3.txt", "--json"}));
  EXPECT_EQ(done["opened"][0]["name"], "Poste de Montcel");
  EXPECT_TRUE(done["not_given"].empty());
  On("helene", {"sync"});
  EXPECT_NE(On("helene", {"show", id}).find("Famille Aubrac"), std::string::npos);
  const Json notices = StatusOf("helene")["recovery"]["notices"];
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0]["by"], "organisation");
  On("helene", {"edit", id, "intitule=Famille Aubrac, suite"});
  On("helene", {"sync"});
  EXPECT_EQ(StatusOf("helene")["changes_waiting"], 0);
}

// The post's only laptop is away; a supervisor has to know tonight.
TEST_F(RecoveryByCommandLine, ASupervisorReadsOneCaseByForceAndThePostSeesIt) {
  Org({"post", "add", "Aubrac"});
  EnrolAt("Aubrac", "intervenant", "claire");
  EnrolAt("Aubrac", "superviseur", "helene");
  std::filesystem::create_directory(folder_ / "shares");
  Org({"recovery", "split", "--needed", "2", "--holders", "3", "--out", folder_ / "shares"});
  for (const std::string laptop : {"claire", "helene", "claire"}) On(laptop, {"sync"});
  On("claire", {"create", "situation", "intitule=Famille Aubrac", "danger=3"});
  On("claire", {"create", "situation", "intitule=Famille Dourdan", "danger=1"});
  for (const std::string laptop : {"claire", "helene"}) On(laptop, {"sync"});

  const Json followed =
      Json::parse(On("helene", {"list", "suivi", "--where", "danger=3", "--json"}));
  ASSERT_EQ(followed.size(), 1U);
  const std::string follow_up = followed[0]["id"];
  On("helene", {"ask", follow_up, "--reason", "Appel du parquet"});
  On("helene", {"sync"});
  const std::vector<std::string> command = {
      "break-glass",  follow_up,
      "--post",       "Aubrac",
      "--for",        IdOf("helene"),
      "--reason",     "Appel du parquet, intervenante injoignable",
      "--share-file", folder_ / "shares/share-1-of-3.txt"};
  std::vector<std::string> one_share = command;
  one_share.insert(one_share.begin(), "org");
  one_share.insert(one_share.end(), {"--key", folder_ / "org.key", "--invitation", invitation()});
  // Until the organisation says that it may be.
  const Ended not_allowed = Try(one_share);
  EXPECT_EQ(not_allowed.status, 6);
  EXPECT_NE(not_allowed.err.find("policy lets no case"), std::string::npos) << not_allowed.err;
  EXPECT_EQ(Json::parse(Org({"policy", "--json"})),
            Json({{"lock_after_days", 30}, {"break_glass_hours_max", 0}}));
  Org({"policy", "--break-glass-hours", "2", "--lock-after-days", "21"});
  EXPECT_EQ(Json::parse(Org({"show", "--json"}))["policy"],
            Json({{"lock_after_days", 21}, {"break_glass_hours_max", 2}}));
  std::vector<std::string> too_long = one_share;
  too_long.insert(too_long.end(), {"--hours", "3"});
  const Ended too_many_hours = Try(too_long);
  EXPECT_EQ(too_many_hours.status, 1);
  EXPECT_NE(too_many_hours.err.find("at most 2 h"), std::string::npos) << too_many_hours.err;
  EXPECT_EQ(Try(one_share).status, 1);
  std::vector<std::string> two_shares = command;
  two_shares.insert(two_shares.end(), {"--share-file", folder_ / "shares/share-3-of-3.txt"});
  EXPECT_NE(Org(two_shares).find("Opened for 2 hours"), std::string::npos);
  Org({"policy", "--no-break-glass"});
  EXPECT_EQ(Json::parse(Org({"policy", "--json"})),
            Json({{"lock_after_days", 21}, {"break_glass_hours_max", 0}}));

  On("helene", {"sync"});
  const std::string read = On("helene", {"list", "situation"});
  EXPECT_NE(read.find("Famille Aubrac"), std::string::npos) << read;
  EXPECT_EQ(read.find("Famille Dourdan"), std::string::npos) << read;

  On("claire", {"sync"});
  EXPECT_EQ(StatusOf("claire")["locks_in_days"], 21);
  EXPECT_EQ(StatusOf("claire")["days_since_sync"], 0);
  EXPECT_EQ(StatusOf("claire")["locked"], false);
  const Json sharings = Json::parse(On("claire", {"sharings", "--json"}));
  ASSERT_EQ(sharings.size(), 1U);
  EXPECT_EQ(sharings[0]["on_request"], true);
  EXPECT_EQ(sharings[0]["with"][0], "helene");
  const std::string log = On("claire", {"list", "journal_acces", "--json"});
  EXPECT_NE(log.find("BRIS_DE_GLACE"), std::string::npos) << log;
  EXPECT_NE(log.find("DEMANDE"), std::string::npos) << log;
  EXPECT_NE(On("claire", {"status"}).find("ecover"), std::string::npos);
  On("claire",
     {"edit",
      Json::parse(On("claire", {"list", "situation", "--where", "danger=1", "--json"}))[0]["id"],
      "danger=2"});
  On("claire", {"sync"});
}

}  // namespace
}  // namespace sacoche
