#include "samples/cli/store_commands.h"

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "platform/vault/page_check.h"
#include "platform/vault/rekey.h"
#include "samples/cli/passphrase.h"

namespace sacoche {
namespace {

constexpr std::string_view kBackupPrefix = "sacoche-";
constexpr std::string_view kBackupSuffix = ".backup";
constexpr std::size_t kBackupsKeptMax = 1000;

// Sorts by age: sacoche-20261124T101500Z.backup.
std::string BackupName(std::uint64_t now_ms) {
  const auto seconds = static_cast<std::time_t>(now_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return std::string(kBackupPrefix) + std::string(text.data(), size) + std::string(kBackupSuffix);
}

// The backups in a folder, oldest first.
std::vector<std::filesystem::path> BackupsIn(const std::string& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kBackupPrefix) && name.ends_with(kBackupSuffix))
      found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::string ListOf(const std::vector<std::string>& faults) {
  std::string text;
  for (const std::string& fault : faults) text += "  " + OnOneLine(fault) + "\n";
  return text;
}

std::string VerifyText(const PageCheckReport& pages, const StoreCheck& check) {
  std::string text = Counted(pages.pages, "page") + ", " + Counted(check.changes, "change") + ", " +
                     Counted(check.envelopes, "envelope") + " looked at.\n";
  if (check.whole()) return text + "The store is whole.\n";
  if (!check.structure.empty())
    text += "The file's structure is damaged:\n" + ListOf(check.structure);
  if (!check.log.empty()) text += "The log of changes has holes:\n" + ListOf(check.log);
  return text;
}

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the store is damaged: " + what,
              "It is only read from now on. `sacoche rebuild` saves what can be read and gets the "
              "rest from the server; `sacoche restore` puts a backup in its place.");
}

std::string PageNumbers(const PageCheckReport& report) {
  std::string text;
  for (const std::uint64_t page : report.damaged)
    text += (text.empty() ? "" : ", ") + std::to_string(page);
  if (report.damaged_count > report.damaged.size()) text += ", ...";
  return text;
}

}  // namespace

StoreCommands::StoreCommands(CLI::App& app, CommandContext& context) : context_(context) {
  AddKeyCommands(app);
  context_.On(app.add_subcommand("verify", "Look through the whole store; nothing is changed"),
              [this] { return Verify(); });
  CLI::App* backup = app.add_subcommand("backup", "Copy the store, encrypted, into a folder");
  backup->add_option("folder", backup_folder_, "Where the backups are kept")->required();
  backup->add_option("--keep", backups_kept_, "How many backups stay in the folder")
      ->check(CLI::Range(std::size_t{1}, kBackupsKeptMax));
  context_.On(backup, [this] { return BackUp(); });
}

void StoreCommands::AddKeyCommands(CLI::App& app) {
  CLI::App* passphrase = app.add_subcommand("passphrase", "The store's passphrase");
  passphrase->require_subcommand(1);
  CLI::App* change = passphrase->add_subcommand("change", "Set another passphrase");
  CLI::App* reset =
      passphrase->add_subcommand("reset", "Set a passphrase with the recovery code on paper");
  for (CLI::App* command : {change, reset})
    command->add_option("--new-passphrase-file", new_passphrase_file_,
                        "A file whose first line is the new passphrase (else "
                        "SACOCHE_NEW_PASSPHRASE, else asked)");
  reset->add_option("--recovery-code-file", recovery_code_file_,
                    "A file whose first line is the code (else SACOCHE_RECOVERY_CODE, else asked)");
  context_.On(change, [this] { return ChangePassphrase(); });
  context_.On(reset, [this] { return ResetPassphrase(); });
  context_.On(app.add_subcommand("recovery-code", "Make a new recovery code; the old one ends"),
              [this] { return NewRecoveryCode(); });
  context_.On(app.add_subcommand("rekey", "Encrypt the whole store anew under another key"),
              [this] { return ChangeDataKey(); });
}

Status StoreCommands::SetPassphrase(Vault& vault) {
  SACOCHE_ASSIGN(const SecretBytes passphrase,
                 ReadPassphrase(kNewStorePassphrase, new_passphrase_file_, PassphraseUse::kCreate));
  SACOCHE_TRY(vault.ChangePassphrase(passphrase.view(), context_.MeasuredCost()));
  context_.Print("The passphrase is changed.\n", {{"changed", true}});
  return {};
}

Status StoreCommands::ChangePassphrase() {
  SACOCHE_ASSIGN(Vault * vault, context_.UnlockVault());
  return SetPassphrase(*vault);
}

Status StoreCommands::ResetPassphrase() {
  SACOCHE_ASSIGN(const auto vault, context_.UnlockVaultWithRecoveryCode(recovery_code_file_));
  return SetPassphrase(*vault);
}

Status StoreCommands::NewRecoveryCode() {
  SACOCHE_ASSIGN(Vault * vault, context_.UnlockVault());
  SACOCHE_ASSIGN(const RecoveryCode code, vault->ReplaceRecoveryCode());
  context_.ShowRecoveryCode(code);
  SACOCHE_TRY(context_.OpenUnlocked());
  context_.Print(
      "The recovery code is changed. The new one opens this laptop from now on, and restores your "
      "access on\nanother after the next synchronisation. Destroy the old paper.\n",
      {{"changed", true}});
  return {};
}

Status StoreCommands::ChangeDataKey() {
  SACOCHE_ASSIGN(const SecretBytes passphrase, context_.ReadStorePassphrase());
  SACOCHE_ASSIGN(auto vault, context_.UnlockVaultWith(passphrase));
  SACOCHE_TRY(context_.Take(Rekey(std::move(vault), passphrase.view(), context_.MeasuredCost())));
  SACOCHE_TRY(context_.OpenUnlocked());
  context_.Print("The whole store is encrypted anew.\n", {{"changed", true}});
  return {};
}

Status StoreCommands::Verify() {
  SACOCHE_ASSIGN(Vault * vault, context_.UnlockVault());
  SACOCHE_ASSIGN(const PageCheckReport pages, PageCheck(*vault).Run());
  if (pages.damaged_count > 0) {
    SACOCHE_TRY(context_.NoteDamage());
    return Damaged(Counted(pages.damaged_count, "page") + " of " + std::to_string(pages.pages) +
                   " cannot be read (" + PageNumbers(pages) + ")");
  }
  SACOCHE_ASSIGN(auto engine, context_.OpenUnlocked());
  SACOCHE_ASSIGN(const StoreCheck check, engine->Check());
  context_.Print(VerifyText(pages, check), {{"whole", check.whole()},
                                            {"pages", pages.pages},
                                            {"changes", check.changes},
                                            {"envelopes", check.envelopes},
                                            {"structure", check.structure},
                                            {"log", check.log}});
  if (check.whole()) return context_.ForgetDamage();
  SACOCHE_TRY(context_.NoteDamage());
  return Damaged(check.structure.empty() ? "its log has holes" : "its structure is broken");
}

Status StoreCommands::BackUp() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  std::error_code error;
  std::filesystem::create_directories(backup_folder_, error);
  if (error)
    return Fail(ErrorCode::kIo, "the folder of the backups cannot be made: " + error.message(),
                "Check the path and its permissions.");
  const std::string name = BackupName(context_.clock().NowMs());
  const std::string path = backup_folder_ + "/" + name;
  const std::string unfinished = path + ".unfinished";
  SACOCHE_TRY(context_.files().Remove(unfinished));
  SACOCHE_TRY(engine->BackUpTo(unfinished));
  SACOCHE_TRY(context_.files().Rename(unfinished, path));
  auto backups = BackupsIn(backup_folder_);
  std::size_t removed = 0;
  for (; backups.size() - removed > backups_kept_; ++removed)
    SACOCHE_TRY(context_.files().Remove(backups[removed].string()));
  context_.Print("The backup is " + path + "\n", {{"backup", path}, {"removed", removed}});
  return {};
}

}  // namespace sacoche
