#include "samples/cli/recovery_commands.h"

#include "platform/vault/recovery_code.h"
#include "samples/cli/passphrase.h"
#include "samples/cli/recovery_text.h"

namespace sacoche {
namespace {

std::string LossText(const std::optional<std::uint64_t>& last_received_s) {
  return "What that laptop had written and not sent is lost" +
         (last_received_s ? "; the last of it that the server received is of " +
                                LocalTime(ShownTime{*last_received_s * 1000, false}) + ".\n"
                          : std::string(".\n"));
}

}  // namespace

RecoveryCommands::RecoveryCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* recover = app.add_subcommand(
      "recover", "Read again on this laptop what your lost one read, with its recovery code");
  recover->add_option(
      "--recovery-code-file", code_file_,
      "A file whose first line is the code (else SACOCHE_RECOVERY_CODE, else asked)");
  context_.On(recover, [this] { return Recover(); });
  context_.On(app.add_subcommand("recovery-seen",
                                 "Take the notices of recoveries away that `status` shows"),
              [this] { return Acknowledge(); });
}

Status RecoveryCommands::Recover() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto joined, engine->JoinedTo());
  if (!joined)
    return Fail(ErrorCode::kNotEnrolled, "this laptop belongs to no organisation yet",
                "Enrol it with `sacoche enrol` and the invitation of your administrator.");
  SACOCHE_ASSIGN(const SecretBytes typed,
                 ReadPassphrase(kLostRecoveryCode, code_file_, PassphraseUse::kOpen));
  SACOCHE_ASSIGN(const SecretBytes code, ParseRecoveryCode(typed.view()));
  SACOCHE_ASSIGN(auto http, context_.Connect(*joined));
  SACOCHE_ASSIGN(const RecoveryStatus begun, engine->ReadRecovery());
  SyncReport before;
  SACOCHE_TRY(engine->Sync(*http, before));
  // A code that was typed earlier, when the connection broke, has served now.
  SACOCHE_ASSIGN(const RecoveryStatus after, engine->ReadRecovery());
  if (begun.code_was_typed && !after.code_was_typed) return PrintCompleted(*engine);
  SACOCHE_ASSIGN(const TypedRecovery recovery, engine->UseRecoveryCode(code.view()));
  SyncReport report;
  if (Status synced = engine->Sync(*http, report); !synced) {
    synced.error().advice += " The code is right and kept: the next `sacoche sync` goes on.";
    return synced;
  }
  report.changes_in += before.changes_in;
  return PrintRecovered(*engine, recovery, report);
}

Status RecoveryCommands::PrintRecovered(Engine& engine, const TypedRecovery& typed,
                                        const SyncReport& report) {
  SACOCHE_ASSIGN(const auto last_received_s, engine.LastReceivedFrom(typed.lost));
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine.ReadRecovery());
  std::string text = "Restored with the code of " + LaptopName(engine, typed.lost) + ": " +
                     SpaceNames(engine, typed.spaces) + ", " + Counted(status.records, "record") +
                     ".\n" + LossText(last_received_s) + "Every laptop of these spaces is told. " +
                     (recovery.code == RecoveryStatus::Code::kInForce
                          ? "From now on this laptop's own code restores your access: destroy the "
                            "old paper.\n"
                          : "Keep the old paper until `sacoche status` says that this laptop's own "
                            "code is in force.\n");
  if (report.spaces_waiting_for_key > 0)
    text += "The key of " + Counted(report.spaces_waiting_for_key, "space") +
            " was never given to that code: synchronise again after a colleague has.\n";
  const Profile lost = engine.ProfileOf(typed.lost);
  context_.Print(
      text, {{"lost",
              {{"device_id", typed.lost.ToHex()},
               {"person", lost.person},
               {"device", lost.device_label}}},
             {"last_received",
              last_received_s ? Json(UtcTime(Hlc::Of(*last_received_s * 1000, 0))) : Json(nullptr)},
             {"spaces", SpacesToJson(engine, typed.spaces)},
             {"records", status.records},
             {"changes_in", report.changes_in},
             {"spaces_waiting_for_key", report.spaces_waiting_for_key}});
  return {};
}

Status RecoveryCommands::PrintCompleted(Engine& engine) {
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  context_.Print(
      "The recovery that was begun before is complete: " + Counted(status.records, "record") +
          ".\nWhat the lost laptop had written and not sent is lost.\n",
      {{"lost", nullptr}, {"records", status.records}});
  return {};
}

Status RecoveryCommands::Acknowledge() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine->ReadRecovery());
  std::vector<Hash256> seen;
  for (const RecoveryNotice& notice : recovery.notices) seen.push_back(notice.statement);
  if (!seen.empty()) SACOCHE_TRY(engine->AcknowledgeRecoveries(seen));
  context_.Print(seen.empty() ? "There is no notice of a recovery.\n"
                              : Counted(seen.size(), "notice") + " taken away.\n",
                 {{"acknowledged", seen.size()}});
  return {};
}

}  // namespace sacoche
