#include <gmock/gmock.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

using testing::HasSubstr;

class CommandLineTest : public ::testing::Test {
 protected:
  struct Ran {
    std::optional<int> status;
    std::string out;
    std::string err;
  };

  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SACOCHE_SERVER_BINARY);
    std::filesystem::remove(folder_ / "out");
    std::filesystem::remove(folder_ / "err");
    const auto exit = RunProgram({arguments, folder_ / "out", folder_ / "err"});
    return {exit.status, ReadTextFile(folder_ / "out"), ReadTextFile(folder_ / "err")};
  }

  Ran MakeCertificate() {
    return Run({"make-certificate", "--out", folder_ / "tls", "--host", "sync.example.org",
                "2001:db8::1", "--json"});
  }

  TemporaryDirectory folder_;
};

TEST_F(CommandLineTest, SaysItsVersion) {
  EXPECT_THAT(Run({"--version"}).out, HasSubstr("sacoche-server "));
}

TEST_F(CommandLineTest, MakesACertificateThatItWillNotOverwrite) {
  const Ran made = MakeCertificate();
  ASSERT_EQ(made.status, 0) << made.err;
  const auto json = nlohmann::json::parse(made.out);
  EXPECT_THAT(ReadTextFile(json["ca"]), HasSubstr("BEGIN CERTIFICATE"));
  struct stat status {};
  ASSERT_EQ(stat(json["key"].get<std::string>().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const std::string key = ReadTextFile(json["key"]);
  const Ran again = MakeCertificate();
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("is there already"));
  EXPECT_EQ(nlohmann::json::parse(again.out)["error"]["code"], 14);
  EXPECT_EQ(ReadTextFile(json["key"]), key);
}

TEST_F(CommandLineTest, RefusesAHostThatIsNone) {
  for (const char* host : {"https://x", "a,IP:1.2.3.4", "a b", "x:8443"}) {
    const Ran ran = Run({"make-certificate", "--out", folder_ / "tls", "--host", host});
    EXPECT_EQ(ran.status, 1) << host;
    EXPECT_THAT(ran.err, HasSubstr("is not a host name or IP address"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "tls"));
}

TEST_F(CommandLineTest, AnAuthorityThatIsNoCertificateIsRefused) {
  const auto made = nlohmann::json::parse(MakeCertificate().out);
  const Ran ran = Run({"serve", "--data", folder_ / "data", "--certificate", made["certificate"],
                       "--key", made["key"], "--ca", made["key"]});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("`ca` holds no PEM certificate"));
}

TEST_F(CommandLineTest, CompactsAStoreThatIsThereAndMakesNone) {
  const Ran missing = Run({"compact", "--data", folder_ / "none"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("there is no store"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
  { ASSERT_TRUE(SqliteEnvelopeStore::Open(folder_ / "envelopes.db").has_value()); }
  const Ran ran = Run({"compact", "--data", folder_ / "", "--keep-days", "60", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(nlohmann::json::parse(ran.out)["envelopes_dropped"], 0);
  EXPECT_NE(Run({"compact", "--data", folder_ / "", "--keep-days", "59"}).status, 0);
  const auto held = SqliteEnvelopeStore::Open(folder_ / "envelopes.db");
  EXPECT_EQ(Run({"compact", "--data", folder_ / ""}).status, 1);  // a server has it
}

TEST_F(CommandLineTest, SaysWhatIsWrongWithTheFlags) {
  EXPECT_THAT(Run({"serve"}).err, HasSubstr("`data` is not given"));
  EXPECT_THAT(Run({"serve", "--config", folder_ / "none.toml"}).err, HasSubstr("none.toml"));
  EXPECT_NE(Run({"serve", "--nonsense"}).status, 0);
  EXPECT_NE(Run({}).status, 0);
  EXPECT_THAT(Run({"serve", "--data", "d", "--organisation", "12"}).err,
              HasSubstr("64 hexadecimal digits"));
}

TEST_F(CommandLineTest, SaysWhichFileOrAddressIsWrong) {
  ASSERT_EQ(MakeCertificate().status, 0);
  const std::string certificate = folder_ / "tls/server.pem";
  const std::string key = folder_ / "tls/server.key";
  const auto serve = [&](const std::string& listen, const std::string& certificate_path,
                         const std::string& key_path) {
    const Ran ran = Run({"serve", "--data", folder_ / "data", "--listen", listen, "--certificate",
                         certificate_path, "--key", key_path});
    EXPECT_EQ(ran.status, 1);
    return ran.err;
  };
  EXPECT_THAT(serve("127.0.0.1:0", folder_ / "none", key), HasSubstr("the certificate"));
  EXPECT_THAT(serve("127.0.0.1:0", certificate, folder_ / "none"), HasSubstr("the key"));
  EXPECT_THAT(serve("127.0.0.1:0", certificate, folder_ / "tls/ca.pem"), HasSubstr("not usable"));
  for (const char* listen : {"nowhere", "127.0.0.1:x", "127.0.0.1:99999", "example.org:1", ":"})
    EXPECT_THAT(serve(listen, certificate, key), HasSubstr("is not an address and a port"));
  EXPECT_THAT(serve("192.0.2.1:1", certificate, key), HasSubstr("cannot listen on 192.0.2.1:1"));
}

}  // namespace
}  // namespace sacoche
