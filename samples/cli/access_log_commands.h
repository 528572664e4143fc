#pragma once

#include "engine/casework/access_log.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// access-log: who read, exported, printed or asked for what, when and why.
class AccessLogCommands {
 public:
  // Both must outlive this, and this the parsing.
  AccessLogCommands(CLI::App& app, CommandContext& context);
  AccessLogCommands(const AccessLogCommands&) = delete;
  AccessLogCommands& operator=(const AccessLogCommands&) = delete;

 private:
  Status List();

  CommandContext& context_;
  std::string since_;
  std::string record_;
};

// A reason that may be given for reading, and must be for an export where there is an access log.
CLI::Option* AddReasonOption(CLI::App* command, std::string& reason);

// What is shown is shown also if that cannot be written down, from a damaged store for instance:
// then the error stream says so.
void NoteReading(Engine& engine, const RecordView& view, const std::string& reason);

}  // namespace sacoche
