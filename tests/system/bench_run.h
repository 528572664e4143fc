#pragma once

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/workload_model.h"
#include "tests/sync-server/server_process.h"

namespace sacoche {

// sacoche-bench against a real server over TLS: three devices, a workload, and the model of what
// must come out.
class BenchRun {
 public:
  BenchRun(const std::string& cases, const std::string& days) {
    Must({"generate", "--seed", "11", "--cases", cases, "--days", days}, workload());
    std::ifstream file(workload());
    std::string line;
    while (std::getline(file, line)) operations_.push_back(nlohmann::json::parse(line));
    Must({"init", "--dir", devices(), "--server", "https://" + server.address(), "--ca",
          server.ca_path()});
  }

  using Json = nlohmann::json;

  [[nodiscard]] const std::vector<Json>& operations() const { return operations_; }
  [[nodiscard]] std::string workload() const { return folder / "workload.jsonl"; }
  [[nodiscard]] std::string devices() const { return folder / "devices"; }

  // The phases in order; in each, what the devices do and then who synchronises.
  struct Phase {
    std::string name;
    std::vector<std::string> devices;
    std::vector<std::string> syncs;
  };
  [[nodiscard]] std::vector<Phase> Phases() const {
    std::vector<Phase> phases;
    for (const Json& operation : operations_) {
      const std::string name = operation["phase"];
      const std::string device = operation["device"];
      if (phases.empty() || phases.back().name != name) phases.push_back({name, {}, {}});
      Phase& phase = phases.back();
      if (operation["op"] == "sync") {
        phase.syncs.push_back(device);
      } else if (std::ranges::count(phase.devices, device) == 0) {
        phase.devices.push_back(device);
      }
    }
    phases.front().syncs = {"A", "B", "S"};
    phases.push_back({"closing", {}, {"A", "B", "S", "A", "B", "S"}});
    return phases;
  }

  [[nodiscard]] static std::vector<std::string> Command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SACOCHE_BENCH_BINARY);
    return arguments;
  }
  [[nodiscard]] std::vector<std::string> SyncCommand(const std::string& device) const {
    return Command({"sync", "--dir", devices(), "--device", device});
  }
  [[nodiscard]] std::vector<std::string> ApplyCommand(const std::string& device,
                                                      const std::string& phase) const {
    return Command({"apply", "--dir", devices(), "--device", device, "--workload", workload(),
                    "--phase", phase});
  }

  Process::Exit Run(const std::vector<std::string>& command, const std::string& out = "") {
    return RunProgram({command, out.empty() ? folder / "out" : out, folder / "errors"});
  }

  void Must(const std::vector<std::string>& arguments, const std::string& out = "") {
    ASSERT_EQ(Run(Command(arguments), out).status, 0) << ReadTextFile(folder / "errors");
  }

  void ExpectTheModelsOutcomeEverywhere() {
    WorkloadModel model;
    for (const Phase& phase : Phases()) {
      for (const Json& operation : operations_)
        if (operation["phase"] == phase.name && operation["op"] != "sync") model.Apply(operation);
      for (const std::string& device : phase.syncs) model.Sync(device);
    }
    EXPECT_GT(model.OpenConflicts(), 0U) << "the workload shows nothing";
    std::set<std::string> digests;
    for (const std::string device : {"A", "B", "S"}) {
      Must({"export", "--dir", devices(), "--device", device}, folder / (device + ".jsonl"));
      std::ifstream lines(folder / (device + ".jsonl"));
      EXPECT_EQ(OutcomeOfExport(lines), model.Outcome()) << "on device " << device;
      Must({"digest", "--dir", devices(), "--device", device}, folder / (device + ".digest"));
      digests.insert(ReadTextFile(folder / (device + ".digest")));
    }
    EXPECT_EQ(digests.size(), 1U);
  }

  TemporaryDirectory folder;
  ServerProcess server;

 private:
  std::vector<Json> operations_;
};

}  // namespace sacoche
