#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

class VaultCostTest : public testing::Test {
 protected:
  std::string Measure(const std::vector<std::string>& more) {
    std::vector<std::string> command = {
        SACOCHE_VAULT_BENCH_BINARY, "--rows", "120", "--rounds", "2", "--folder", stores_.path()};
    command.insert(command.end(), more.begin(), more.end());
    const auto exit = RunProgram({command, folder_ / "out", folder_ / "errors"});
    EXPECT_EQ(exit.status, 0) << ReadTextFile(folder_ / "errors");
    return ReadTextFile(folder_ / "out");
  }

  TemporaryDirectory folder_;
  TemporaryDirectory stores_;
};

// The program fails by itself if the two stores give different answers or hold different rows.
TEST_F(VaultCostTest, BothStoresHoldTheSameAndEveryPhaseHasARatio) {
  const auto report = nlohmann::json::parse(Measure({"--json"}));
  EXPECT_GT(report["cipher"]["seal_pages_per_s"], 0);
  EXPECT_GT(report["cipher"]["open_pages_per_s"], 0);
  std::map<std::string, int> caches_of_phase;
  for (const auto& line : report["phases"]) {
    EXPECT_GT(line["ratio"], 0) << line;
    ++caches_of_phase[line["phase"]];
  }
  const std::map<std::string, int> expected = {{"insert", 2},           {"full-text build", 2},
                                               {"search", 2},           {"cold scan", 2},
                                               {"cold point reads", 2}, {"warm point reads", 2}};
  EXPECT_EQ(caches_of_phase, expected);
}

TEST_F(VaultCostTest, PrintsATableAndLeavesNoStoreBehind) {
  EXPECT_NE(Measure({}).find("warm point reads"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(stores_.path()));
}

}  // namespace
}  // namespace sacoche
