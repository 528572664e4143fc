#pragma once

#include "samples/cli/command_context.h"

namespace sacoche {

// passphrase, recovery-code, rekey, verify, backup: the store's keys and its health.
class StoreCommands {
 public:
  // Both must outlive this, and this the parsing.
  StoreCommands(CLI::App& app, CommandContext& context);
  StoreCommands(const StoreCommands&) = delete;
  StoreCommands& operator=(const StoreCommands&) = delete;

 private:
  void AddKeyCommands(CLI::App& app);

  Status ChangePassphrase();
  Status ResetPassphrase();
  Status NewRecoveryCode();
  Status ChangeDataKey();
  Status Verify();
  Status BackUp();

  Status SetPassphrase(Vault& vault);

  CommandContext& context_;
  std::string new_passphrase_file_;
  std::string recovery_code_file_;
  std::string backup_folder_;
  std::size_t backups_kept_ = 7;
};

}  // namespace sacoche
