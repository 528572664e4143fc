#include "samples/cli/rescue_commands.h"

#include "platform/vault/page_check.h"
#include "platform/vault/store_replacement.h"

namespace sacoche {

RescueCommands::RescueCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* restore = app.add_subcommand("restore", "Put a backup in the store's place");
  restore->add_option("backup", backup_, "The file that `sacoche backup` made")->required();
  restore->add_flag("--leave-present", leaves_present_,
                    "Take nothing over from the store that is here; it is kept beside");
  context_.On(restore, [this] { return Restore(); });
  context_.On(app.add_subcommand("rebuild",
                                 "Make a damaged store anew from what can be read of it; the next "
                                 "sync brings the rest"),
              [this] { return Rebuild(); });
}

Result<std::unique_ptr<Vault>> RescueCommands::UnlockBackup(const SecretBytes& passphrase) {
  SACOCHE_ASSIGN(auto vault,
                 Vault::UnlockWithPassphrase(context_.VaultOptionsOf(backup_), passphrase.view()));
  SACOCHE_ASSIGN(const PageCheckReport pages, PageCheck(*vault).Run());
  if (pages.damaged_count == 0) return vault;
  return Fail(ErrorCode::kCorrupt, "the backup is damaged", "Take another backup.");
}

// A present store that cannot be read has nothing to give. One that opens with another passphrase
// may have: then people decide.
Result<RescueReport> RescueCommands::TakeOverFromPresent(const StorePlace& into,
                                                         const SecretBytes& passphrase) {
  const std::string path = context_.StorePath();
  const StoreFileState state = Vault::Inspect(context_.VaultOptionsOf(path));
  if (leaves_present_ || state == StoreFileState::kMissing || state == StoreFileState::kForeign)
    return RescueReport{};
  Result<RescueReport> taken;
  if (state == StoreFileState::kPlainDatabase) {
    taken = TakeOver({path, ""}, into, context_.schema());
  } else {
    const auto present =
        Vault::UnlockWithPassphrase(context_.VaultOptionsOf(path), passphrase.view());
    if (!present && present.error().code == ErrorCode::kWrongPassphrase)
      return Fail(ErrorCode::kInvalidInput,
                  "the store that is here opens with another passphrase than the backup, and may "
                  "hold work that was never sent",
                  "Change its passphrase to the backup's with `sacoche passphrase change`, or give "
                  "--leave-present: it is kept beside in any case.");
    if (!present) return Forward(present.error());
    taken = TakeOver({path, (*present)->vfs_name()}, into, context_.schema());
  }
  if (!taken && taken.error().code == ErrorCode::kCorrupt) return RescueReport{0, 1};
  return taken;
}

Status RescueCommands::Restore() {
  SACOCHE_ASSIGN(const SecretBytes passphrase, context_.ReadStorePassphrase());
  SACOCHE_ASSIGN(auto vault, UnlockBackup(passphrase));
  SACOCHE_TRY(context_.PrepareStoreFolder());
  const StorePlace ready{ReadyPath(context_.StorePath()), vault->vfs_name()};
  {
    SACOCHE_ASSIGN(const auto backup, Engine::Open({.path = backup_,
                                                    .schema = &context_.schema(),
                                                    .clock = &context_.clock(),
                                                    .random = &context_.random(),
                                                    .vfs = vault->vfs_name(),
                                                    .read_only = true}));
    SACOCHE_TRY(backup->BackUpTo(ready.path));
  }
  SACOCHE_TRY(ContinueBackup(ready, context_.random()));
  SACOCHE_ASSIGN(const RescueReport report, TakeOverFromPresent(ready, passphrase));
  vault.reset();
  return PutInPlace("The backup is in the store's place.", report);
}

Status RescueCommands::Rebuild() {
  SACOCHE_ASSIGN(Vault * vault, context_.UnlockVault());
  SACOCHE_TRY(context_.PrepareStoreFolder());
  const std::string path = context_.StorePath();
  SACOCHE_ASSIGN(const RescueReport report,
                 RebuildStore({path, vault->vfs_name()}, {ReadyPath(path), vault->vfs_name()},
                              context_.schema(), context_.random()));
  context_.LockVault();
  return PutInPlace("The store is made anew.", report);
}

Status RescueCommands::PutInPlace(const std::string& what, const RescueReport& report) {
  const std::string path = context_.StorePath();
  const bool replaces = context_.files().Exists(path);
  SACOCHE_TRY(ReplaceStore(context_.files(), path));
  SACOCHE_TRY(context_.ForgetDamage());
  std::string text = what + "\n";
  if (replaces)
    text += Counted(report.changes_taken_over, "change") +
            " taken over from the store that was here, which is kept as " + ReplacedPath(path) +
            ".\n";
  if (report.unreadable > 0)
    text += "Of that store, " + Counted(report.unreadable, "part") + " could not be read.\n";
  text += "Synchronise now: the server still has what was sent from this laptop.\n";
  context_.Print(text, {{"taken_over", report.changes_taken_over},
                        {"unreadable", report.unreadable},
                        {"replaced", replaces ? Json(ReplacedPath(path)) : Json(nullptr)}});
  return {};
}

}  // namespace sacoche
