#pragma once

#include "engine/sync_schedule.h"
#include "platform/dbus/network_manager.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// agent: synchronises by itself until it is told to end. Between syncs the store is free for other
// commands.
class AgentCommand {
 public:
  // Both must outlive this, and this the parsing.
  AgentCommand(CLI::App& app, CommandContext& context);
  AgentCommand(const AgentCommand&) = delete;
  AgentCommand& operator=(const AgentCommand&) = delete;

 private:
  Status Run();
  // An error is one that ends the agent.
  Status SyncIfNeeded(SyncSchedule& schedule);
  Result<bool> IsHeldBack(Engine& engine);
  Status TakeFailure(const Error& error, const SyncReport& report, SyncSchedule& schedule);

  CommandContext& context_;
  std::uint64_t every_minutes_ = 15;
  std::uint64_t after_typing_seconds_ = 20;
  std::unique_ptr<NetworkManager> network_;  // nothing: none runs on this machine
  std::string header_;                       // of the store that was unlocked
  std::string last_failure_;                 // that was told; empty: the last sync was done
  bool is_asked_ = false;                    // by somebody, since the last sync
  bool was_spent_ = false;                   // the byte budget, at the last look
};

}  // namespace sacoche
