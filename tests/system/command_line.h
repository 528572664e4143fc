#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>

#include "tests/sync-server/server_process.h"

namespace sacoche {

// The real command line, server and TLS, and an organisation that was founded.
class CommandLineAndServer : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  void SetUp() override {
    setenv("SACOCHE_PASSPHRASE", "quatre mots au hasard", 1);
    setenv("SACOCHE_STORE_PASSPHRASE", "une autre phrase de passe", 1);
    Run({"org", "create", "--key", folder_ / "org.key", "--server", "https://" + server_.address(),
         "--ca", server_.ca_path(), "--space", "Poste de Montcel", "--invitation", invitation()});
  }

  [[nodiscard]] std::string invitation() const { return folder_ / "invitation.json"; }

  struct Ended {
    std::optional<int> status;
    std::string out;
    std::string err;
  };

  Ended Try(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SACOCHE_BINARY);
    std::filesystem::remove(folder_ / "out");
    std::filesystem::remove(folder_ / "errors");
    const auto exit = RunProgram({arguments, folder_ / "out", folder_ / "errors"});
    return {exit.status, ReadTextFile(folder_ / "out"), ReadTextFile(folder_ / "errors")};
  }

  Ended TryOn(const std::string& laptop, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--store", folder_ / laptop});
    return Try(std::move(arguments));
  }

  // Its standard output; the test fails if the program does.
  std::string Run(const std::vector<std::string>& arguments) {
    Ended ended = Try(arguments);
    EXPECT_EQ(ended.status, 0) << ::testing::PrintToString(arguments) << ": " << ended.err;
    while (ended.out.ends_with('\n')) ended.out.pop_back();
    return ended.out;
  }

  std::string On(const std::string& laptop, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--store", folder_ / laptop});
    return Run(arguments);
  }

  std::string Org(std::vector<std::string> words) {
    words.insert(words.begin(), "org");
    words.insert(words.end(), {"--key", folder_ / "org.key", "--invitation", invitation()});
    return Run(words);
  }

  // The id of the laptop of that person; "nobody" if none was admitted.
  std::string DeviceOf(const std::string& person) {
    const Json shown = Json::parse(Org({"show", "--json"}));
    for (const Json& member : shown["members"])
      if (member["person"] == person) return member["device_id"];
    return "nobody";
  }

  // Makes the laptop, whose person has its name, and gives the phrase that it shows.
  std::string AskForAdmission(const std::string& laptop) {
    return Json::parse(On(laptop, {"enrol", "--invitation", invitation(), "--person", laptop,
                                   "--device", "portable", "--json", "--unlock-ms", "50"}))
        .at("comparison_phrase");
  }

  // Two who share the post, and hold its key.
  void AdmitClaireAndSamir() {
    for (const std::string person : {"claire", "samir"})
      Org({"admit", "--phrase", AskForAdmission(person), "--role", "intervenant", "--space",
           "Poste de Montcel", "--without-invitation"});
    for (const std::string person : {"claire", "samir", "claire"}) On(person, {"sync"});
  }

  // To a file `backup`, which stays until the next.
  void BackUpServer() {
    std::filesystem::remove(folder_ / "backup");
    OnTheServersData("backup", "--out");
  }
  // From there, as an administrator does: stopped, and started again.
  void RestoreServer() {
    server_.Kill();
    OnTheServersData("restore", "--from");
    server_.Start();
  }

  TemporaryDirectory folder_;
  ServerProcess server_;

 private:
  void OnTheServersData(const std::string& verb, const std::string& option) {
    const auto exit = RunProgram(
        {{SACOCHE_SERVER_BINARY, verb, "--data", server_.data_folder(), option, folder_ / "backup"},
         folder_ / "out",
         folder_ / "errors"});
    ASSERT_EQ(exit.status, 0) << ReadTextFile(folder_ / "errors");
  }
};

}  // namespace sacoche
