#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "bench/bench_store.h"
#include "bench/enrol_devices.h"
#include "bench/resource_usage.h"
#include "bench/workload.h"
#include "bench/workload_generator.h"
#include "platform/posix/posix_file_system.h"

// sacoche-bench: runs a workload file against the product and prints JSON. Exit status 0 only if
// all of it was done.
namespace sacoche::bench {
namespace {

using nlohmann::json;

struct Arguments {
  std::string dir;
  std::string device;
  std::string server;
  std::string ca;
  std::string workload;
  std::string phase;
  std::string acknowledge;
  std::uint64_t skip = 0;
  std::uint64_t snapshot_after = sync_limits::kSnapshotAfterEnvelopes;
  GeneratorOptions generator;
};

Status Init(const Arguments& arguments) {
  PosixFileSystem files;
  SACOCHE_ASSIGN(const Bytes ca, files.ReadFile(arguments.ca, 64 * 1024));
  return EnrolDevices({arguments.dir, arguments.server, std::string(TextOf(ca))});
}

Status Admit(const Arguments& arguments) { return AdmitDevice(arguments.dir, arguments.device); }

// Hands each operation of one device and phase to `apply`.
Status ForEachOperation(const Arguments& arguments,
                        const std::function<Status(const Operation&)>& apply) {
  std::ifstream file(arguments.workload);
  if (!file)
    return Fail(ErrorCode::kNotFound, "cannot open " + arguments.workload, "Check the path.");
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    SACOCHE_ASSIGN(const Operation operation, ParseOperation(line, number));
    if (operation.device == arguments.device && operation.phase == arguments.phase &&
        operation.op != "sync")
      SACOCHE_TRY(apply(operation));
  }
  if (file.bad()) return Fail(ErrorCode::kIo, "cannot read " + arguments.workload, "");
  return {};
}

Status Apply(const Arguments& arguments) {
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(arguments.dir, arguments.device));
  // Names each operation once it is durable, for a test that kills this process.
  std::ofstream acknowledged;
  if (!arguments.acknowledge.empty()) acknowledged.open(arguments.acknowledge, std::ios::app);
  const ResourceUsage usage;
  std::uint64_t operations = 0;
  std::uint64_t seen = 0;
  const auto apply_one = [&](const Operation& operation) -> Status {
    if (seen++ < arguments.skip) return {};
    SACOCHE_ASSIGN(const Edit edit, EditOf(operation));
    SACOCHE_TRY(device->engine().Edit(edit));
    ++operations;
    if (acknowledged.is_open()) acknowledged << operations << std::endl;
    return {};
  };
  SACOCHE_TRY(ForEachOperation(arguments, apply_one));
  std::cout << json{{"ops", operations},
                    {"wall_s", usage.wall_s()},
                    {"cpu_s", usage.cpu_s()},
                    {"peak_rss_kb", ResourceUsage::peak_rss_kb()},
                    {"store_bytes", device->StoreBytes()}}
            << std::endl;
  return {};
}

Status Sync(const Arguments& arguments) {
  SACOCHE_ASSIGN(const auto device,
                 BenchDevice::Open(arguments.dir, arguments.device, arguments.snapshot_after));
  SACOCHE_ASSIGN(const auto http, device->Connect());
  const ResourceUsage usage;
  SyncReport report;
  SACOCHE_TRY(device->engine().Sync(*http, report));
  if (report.envelopes_refused > 0 || report.set_aside > 0)
    return Fail(ErrorCode::kRefused, "an envelope was refused or set aside",
                "See `sacoche status`.");
  SACOCHE_ASSIGN(const EngineStatus status, device->engine().ReadStatus());
  std::cout << json{{"changes_out", report.changes_out},
                    {"changes_in", report.changes_in},
                    {"envelopes_out", report.envelopes_out},
                    {"envelopes_in", report.envelopes_in},
                    {"body_bytes_up", report.body_bytes_up},
                    {"body_bytes_down", report.body_bytes_down},
                    {"line_bytes", http->LineBytes()},
                    {"requests", report.requests},
                    {"conflicts_open", status.conflicts},
                    {"wall_s", usage.wall_s()},
                    {"cpu_s", usage.cpu_s()},
                    {"peak_rss_kb", ResourceUsage::peak_rss_kb()}}
            << std::endl;
  return {};
}

Status Export(const Arguments& arguments) {
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(arguments.dir, arguments.device));
  Engine& engine = device->engine();
  return engine.ForEachRecord([&](const RecordView& view) -> Status {
    if (view.head.kind != kCase) return {};
    json line = CaseToJson(view, engine);
    line["notes"] = json::array();
    RecordQuery children;
    children.dossier = view.head.id;
    SACOCHE_ASSIGN(const auto notes, engine.List(children));
    for (const RecordView& note : notes) line["notes"].push_back(NoteToJson(note));
    std::cout << line << '\n';
    return {};
  });
}

Status Digest(const Arguments& arguments) {
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(arguments.dir, arguments.device));
  SACOCHE_ASSIGN(const Hash256 digest, device->engine().Digest());
  std::cout << ToHex(digest) << std::endl;
  return {};
}

Status Generate(const Arguments& arguments) {
  GenerateWorkload(arguments.generator, std::cout);
  std::cout.flush();
  if (!std::cout) return Fail(ErrorCode::kIo, "the workload could not be written", "");
  return {};
}

CLI::App* AddCommand(CLI::App& app, const char* name, const char* what, Arguments& arguments) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--dir", arguments.dir, "folder of the three stores")->required();
  return command;
}

CLI::App* AddDeviceCommand(CLI::App& app, const char* name, const char* what,
                           Arguments& arguments) {
  CLI::App* command = AddCommand(app, name, what, arguments);
  command->add_option("--device", arguments.device, "A, B, S, or one that was admitted")
      ->required();
  return command;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures Sacoche on a workload file"};
  app.require_subcommand(1);
  Arguments arguments;
  std::map<CLI::App*, Status (*)(const Arguments&)> commands;

  CLI::App* init = AddCommand(app, "init", "organisation and devices A, B, S", arguments);
  init->add_option("--server", arguments.server, "https://host:port")->required();
  init->add_option("--ca", arguments.ca, "the server's certificate authority (PEM)")->required();
  commands[init] = Init;

  commands[AddDeviceCommand(app, "admit", "one more device of the same people", arguments)] = Admit;

  CLI::App* apply = AddDeviceCommand(app, "apply", "one device's operations of a phase", arguments);
  apply->add_option("--workload", arguments.workload, "JSON lines")->required();
  apply->add_option("--phase", arguments.phase, "base, day1, ...")->required();
  apply->add_option("--acknowledge", arguments.acknowledge,
                    "append the number of each operation once it is durable");
  apply->add_option("--skip", arguments.skip, "leave out so many operations, done before");
  commands[apply] = Apply;

  CLI::App* sync = AddDeviceCommand(app, "sync", "one sync", arguments);
  sync->add_option("--snapshot-after", arguments.snapshot_after,
                   "envelopes after which a snapshot is due");
  commands[sync] = Sync;
  commands[AddDeviceCommand(app, "export", "the cases as JSON lines", arguments)] = Export;
  commands[AddDeviceCommand(app, "digest", "a hash of the merged state", arguments)] = Digest;

  CLI::App* generate = app.add_subcommand("generate", "an invented workload, on standard output");
  generate->add_option("--seed", arguments.generator.seed);
  generate->add_option("--cases", arguments.generator.cases)
      ->check(CLI::Range(GeneratorOptions::kCasesMin, GeneratorOptions::kCasesMax));
  generate->add_option("--days", arguments.generator.days);
  commands[generate] = Generate;

  CLI11_PARSE(app, argc, argv);
  const Status status = commands.at(app.get_subcommands().front())(arguments);
  if (status) return 0;
  std::cerr << "sacoche-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
