#include "tests/system/bench_run.h"

namespace sacoche {
namespace {

TEST(Workload, ComesOutAsTheModelSaysOnAllThreeDevices) {
  BenchRun run("30", "3");
  for (const BenchRun::Phase& phase : run.Phases()) {
    for (const std::string& device : phase.devices)
      ASSERT_EQ(run.Run(run.ApplyCommand(device, phase.name)).status, 0);
    for (const std::string& device : phase.syncs)
      ASSERT_EQ(run.Run(run.SyncCommand(device)).status, 0);
  }
  run.ExpectTheModelsOutcomeEverywhere();
  EXPECT_EQ(run.server.Terminate().status, 0);
}

TEST(Workload, NothingThatWasTypedStandsInTheServersFiles) {
  BenchRun run("8", "1");
  ASSERT_EQ(run.Run(run.ApplyCommand("A", "base")).status, 0);
  ASSERT_EQ(run.Run(run.SyncCommand("A")).status, 0);
  std::string files;
  for (const auto& entry : std::filesystem::directory_iterator(run.server.data_folder()))
    files += ReadTextFile(entry.path());
  files += ReadTextFile(run.server.log_path());
  ASSERT_GT(files.size(), 4096U);
  std::size_t looked_for = 0;
  for (const auto& operation : run.operations()) {
    if (operation["phase"] != "base" || operation["op"] != "note") continue;
    const std::string text = operation["text"];
    // Any twelve characters of what was typed.
    for (std::size_t at = 0; at + 12 <= text.size(); at += 12, ++looked_for)
      ASSERT_EQ(files.find(text.substr(at, 12)), std::string::npos);
  }
  EXPECT_GT(looked_for, 100U);
}

TEST(Workload, TheBenchSaysWhatIsWrongAndFails) {
  BenchRun run("8", "1");
  const auto fails = [&](std::vector<std::string> arguments, const std::string& saying) {
    std::filesystem::remove(run.folder / "errors");
    const auto exit = run.Run(BenchRun::Command(std::move(arguments)));
    EXPECT_NE(exit.status, 0);
    const std::string errors = ReadTextFile(run.folder / "errors");
    EXPECT_NE(errors.find(saying), std::string::npos) << errors;
  };
  fails({"sync", "--dir", run.devices(), "--device", "Z"}, "no device Z");
  fails({"apply", "--dir", run.devices(), "--device", "A", "--workload", "missing", "--phase",
         "base"},
        "cannot open missing");
  fails({"init", "--dir", run.devices(), "--server", "https://" + run.server.address(), "--ca",
         run.server.ca_path()},
        "another organisation");
  std::ofstream(run.folder / "bad.jsonl") << "{\"phase\":\"base\"\n";
  fails({"apply", "--dir", run.devices(), "--device", "A", "--workload", run.folder / "bad.jsonl",
         "--phase", "base"},
        "line 1");
  EXPECT_EQ(run.server.Terminate().status, 0);
  fails({"sync", "--dir", run.devices(), "--device", "A"}, "cannot be reached");
}

}  // namespace
}  // namespace sacoche
