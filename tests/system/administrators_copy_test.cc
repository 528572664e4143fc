#include <gmock/gmock.h>

#include "tests/system/command_line.h"

// The real server is put back to an older backup, and the first to speak to it is the
// administrator.
namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

class AdministratorsCopy : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    AdmitClaireAndSamir();
  }

  Ended TryOrg(std::vector<std::string> words) {
    words.insert(words.begin(), "org");
    words.insert(words.end(), {"--key", folder_ / "org.key", "--invitation", invitation()});
    return Try(words);
  }
};

TEST_F(AdministratorsCopy, NothingIsForgottenWithTheServer) {
  const std::string samir = DeviceOf("samir");
  const std::string claire = DeviceOf("claire");
  BackUpServer();
  Org({"revoke", samir, "--reason", "lost"});
  Org({"space", "add", "Après la sauvegarde"});
  RestoreServer();

  const Ended revoked = TryOrg({"revoke", claire, "--reason", "lost"});
  EXPECT_EQ(revoked.status, 0) << revoked.err;
  EXPECT_THAT(revoked.err, HasSubstr("no longer shows 2 statements"));
  EXPECT_THAT(revoked.err, HasSubstr("2 statements given to the server"));
  for (const std::string person : {"samir", "claire"})
    EXPECT_EQ(TryOn(person, {"sync"}).status, 6) << person;
  const Ended shown = TryOrg({"show"});
  EXPECT_THAT(shown.out, HasSubstr("Après la sauvegarde"));
  EXPECT_THAT(shown.err, Not(HasSubstr("Directory")));
}

TEST_F(AdministratorsCopy, WithoutTheFileOneIsMadeAndADamagedOneIsNamed) {
  const std::string copy = folder_ / "org.key.directory";
  ASSERT_TRUE(std::filesystem::remove(copy));
  EXPECT_THAT(TryOrg({"show"}).err, HasSubstr("there was no copy"));
  ASSERT_TRUE(std::filesystem::exists(copy));
  EXPECT_EQ(TryOrg({"show"}).err, "");

  std::filesystem::resize_file(copy, std::filesystem::file_size(copy) - 40);
  const Ended damaged = TryOrg({"space", "add", "Autre"});
  EXPECT_EQ(damaged.status, 5);
  EXPECT_THAT(damaged.err, HasSubstr("org.key.directory is damaged"));
  EXPECT_THAT(damaged.err, HasSubstr("move that file away"));
}

TEST_F(AdministratorsCopy, ASecondStatementUnderOneNumberStopsTheSigning) {
  BackUpServer();
  Org({"revoke", DeviceOf("samir"), "--reason", "lost"});
  RestoreServer();
  std::filesystem::create_directory(folder_ / "elsewhere");
  const std::string copied = folder_ / "elsewhere/org.key";
  std::filesystem::copy_file(folder_ / "org.key", copied);
  Run({"org", "space", "add", "Ailleurs", "--key", copied, "--invitation", invitation()});

  const Ended refused = TryOrg({"space", "add", "Ici"});
  EXPECT_EQ(refused.status, 6) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("here a withdrawal, at the server a space"));
  EXPECT_THAT(TryOrg({"show"}).out, Not(HasSubstr("Ici")));
}

}  // namespace
}  // namespace sacoche
