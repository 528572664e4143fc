#include "tests/system/command_line.h"

// A laptop that synchronises by itself.
namespace sacoche {
namespace {

class AgentTest : public CommandLineAndServer {
 protected:
  void SetUp() override {
    CommandLineAndServer::SetUp();
    AdmitClaireAndSamir();
  }

  void StartAgent(std::vector<std::string> options = {}) {
    std::vector<std::string> argv = {SACOCHE_BINARY, "--store", folder_ / "claire", "agent"};
    argv.insert(argv.end(), options.begin(), options.end());
    agent_.emplace(Process::Options{argv, said(), folder_ / "agent.errors"});
    ExpectSaid("Synchronises by itself");
  }
  [[nodiscard]] std::string said() const { return folder_ / "agent.out"; }
  void ExpectSaid(const std::string& text) {
    EXPECT_TRUE(WaitForText(said(), text, *agent_).has_value())
        << text << " was not said, but: " << ReadTextFile(said())
        << ReadTextFile(folder_ / "agent.errors");
  }
  void ExpectStops(int signal) {
    agent_->Signal(signal);
    const Process::Exit exit = agent_->Wait();
    EXPECT_TRUE(exit.status == 0 || exit.signal == signal);  // in the middle of a sync
  }
  // While the agent has the store, it is busy for a moment.
  std::string OnClaire(const std::vector<std::string>& arguments) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const Ended ended = TryOn("claire", arguments);
      if (ended.status == 0) return ended.out;
      EXPECT_EQ(ended.status, 5) << ended.err;
    }
    return "";
  }

  std::optional<Process> agent_;
};

TEST_F(AgentTest, SendsWhatWasTypedOnceItRests) {
  StartAgent({"--after-typing", "1"});
  const std::string id = OnClaire({"create", "situation", "intitule=Famille Aubrac"});
  ExpectSaid("1 change sent");
  On("samir", {"sync"});
  EXPECT_NE(On("samir", {"list"}).find("Famille Aubrac"), std::string::npos);
  ExpectStops(SIGTERM);
}

TEST_F(AgentTest, ReceivesWhenItIsAskedAndEndsWithControlC) {
  On("samir", {"create", "situation", "intitule=Un"});
  On("samir", {"sync"});
  StartAgent();
  agent_->Signal(SIGUSR1);
  ExpectSaid("1 received");
  ExpectStops(SIGINT);
  EXPECT_NE(On("claire", {"list"}).find("Un"), std::string::npos);
}

TEST_F(AgentTest, GoesOnAfterTheServerWasAwayAndSaysSoOnce) {
  server_.Kill();
  StartAgent({"--after-typing", "1"});
  OnClaire({"create", "situation", "intitule=Deux"});
  ExpectSaid("Not synchronised, and tried again by itself");
  ExpectSaid("Your work is");  // the advice
  agent_->Signal(SIGUSR1);
  server_.Start();
  agent_->Signal(SIGUSR1);
  ExpectSaid("1 change sent");
  ExpectStops(SIGTERM);
  const std::string all = ReadTextFile(said());
  EXPECT_EQ(all.find("Not synchronised"), all.rfind("Not synchronised")) << all;
}

TEST_F(AgentTest, EndsWhereTheStoreTakesAnotherKeyAndCallsNothingDamaged) {
  StartAgent();
  OnClaire({"rekey"});
  agent_->Signal(SIGUSR1);
  EXPECT_EQ(agent_->Wait().status, 5);
  EXPECT_NE(ReadTextFile(folder_ / "agent.errors").find("Start `sacoche agent` again"),
            std::string::npos);
  On("claire", {"create", "situation", "intitule=Un"});
  On("claire", {"sync"});
}

TEST_F(AgentTest, BeyondTheBudgetItSendsOnlyWhatProtectsSomebody) {
  On("claire", {"sync"});
  const std::string id = On("claire", {"create", "situation", "intitule=Un"});
  On("claire", {"traffic", "--day-mb", "0.001"});
  StartAgent({"--after-typing", "1"});
  ExpectSaid("all used. Until it may take more");
  OnClaire({"edit", id, "intitule=Deux"});
  OnClaire({"edit", id, "danger=3"});
  ExpectSaid("3 changes sent");
  OnClaire({"edit", id, "intitule=Trois"});
  agent_->Signal(SIGUSR1);
  ExpectSaid("1 change sent");
  ExpectStops(SIGTERM);
  const std::string all = ReadTextFile(said());
  EXPECT_EQ(all.find("all used"), all.rfind("all used")) << all;
}

TEST_F(AgentTest, BeyondTheBudgetWhatSomebodyAskedForIsTriedAgain) {
  On("claire", {"sync"});
  On("claire", {"traffic", "--day-mb", "0.001"});
  OnClaire({"create", "situation", "intitule=Un"});
  server_.Kill();
  StartAgent();
  ExpectSaid("all used. Until it may take more");
  agent_->Signal(SIGUSR1);
  ExpectSaid("Not synchronised, and tried again by itself");
  server_.Start();
  ExpectSaid("1 change sent");
  ExpectStops(SIGTERM);
}

TEST_F(AgentTest, EndsWhereItIsWithdrawn) {
  Org({"revoke", DeviceOf("claire"), "--reason", "departure"});
  StartAgent();
  agent_->Signal(SIGUSR1);
  EXPECT_EQ(agent_->Wait().status, 6);
  EXPECT_NE(ReadTextFile(folder_ / "agent.errors").find("withdrawn"), std::string::npos);
}

}  // namespace
}  // namespace sacoche
