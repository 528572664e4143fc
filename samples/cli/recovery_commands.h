#pragma once

#include "engine/recovery.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// recover, recovery-seen: a new laptop in the place of a lost one, and what colleagues are told.
class RecoveryCommands {
 public:
  // Both must outlive this, and this the parsing.
  RecoveryCommands(CLI::App& app, CommandContext& context);
  RecoveryCommands(const RecoveryCommands&) = delete;
  RecoveryCommands& operator=(const RecoveryCommands&) = delete;

 private:
  Status Recover();
  Status Acknowledge();

  Status PrintRecovered(Engine& engine, const TypedRecovery& typed, const SyncReport& report);

  Status PrintCompleted(Engine& engine);

  CommandContext& context_;
  std::string code_file_;
};

}  // namespace sacoche
