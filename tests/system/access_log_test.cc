#include "tests/system/command_line.h"

// Who reads what leaves a trace that the supervisor reads, with the real command line and server.
namespace sacoche {
namespace {

class AccessLogByCommandLine : public CommandLineAndServer {
 protected:
  void Enrol(const std::string& laptop, const std::string& role) {
    Org({"admit", "--phrase", AskForAdmission(laptop), "--role", role, "--post", "Aubrac",
         "--without-invitation"});
  }
  Json Log(const std::string& laptop, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"access-log", "--json"});
    return Json::parse(On(laptop, more));
  }
};

TEST_F(AccessLogByCommandLine, ReadingAndExportingAreSeenByThoseWhoMayAndByNobodyElse) {
  Org({"post", "add", "Aubrac"});
  Enrol("claire", "intervenant");
  Enrol("helene", "superviseur");
  Enrol("adjudant", "superviseur-fonctionnel");
  for (const std::string laptop : {"claire", "helene", "adjudant", "claire"}) On(laptop, {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});

  On("claire", {"show", id});
  On("claire", {"show", id});
  On("claire", {"history", id});
  EXPECT_EQ(Log("claire").size(), 1U);
  On("claire", {"show", id, "--reason", "Demande du parquet"});
  const Ended no_reason = TryOn("claire", {"export", "--out", folder_ / "export"});
  EXPECT_EQ(no_reason.status, 1);
  EXPECT_NE(no_reason.err.find("reason"), std::string::npos) << no_reason.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "export"));
  On("claire", {"export", "--out", folder_ / "export", "--reason", "Changement de poste"});
  for (const std::string laptop : {"claire", "helene", "adjudant"}) On(laptop, {"sync"});

  const Json seen = Log("helene");
  ASSERT_EQ(seen.size(), 3U) << seen;
  EXPECT_EQ(seen[0]["gesture"], "EXPORT");
  EXPECT_EQ(seen[0]["reason"], "Changement de poste");
  EXPECT_EQ(seen[0]["author"], "claire");
  EXPECT_EQ(seen[1]["reason"], "Demande du parquet");
  EXPECT_EQ(seen[2]["gesture"], "LECTURE");
  EXPECT_EQ(seen[2]["record"], id);
  EXPECT_EQ(seen[2]["reason"], nullptr);
  EXPECT_TRUE(seen[2]["at"].is_string());
  EXPECT_EQ(Log("helene", {"--record", id}).size(), 2U);
  EXPECT_EQ(Log("helene", {"--since", "2999-01-01"}).size(), 0U);
  EXPECT_NE(On("helene", {"access-log"}).find("the whole post"), std::string::npos);
  EXPECT_EQ(TryOn("helene", {"access-log", "--since", "hier"}).status, 1);
  // The host holds no key of it.
  EXPECT_EQ(On("adjudant", {"access-log"}), "No entries.");

  // An entry stays as it is.
  const std::string entry = seen[2]["id"];
  for (const char* change : {"effacement=DEMANDE", "geste=EXPORT", "motif=autre"})
    EXPECT_EQ(TryOn("claire", {"edit", entry, change}).status, 6) << change;
  EXPECT_EQ(Log("claire"), Log("helene"));
}

// A list in lines is how one finds the record that one means; whole records are read.
TEST_F(AccessLogByCommandLine, WholeRecordsOutOfAListAreRead) {
  Org({"post", "add", "Aubrac"});
  Enrol("claire", "intervenant");
  for (int i = 0; i < 2; ++i) On("claire", {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  On("claire", {"create", "situation", "intitule=Famille Martin"});
  EXPECT_NE(On("claire", {"list", "situation"}).find("Aubrac"), std::string::npos);
  EXPECT_NE(On("claire", {"search", "aubrac"}).find("Aubrac"), std::string::npos);
  EXPECT_EQ(Log("claire").size(), 0U);
  On("claire", {"search", "aubrac", "--json"});
  ASSERT_EQ(Log("claire").size(), 1U);
  EXPECT_EQ(Log("claire")[0]["record"], id);
  EXPECT_EQ(Log("claire")[0]["gesture"], "LECTURE");
  On("claire", {"list", "situation", "--json"});
  EXPECT_EQ(Log("claire").size(), 2U);
}

TEST_F(AccessLogByCommandLine, NothingGoesOntoPaperWithoutAReasonThatThePostReads) {
  Org({"post", "add", "Aubrac"});
  Enrol("claire", "intervenant");
  for (int i = 0; i < 2; ++i) On("claire", {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  On("claire", {"note", id, "Appelée ce matin"});

  const Ended no_reason = TryOn("claire", {"print", id, "--out", folder_ / "page"});
  EXPECT_EQ(no_reason.status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "page"));
  EXPECT_EQ(Log("claire").size(), 0U);
  On("claire", {"print", id, "--reason", "Réunion de synthèse", "--out", folder_ / "page"});
  const std::string page = ReadTextFile(folder_ / "page");
  for (const char* words : {"CONFIDENTIEL", "par claire.", "Famille Aubrac", "Appelée ce matin"})
    EXPECT_NE(page.find(words), std::string::npos) << words << "\n" << page;
  ASSERT_EQ(Log("claire").size(), 1U);
  EXPECT_EQ(Log("claire")[0]["gesture"], "IMPRESSION");
  EXPECT_EQ(Log("claire")[0]["reason"], "Réunion de synthèse");
  EXPECT_EQ(Log("claire")[0]["record"], id);
}

}  // namespace
}  // namespace sacoche
