#include <set>

#include "tests/system/command_line.h"

// The server's disk is lost in the middle of a week's work, and what there is is a backup of days
// ago. Four laptops go on as if nothing had been, and it ends with everything at the server again.
namespace sacoche {
namespace {

const std::vector<std::string> kLaptops = {"claire", "samir", "ines", "paul"};

class WipedServer : public CommandLineAndServer {
 protected:
  void Admit(const std::string& laptop) {
    Org({"admit", "--phrase", AskForAdmission(laptop), "--role", "intervenant", "--space",
         "Poste de Montcel", "--without-invitation"});
  }

  // Each writes a case of their own, edits the one that is everybody's, and synchronises.
  void Day(const std::string& name, const std::vector<std::string>& laptops) {
    for (const std::string& laptop : laptops) {
      cases_.push_back(On(laptop, {"create", "situation", "intitule=" + laptop + " " + name}));
      On(laptop, {"edit", shared_, "synthese=" + name + " par " + laptop});
      On(laptop, {"sync"});
    }
  }

  Json OfTheServer(const std::string& command, const std::vector<std::string>& options) {
    std::vector<std::string> line = {SACOCHE_SERVER_BINARY, command, "--data",
                                     server_.data_folder(), "--json"};
    line.insert(line.end(), options.begin(), options.end());
    std::filesystem::remove(folder_ / "server-out");
    const auto exit = RunProgram({line, folder_ / "server-out", folder_ / "server-errors"});
    EXPECT_EQ(exit.status, 0) << ReadTextFile(folder_ / "server-errors");
    return Json::parse(ReadTextFile(folder_ / "server-out"));
  }

  void ExpectEverythingOn(const std::string& laptop) {
    for (const std::string& id : cases_) EXPECT_EQ(TryOn(laptop, {"show", id}).status, 0) << laptop;
  }

  std::vector<std::string> cases_;
  std::string shared_;
};

TEST_F(WipedServer, IsFilledAgainByFourLaptopsThatGoOnWorking) {
  for (const std::string laptop : {"claire", "samir", "ines"}) Admit(laptop);
  for (int round = 0; round < 2; ++round)
    for (const std::string laptop : {"claire", "samir", "ines"}) On(laptop, {"sync"});
  shared_ = On("claire", {"create", "situation", "intitule=Famille Aubrac"});
  for (const std::string laptop : {"claire", "samir", "ines"}) On(laptop, {"sync"});
  Day("lundi", {"claire", "samir", "ines"});
  const std::string backup = folder_ / "backup";
  OfTheServer("backup", {"--out", backup});

  // Since then: a colleague who is new, cases, and work that nobody has sent yet.
  Admit("paul");
  for (const std::string laptop : {"paul", "claire", "paul"}) On(laptop, {"sync"});
  for (const char* day : {"mardi", "mercredi"}) Day(day, kLaptops);
  for (const std::string& laptop : kLaptops) On(laptop, {"sync"});
  const std::uint64_t held = OfTheServer("verify", {})["envelopes"];
  cases_.push_back(On("samir", {"create", "situation", "intitule=pas encore envoyée"}));

  server_.Kill();
  for (const auto& entry : std::filesystem::directory_iterator(server_.data_folder()))
    std::filesystem::remove_all(entry.path());
  const std::uint64_t restored = OfTheServer("restore", {"--from", backup})["envelopes"];
  EXPECT_LT(restored, held);
  server_.Start();
  Day("jeudi", kLaptops);
  // Each hears the others' last day.
  for (int round = 0; round < 2; ++round)
    for (const std::string& laptop : kLaptops) On(laptop, {"sync"});

  std::set<std::string> digests;
  for (const std::string& laptop : kLaptops) {
    digests.insert(On(laptop, {"digest"}));
    ExpectEverythingOn(laptop);
    EXPECT_EQ(Json::parse(On(laptop, {"status", "--json"}))["changes_waiting"], 0) << laptop;
  }
  EXPECT_EQ(digests.size(), 1U);
  // Thursday of four laptops, at least, beyond what it held before; what waited went with it.
  EXPECT_GE(OfTheServer("verify", {})["envelopes"], held + 4);
  // Whoever comes now has it from the server only.
  Admit("lea");
  for (const std::string laptop : {"lea", "claire", "lea"}) On(laptop, {"sync"});
  ExpectEverythingOn("lea");
  EXPECT_EQ(On("lea", {"digest"}), *digests.begin());
}

}  // namespace
}  // namespace sacoche
