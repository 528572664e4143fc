#include <gmock/gmock.h>

#include "tests/system/command_line.h"

// What looked wrong in a sync is told at once, kept, and told again until somebody has read of it.
namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

class Warnings : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    Org({"admit", "--phrase", AskForAdmission("claire"), "--role", "intervenant", "--space",
         "Poste de Montcel", "--without-invitation"});
    On("claire", {"sync"});
    On("claire", {"create", "situation", "intitule=Famille Aubrac"});
    On("claire", {"sync"});
  }

  std::uint64_t Unread() {
    return Json::parse(On("claire", {"status", "--json"}))["warnings_to_acknowledge"];
  }
};

TEST_F(Warnings, AServerThatForgotIsToldOfUntilSomebodyHasReadIt) {
  EXPECT_THAT(On("claire", {"warnings"}), HasSubstr("Nothing ever looked wrong"));
  BackUpServer();
  On("claire", {"create", "situation", "intitule=Famille Blanc"});
  On("claire", {"sync"});
  EXPECT_EQ(Unread(), 0U);
  RestoreServer();

  EXPECT_THAT(On("claire", {"sync"}), HasSubstr("WARNING: The server no longer had what it had"));
  EXPECT_EQ(Unread(), 1U);
  EXPECT_THAT(On("claire", {"status"}), HasSubstr("see `sacoche warnings`"));
  const Json told = Json::parse(On("claire", {"warnings", "--json"}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["kind"], "server-forgot");
  EXPECT_EQ(told[0]["space"], "Poste de Montcel");
  EXPECT_EQ(told[0]["acknowledged"], false);

  EXPECT_THAT(On("claire", {"warnings", "--acknowledge"}), HasSubstr("NEW:"));
  EXPECT_EQ(Unread(), 0U);
  EXPECT_THAT(On("claire", {"warnings"}), Not(HasSubstr("NEW:")));
  EXPECT_THAT(On("claire", {"sync"}), Not(HasSubstr("WARNING")));
}

TEST_F(Warnings, AServerWithAnotherCertificateIsNamed) {
  const auto made = RunProgram({{SACOCHE_SERVER_BINARY, "make-certificate", "--out",
                                 folder_ / "other", "--host", "127.0.0.1", "localhost"},
                                folder_ / "out",
                                folder_ / "errors"});
  ASSERT_EQ(made.status, 0) << ReadTextFile(folder_ / "errors");
  server_.Kill();
  for (const char* file : {"server.pem", "server.key", "ca.pem"})
    std::filesystem::copy_file(folder_ / "other/" + file, server_.tls_folder() + "/" + file,
                               std::filesystem::copy_options::overwrite_existing);
  server_.Start();

  const Ended refused = TryOn("claire", {"sync", "--json"});
  EXPECT_EQ(refused.status, 6);
  EXPECT_EQ(Json::parse(refused.err)["error"]["detail"], "another-server");
  EXPECT_EQ(Json::parse(On("claire", {"warnings", "--json"}))[0]["kind"], "another-server");
}

}  // namespace
}  // namespace sacoche
