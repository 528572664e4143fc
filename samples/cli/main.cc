#include <cstdlib>
#include <iostream>

#include "platform/posix/process_guard.h"
#include "samples/cli/access_log_commands.h"
#include "samples/cli/agent_command.h"
#include "samples/cli/carry_commands.h"
#include "samples/cli/command_context.h"
#include "samples/cli/command_line_error.h"
#include "samples/cli/exit_code.h"
#include "samples/cli/org_commands.h"
#include "samples/cli/reading_commands.h"
#include "samples/cli/record_commands.h"
#include "samples/cli/recovery_commands.h"
#include "samples/cli/rescue_commands.h"
#include "samples/cli/sharing_commands.h"
#include "samples/cli/store_commands.h"
#include "samples/cli/sync_commands.h"
#include "samples/cli/traffic_command.h"

namespace sacoche {
namespace {

std::string DefaultStoreFolder() {
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr && *home != '\0' ? home : ".") + "/.local/share/sacoche";
}

void AddCommonOptions(CLI::App& app, CommandContext& context) {
  context.store_folder = DefaultStoreFolder();
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "sacoche " SACOCHE_VERSION);
  app.add_option("--store", context.store_folder,
                 "The store's folder; ~/.local/share/sacoche if it is not given")
      ->envname("SACOCHE_STORE");
  app.add_option("--store-passphrase-file", context.store_passphrase_file,
                 "A file whose first line is the store's passphrase (else "
                 "SACOCHE_STORE_PASSPHRASE, else asked)");
  app.add_option("--unlock-ms", context.unlock_ms,
                 "How long unlocking may take on this machine; measured when a passphrase is set")
      ->check(CLI::Range(std::uint64_t{50}, CommandContext::kUnlockMsMax));
  app.add_flag("--json", context.json, "Results and errors as JSON");
  app.footer(kExitCodesHelp);
}

bool AsksForJson(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--json") return true;
  return false;
}

int EndWith(const Error& error, bool as_json, ExitCode exit_code) {
  std::cout.flush();
  ReportError(error, as_json);
  return static_cast<int>(exit_code);
}

int Run(int argc, char** argv) {
  CLI::App app("sacoche: cases on a laptop, offline and encrypted between laptops.");
  CommandContext context(std::cout);
  AddCommonOptions(app, context);
  RecordCommands record_commands(app, context);
  ReadingCommands reading_commands(app, context);
  SharingCommands sharing_commands(app, context);
  AccessLogCommands access_log_commands(app, context);
  SyncCommands sync_commands(app, context);
  AgentCommand agent_command(app, context);
  TrafficCommand traffic_command(app, context);
  CarryCommands carry_commands(app, context);
  RecoveryCommands recovery_commands(app, context);
  OrgCommands org_commands(app, context);
  StoreCommands store_commands(app, context);
  RescueCommands rescue_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return EndWith(DescribeParseError(app, error), AsksForJson(argc, argv), ExitCode::kCommandLine);
  }
  if (!context.outcome())
    return EndWith(context.outcome().error(), context.json,
                   ExitCodeOf(context.outcome().error().code));
  if (!std::cout.flush())
    return EndWith({ErrorCode::kIo, "the result could not be written out",
                    "Check the disk or the program that reads it; the store is as it should be."},
                   context.json, ExitCode::kUnusableFile);
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace
}  // namespace sacoche

int main(int argc, char** argv) {
  sacoche::GuardProcess();
  return sacoche::Run(argc, argv);
}
