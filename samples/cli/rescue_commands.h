#pragma once

#include "engine/rescue.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// restore, rebuild: another file in the store's place, with nothing lost that can still be read.
class RescueCommands {
 public:
  // Both must outlive this, and this the parsing.
  RescueCommands(CLI::App& app, CommandContext& context);
  RescueCommands(const RescueCommands&) = delete;
  RescueCommands& operator=(const RescueCommands&) = delete;

 private:
  Status Restore();
  Status Rebuild();

  Result<std::unique_ptr<Vault>> UnlockBackup(const SecretBytes& passphrase);
  Result<RescueReport> TakeOverFromPresent(const StorePlace& into, const SecretBytes& passphrase);
  Status PutInPlace(const std::string& what, const RescueReport& report);

  CommandContext& context_;
  std::string backup_;
  bool leaves_present_ = false;
};

}  // namespace sacoche
