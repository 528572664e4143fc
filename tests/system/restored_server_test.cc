#include "tests/system/bench_run.h"

// A backup that was taken while laptops synchronised is put in the server's place days later: the
// laptops notice, give back what it lacks, and end with what they would have ended with.
namespace sacoche {
namespace {

TEST(RestoredServer, GetsBackFromTheLaptopsWhatItsBackupLacks) {
  BenchRun run("40", "4");
  const std::string backup = run.folder / "backup";
  const std::string store = run.server.data_folder();
  const auto sync = [&](const std::string& device) {
    ASSERT_EQ(run.Run(run.SyncCommand(device)).status, 0) << ReadTextFile(run.folder / "errors");
  };
  const std::vector<BenchRun::Phase> phases = run.Phases();
  ASSERT_GE(phases.size(), 3U);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    for (const std::string& device : phases[i].devices)
      ASSERT_EQ(run.Run(run.ApplyCommand(device, phases[i].name)).status, 0);
    if (i + 1 == phases.size()) {
      run.server.Kill();
      ASSERT_EQ(
          run.Run({SACOCHE_SERVER_BINARY, "restore", "--data", store, "--from", backup}).status, 0)
          << ReadTextFile(run.folder / "errors");
      run.server.Start();
    }
    std::optional<Process> copying;
    if (i == 1)
      copying.emplace(
          Process::Options{{SACOCHE_SERVER_BINARY, "backup", "--data", store, "--out", backup},
                           run.folder / "out",
                           run.folder / "errors"});
    for (const std::string& device : phases[i].syncs) sync(device);
    if (!copying) continue;
    ASSERT_EQ(copying->Wait().status, 0) << ReadTextFile(run.folder / "errors");
  }
  run.ExpectTheModelsOutcomeEverywhere();
  EXPECT_EQ(run.Run({SACOCHE_SERVER_BINARY, "verify", "--data", store}).status, 0);
}

}  // namespace
}  // namespace sacoche
