#include <fstream>

#include "tests/system/command_line.h"

// Two laptops and a stick, without a network, as people go it.
namespace sacoche {
namespace {

class CarryByCommand : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    AdmitClaireAndSamir();
    server_.Kill();
  }

  [[nodiscard]] std::string stick() const { return folder_ / "stick.sacoche"; }

  Json Carry(const std::string& from, const std::string& to) {
    On(from, {"carry", "out", stick()});
    return Json::parse(On(to, {"carry", "in", stick(), "--json"}));
  }
};

TEST_F(CarryByCommand, APostWorksForDaysWithoutANetwork) {
  const std::string id =
      On("claire", {"create", "situation", "intitule=Famille Aubrac", "danger=1"});
  On("claire", {"note", id, "Reçue à la brigade avec sa sœur."});
  const Json taken = Carry("claire", "samir");
  EXPECT_EQ(taken["changes_in"], 2);
  EXPECT_EQ(taken["complete"], true);
  EXPECT_NE(On("samir", {"show", id}).find("Famille Aubrac"), std::string::npos);
  for (const char* typed : {"Aubrac", "brigade", "claire"})
    EXPECT_EQ(ReadTextFile(stick()).find(typed), std::string::npos) << typed << " on the stick";

  On("claire", {"edit", id, "danger=3"});
  On("samir", {"edit", id, "danger=2"});
  EXPECT_EQ(Carry("claire", "samir")["changes_in"], 1);
  EXPECT_EQ(Carry("samir", "claire")["changes_in"], 1);
  for (const std::string person : {"claire", "samir"})
    EXPECT_EQ(Json::parse(On(person, {"conflicts", "--json"})).size(), 1U);
  On("claire", {"resolve", id, "danger", "--value", "3"});
  EXPECT_EQ(Carry("claire", "samir")["changes_in"], 1);
  EXPECT_EQ(On("claire", {"digest"}), On("samir", {"digest"}));

  server_.Start();
  for (const std::string person : {"samir", "claire", "samir"}) On(person, {"sync"});
  EXPECT_EQ(On("claire", {"digest"}), On("samir", {"digest"}));
  for (const std::string person : {"claire", "samir"}) {
    EXPECT_EQ(Json::parse(On(person, {"status", "--json"}))["changes_waiting"], 0);
    EXPECT_EQ(Json::parse(On(person, {"warnings", "--json"})).size(), 0U);
    EXPECT_EQ(Json::parse(On(person, {"conflicts", "--json"})).size(), 0U);
  }
}

TEST_F(CarryByCommand, SaysWhoseFileItWasAndForWhom) {
  On("claire", {"create", "situation", "intitule=Un"});
  On("claire", {"carry", "out", stick(), "--for", "samir"});
  EXPECT_NE(On("samir", {"carry", "in", stick()}).find("from claire (portable)"),
            std::string::npos);
  const Ended nobody = TryOn("claire", {"carry", "out", stick(), "--for", "nobody"});
  EXPECT_NE(nobody.status, 0);
  EXPECT_NE(nobody.err.find("sacoche colleagues"), std::string::npos);
}

TEST_F(CarryByCommand, AFileThatIsNoneOrWasCutIsToldInWords) {
  On("claire", {"create", "situation", "intitule=Un"});
  On("claire", {"carry", "out", stick()});
  const std::string whole = ReadTextFile(stick());
  std::ofstream(stick(), std::ios::binary) << whole.substr(0, whole.size() - 10);
  const Ended cut = TryOn("samir", {"carry", "in", stick()});
  EXPECT_NE(cut.status, 0);
  EXPECT_NE(cut.err.find("was not written to its end"), std::string::npos) << cut.err;
  EXPECT_NE(cut.out.find("1 change"), std::string::npos) << cut.out;

  std::ofstream(stick(), std::ios::binary) << "a letter";
  const Ended letter = TryOn("samir", {"carry", "in", stick()});
  EXPECT_NE(letter.status, 0);
  EXPECT_NE(letter.err.find("not a file that Sacoche carries"), std::string::npos) << letter.err;
  EXPECT_NE(TryOn("samir", {"carry", "in", folder_ / "missing"}).status, 0);
}

}  // namespace
}  // namespace sacoche
