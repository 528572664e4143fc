#include "sync-server/store_commands.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "sync-server/server_config.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/sqlite/store_backup.h"

namespace sacoche {
namespace {

using Json = nlohmann::json;

std::string StoreIn(const std::string& folder) { return folder + "/envelopes.db"; }

Json JsonOf(const StoreReport& report) {
  return {{"whole", report.is_whole()},      {"spaces", report.spaces},
          {"envelopes", report.envelopes},   {"dropped", report.dropped},
          {"statements", report.statements}, {"snapshots", report.snapshots},
          {"faults", report.faults},         {"faults_not_shown", report.faults_not_shown}};
}

std::string TextOf(const StoreReport& report) {
  return std::to_string(report.envelopes) + " envelopes in " + std::to_string(report.spaces) +
         " spaces (" + std::to_string(report.dropped) + " more dropped), " +
         std::to_string(report.snapshots) + " snapshots, " + std::to_string(report.statements) +
         " statements of the directory";
}

void Say(Output output, const Json& json, const std::string& text) {
  std::cout << (output == Output::kJson ? json.dump() : text) << std::endl;
}

Result<std::optional<SigningPublicKey>> OrganisationOf(const std::string& hex) {
  if (hex.empty()) return std::optional<SigningPublicKey>();
  SACOCHE_ASSIGN(const SigningPublicKey key, ParseOrganisation(hex));
  return std::optional(key);
}

void AddOrganisation(CLI::App* command, std::string& organisation) {
  command->add_option("--organisation", organisation,
                      "64 hexadecimal digits: it must be this organisation's store");
}

}  // namespace

void StoreCommands::AddTo(CLI::App& app) {
  CLI::App* compact = app.add_subcommand(
      "compact", "Drop old envelopes that a snapshot stands for, while no server runs");
  compact->add_option("--data", data_, "Folder of the store")->required();
  compact
      ->add_option("--keep-days", keep_days_,
                   "Keep what came within so many days (default " +
                       std::to_string(kRetentionDaysDefault) + ")")
      ->check(CLI::Range(kRetentionDaysMin, kRetentionDaysMax));

  CLI::App* backup = app.add_subcommand(
      "backup", "Write a whole, verified copy of the store into one file; a server may run");
  backup->add_option("--data", data_, "Folder of the store")->required();
  backup->add_option("--out", out_, "The file; it must not be there yet")->required();

  CLI::App* verify = app.add_subcommand(
      "verify",
      "Read all of a store or a backup and say what is wrong; a server may run. Ends "
      "with 0: whole; 3: something is wrong; 1: it could not be read");
  CLI::Option_group* what = verify->add_option_group("what");
  what->add_option("--data", data_, "Folder of the store");
  what->add_option("--file", file_, "A backup");
  what->require_option(1);
  AddOrganisation(verify, organisation_);

  CLI::App* restore = app.add_subcommand(
      "restore",
      "Put a verified backup in the store's place, while no server runs; the store that "
      "was there is kept beside");
  restore->add_option("--data", data_, "Folder of the store")->required();
  restore->add_option("--from", from_, "The backup")->required();
  AddOrganisation(restore, organisation_);
}

std::optional<Result<int>> StoreCommands::Run(const CLI::App& app, Output output) {
  if (app.got_subcommand("compact")) return Compact(output);
  if (app.got_subcommand("backup")) return Backup(output);
  if (app.got_subcommand("verify")) return Verify(output);
  if (app.got_subcommand("restore")) return Restore(output);
  return std::nullopt;
}

Result<int> StoreCommands::Compact(Output output) {
  PosixFileSystem files;
  SystemClock clock;
  if (!files.Exists(StoreIn(data_)))
    return Fail(ErrorCode::kNotFound, "there is no store in " + data_,
                "Name the folder that `serve` uses with --data.");
  SACOCHE_ASSIGN(const auto store, SqliteEnvelopeStore::Open(StoreIn(data_)));
  SACOCHE_ASSIGN(const CompactionReport report, sacoche::Compact(*store, clock, keep_days_));
  Say(output, {{"spaces", report.spaces}, {"envelopes_dropped", report.envelopes_dropped}},
      "dropped " + std::to_string(report.envelopes_dropped) + " envelopes in " +
          std::to_string(report.spaces) + " spaces; snapshots stand for them");
  return 0;
}

Result<int> StoreCommands::Backup(Output output) {
  PosixFileSystem files;
  SACOCHE_ASSIGN(const StoreReport report, BackUpStore(StoreIn(data_), out_, files));
  Json json = JsonOf(report);
  json["backup"] = out_;
  Say(output, json, "wrote " + out_ + ": " + TextOf(report));
  return 0;
}

Result<int> StoreCommands::Verify(Output output) {
  const std::string path = file_.empty() ? StoreIn(data_) : file_;
  SACOCHE_ASSIGN(const auto organisation, OrganisationOf(organisation_));
  SACOCHE_ASSIGN(const StoreReport report, VerifyStore(path, organisation));
  std::string text = TextOf(report);
  for (const std::string& fault : report.faults) text += "\nwrong: " + fault;
  if (report.faults_not_shown > 0)
    text += "\nand " + std::to_string(report.faults_not_shown) + " more";
  if (report.is_whole()) text += "\nall of it is whole";
  Say(output, JsonOf(report), text);
  return report.is_whole() ? 0 : kDamagedExitStatus;
}

Result<int> StoreCommands::Restore(Output output) {
  PosixFileSystem files;
  SACOCHE_ASSIGN(const auto organisation, OrganisationOf(organisation_));
  SACOCHE_ASSIGN(const RestoreOutcome outcome,
                 RestoreStore(from_, StoreIn(data_), organisation, files));
  Json json = JsonOf(outcome.report);
  if (!outcome.former_path.empty()) json["former"] = outcome.former_path;
  Say(output, json,
      "restored: " + TextOf(outcome.report) +
          (outcome.former_path.empty()
               ? std::string()
               : "\nthe store that was there is kept as " + outcome.former_path));
  return 0;
}

}  // namespace sacoche
