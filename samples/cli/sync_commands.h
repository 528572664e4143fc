#pragma once

#include "engine/recovery.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// enrol, sync, status, warnings: this laptop and the server.
class SyncCommands {
 public:
  // Both must outlive this, and this the parsing.
  SyncCommands(CLI::App& app, CommandContext& context);
  SyncCommands(const SyncCommands&) = delete;
  SyncCommands& operator=(const SyncCommands&) = delete;

 private:
  Status Enrol();
  [[nodiscard]] Result<Invitation> ReadInvitation();
  Status Sync();
  Status ShowStatus();
  Status ShowWarnings();

  CommandContext& context_;
  std::string invitation_file_;
  std::string invitation_text_;
  Profile profile_;
  bool acknowledges_ = false;
};

}  // namespace sacoche
