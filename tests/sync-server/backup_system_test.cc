#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "platform/sqlite/database.h"
#include "tests/sync-server/server_process.h"

namespace sacoche {
namespace {

using testing::HasSubstr;

class BackupSystemTest : public ::testing::Test {
 protected:
  BackupSystemTest() {
    TestClient(server_).Sync(organisation_, {.statements = organisation_.Start(space_, a_, b_)});
  }

  nlohmann::json Must(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SACOCHE_SERVER_BINARY);
    arguments.emplace_back("--json");
    std::filesystem::remove(folder_ / "out");
    const auto exit = RunProgram({arguments, folder_ / "out", folder_ / "err"});
    EXPECT_EQ(exit.status, 0) << ReadTextFile(folder_ / "err");
    return nlohmann::json::parse(ReadTextFile(folder_ / "out"));
  }

  ServerProcess server_{kAnyRequestRate};  // a laptop writes without a pause
  TemporaryDirectory folder_;
  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
  const SpaceId space_ = IdNumber<SpaceId>(1);
};

TEST_F(BackupSystemTest, IsWholeWhileALaptopWrites) {
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<bool> enough = false;
  std::vector<Bytes> sent;
  std::thread laptop([&] {
    TestClient client(server_);
    while (!enough) {
      sent.push_back(a_.NextEnvelopeBytes(space_, 4000));
      acknowledged = client.Sync(a_, {.envelopes = {sent.back()}}).acknowledgements[0].sequence;
    }
  });
  for (int round = 0; round < 5; ++round) {
    const std::uint64_t before = acknowledged;
    const std::string out = folder_ / ("backup" + std::to_string(round));
    const auto made = Must({"backup", "--data", server_.data_folder(), "--out", out});
    EXPECT_GE(made["envelopes"], before);
    EXPECT_EQ(Must({"verify", "--file", out})["envelopes"], made["envelopes"]);
    // The live store too, and the laptop never waits for an answer that does not come.
    EXPECT_GE(Must({"verify", "--data", server_.data_folder()})["envelopes"], made["envelopes"]);
    const std::uint64_t then = acknowledged;
    while (acknowledged == then) std::this_thread::yield();
  }
  enough = true;
  laptop.join();
  EXPECT_EQ(acknowledged, sent.size());

  // Restored, the server has what it had then, and the laptop sends the rest again.
  const std::string last = folder_ / "backup4";
  const std::uint64_t held = Must({"verify", "--file", last})["envelopes"];
  const auto refused = RunProgram(
      {{SACOCHE_SERVER_BINARY, "restore", "--data", server_.data_folder(), "--from", last},
       folder_ / "out",
       folder_ / "err"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(ReadTextFile(folder_ / "err"), HasSubstr("another program is using this store"));
  server_.Kill();
  const auto restored = Must({"restore", "--data", server_.data_folder(), "--from", last});
  EXPECT_EQ(restored["envelopes"], held);
  EXPECT_EQ(Must({"verify", "--file", restored["former"]})["envelopes"], sent.size());
  server_.Start();
  TestClient client(server_);
  for (std::size_t i = held; i < sent.size(); ++i)
    EXPECT_EQ(client.Sync(a_, {.envelopes = {sent[i]}}).acknowledgements.at(0).sequence, i + 1);
  EXPECT_EQ(Must({"verify", "--data", server_.data_folder()})["envelopes"], sent.size());
}

TEST_F(BackupSystemTest, VerifySaysWhatIsWrongByItsExitStatus) {
  TestClient(server_).Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  server_.Terminate();
  const auto verify = [&] {
    return RunProgram({{SACOCHE_SERVER_BINARY, "verify", "--data", server_.data_folder()},
                       folder_ / "out",
                       folder_ / "err"})
        .status;
  };
  EXPECT_EQ(verify(), 0);
  {
    const auto database = Database::Open({.path = server_.data_folder() + "/envelopes.db"});
    ASSERT_TRUE((*database)->Execute("UPDATE envelopes SET envelope = x'00'"));
  }
  EXPECT_EQ(verify(), 3);
  EXPECT_THAT(ReadTextFile(folder_ / "out"), HasSubstr("wrong: envelope 1 of space"));
  EXPECT_EQ(RunProgram({{SACOCHE_SERVER_BINARY, "verify", "--data", folder_ / "none"},
                        folder_ / "out",
                        folder_ / "err"})
                .status,
            1);
}

}  // namespace
}  // namespace sacoche
