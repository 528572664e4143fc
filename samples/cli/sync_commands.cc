#include "samples/cli/sync_commands.h"

#include "engine/casework/access_log.h"
#include "samples/cli/invitation.h"
#include "samples/cli/recovery_text.h"
#include "samples/cli/space_words.h"
#include "samples/cli/warnings.h"

namespace sacoche {
namespace {

std::string Line(const std::string& label, const std::string& value) {
  return label + ": " + OnOneLine(value) + "\n";
}

std::string Line(const std::string& label, std::uint64_t count) {
  return label + ": " + std::to_string(count) + "\n";
}

Json ReportToJson(const SyncReport& report, const EngineStatus& status,
                  const RecoveryStatus& recovery, bool complete) {
  Json json = {{"complete", complete},
               {"changes_out", report.changes_out},
               {"changes_in", report.changes_in},
               {"envelopes_out", report.envelopes_out},
               {"envelopes_in", report.envelopes_in},
               {"envelopes_sent_again", report.envelopes_sent_again},
               {"envelopes_refused", report.envelopes_refused},
               {"set_aside", report.set_aside},
               {"spaces_waiting_for_key", report.spaces_waiting_for_key},
               {"spaces_waiting_for_snapshot", report.spaces_waiting_for_snapshot},
               {"statements_sent_again", report.statements_sent_again},
               {"directory_withheld", report.directory_withheld},
               {"shown_differently", report.shown_differently},
               {"envelopes_after_leaving", report.envelopes_after_leaving},
               {"body_bytes_up", report.body_bytes_up},
               {"body_bytes_down", report.body_bytes_down},
               {"requests", report.requests},
               {"changes_waiting", status.changes_waiting},
               {"conflicts_open", status.conflicts},
               {"recoveries_to_acknowledge", recovery.notices.size()},
               {"warnings", Json::array()}};
  for (const Suspicion suspicion : report.suspicions) json["warnings"].push_back(NameOf(suspicion));
  if (report.last_refusal) json["last_refusal"] = ProblemName(*report.last_refusal);
  return json;
}

// A clock that is off by less troubles nobody.
constexpr std::int64_t kClockOffMsMax = 10LL * 60 * 1000;

std::string ClockNotice(const EngineStatus& status) {
  if (status.time_in_doubt)
    return "The laptop's clock contradicts what the server last said: what you write now is dated "
           "by guess and marked so. Set the clock, or synchronise.\n";
  const std::int64_t ahead_ms = status.clock_ahead_ms.value_or(0);
  if (std::abs(ahead_ms) <= kClockOffMsMax) return "";
  const auto minutes = static_cast<std::uint64_t>(std::abs(ahead_ms) / 60'000);
  return "The laptop's clock was " + Counted(minutes, "minute") +
         (ahead_ms > 0 ? " ahead of" : " behind") +
         " the server's at the last synchronisation; dates follow the server's. Set the clock.\n";
}

// Of a laptop that will lock, from so many days before.
constexpr std::uint64_t kLockNotedDays = 5;

std::string LockNotice(const Absence& absence) {
  if (absence.is_locked)
    return "LOCKED: this laptop did not synchronise for " + Counted(*absence.days, "day") +
           ", by its clock. Nothing is lost: connect and run\n`sacoche sync`.\n";
  if (!absence.days_left || *absence.days_left > kLockNotedDays) return "";
  return "This laptop locks in " + Counted(*absence.days_left, "day") +
         " unless it synchronises: nothing would be lost, but nothing shown.\n";
}

// What the person should know beside the counts.
std::string Notices(const SyncReport& report, const EngineStatus& status,
                    const RecoveryStatus& recovery) {
  std::string text;
  if (!recovery.notices.empty())
    text += "A recovery opened a space of this laptop for somebody: see `sacoche status`.\n";
  if (report.envelopes_refused > 0)
    text +=
        "The server refused " + Counted(report.envelopes_refused, "envelope") + " (" +
        std::string(report.last_refusal ? ProblemName(*report.last_refusal) : "no reason given") +
        "); kept on this laptop. Tell your administrator.\n";
  if (report.spaces_waiting_for_key > 0)
    text += "The key of " + Counted(report.spaces_waiting_for_key, "space") +
            " has not come yet: synchronise again after a colleague has.\n";
  if (report.spaces_waiting_for_snapshot > 0)
    text += "The beginning of " + Counted(report.spaces_waiting_for_snapshot, "space") +
            " has not come yet: synchronise again after a colleague has.\n";
  text += WarningLines(report.suspicions);
  if (report.set_aside > 0)
    text += Counted(report.set_aside, "envelope") +
            " made by a newer release kept aside. Update Sacoche.\n";
  text += ClockNotice(status);
  if (status.conflicts > 0)
    text += Counted(status.conflicts, "open conflict") + ": see `sacoche conflicts`.\n";
  return text;
}

Json KindWordOf(const Engine& engine, const SpaceId& space) {
  const auto kind = engine.SpaceLabelOf(space).kind;
  const auto word =
      std::ranges::find_if(kSpaceKinds, [&](const auto& known) { return known.second == kind; });
  return word == kSpaceKinds.end() ? Json(nullptr) : Json(word->first);
}

Json StatusToJson(const Engine& engine, const EngineStatus& status) {
  Json json = {{"device_id", status.device.ToHex()},
               {"comparison_phrase",
                status.comparison_phrase ? Json(*status.comparison_phrase) : Json(nullptr)},
               {"server", status.server_url ? Json(*status.server_url) : Json(nullptr)},
               {"admitted", status.admitted},
               {"spaces", Json::array()},
               {"members", status.members},
               {"records", status.records},
               {"changes", status.changes},
               {"changes_waiting", status.changes_waiting},
               {"envelopes_refused", status.envelopes_refused},
               {"set_aside", status.set_aside},
               {"conflicts_open", status.conflicts}};
  for (const SpaceId& space : status.spaces)
    json["spaces"].push_back({{"id", space.ToUuid()},
                              {"name", engine.SpaceNameOf(space)},
                              {"kind", KindWordOf(engine, space)}});
  if (status.last_refusal) json["last_refusal"] = ProblemName(*status.last_refusal);
  json["clock_ahead_ms"] = status.clock_ahead_ms ? Json(*status.clock_ahead_ms) : Json(nullptr);
  json["time_in_doubt"] = status.time_in_doubt;
  const Absence& absence = status.absence;
  json["days_since_sync"] = absence.days ? Json(*absence.days) : Json(nullptr);
  json["locks_in_days"] = absence.days_left ? Json(*absence.days_left) : Json(nullptr);
  json["locked"] = absence.is_locked;
  json["warnings_to_acknowledge"] = status.suspicions;
  return json;
}

std::string StatusText(const Engine& engine, const EngineStatus& status) {
  std::string text =
      Line("Device", status.device.ToHex().substr(0, 8)) +
      Line("Server", status.server_url.value_or("none: not enrolled")) +
      (status.comparison_phrase ? Line("Comparison phrase", *status.comparison_phrase) : "") +
      Line("Admitted", status.admitted ? "yes" : "not yet, as far as this laptop knows");
  for (const SpaceId& space : status.spaces)
    text += Line("Space", engine.SpaceNameOf(space) + "   " + space.ToUuid());
  text += Line("Members known", status.members) + Line("Records", status.records) +
          Line("Changes", status.changes) +
          Line("Changes that the server has not yet", status.changes_waiting) +
          Line("Open conflicts", status.conflicts);
  if (status.envelopes_refused > 0)
    text += "Refused by the server, kept here: " + std::to_string(status.envelopes_refused) + " (" +
            std::string(status.last_refusal ? ProblemName(*status.last_refusal) : "") + ")\n";
  if (status.set_aside > 0) text += Line("Kept aside, of a newer release", status.set_aside);
  if (status.suspicions > 0)
    text += "WARNING: " + Counted(status.suspicions, "thing") +
            " looked wrong in what came from the server: see `sacoche warnings`.\n";
  text += ClockNotice(status) + LockNotice(status.absence);
  return text;
}

}  // namespace

SyncCommands::SyncCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* enrol =
      app.add_subcommand("enrol", "Ask the organisation to admit this laptop; may be repeated");
  auto* invitation = enrol->add_option_group("Invitation", "What the administrator gave you");
  invitation->add_option("--invitation", invitation_file_, "The file that the administrator made");
  invitation->add_option("--invitation-text", invitation_text_,
                         "The text that the administrator printed, SACOCHE1/..., in quotes");
  invitation->require_option(1);
  enrol->add_option("--person", profile_.person, "Your first and last name")->required();
  enrol->add_option("--device", profile_.device_label, "A name for this laptop")->required();
  context_.On(enrol, [this] { return Enrol(); });

  CLI::App* sync = app.add_subcommand("sync", "Send and receive changes");
  context_.On(sync, [this] { return Sync(); });

  CLI::App* status = app.add_subcommand("status", "Show how this laptop and its store stand");
  context_.On(status, [this] { return ShowStatus(); });

  CLI::App* warnings = app.add_subcommand(
      "warnings", "Show what looked wrong in what came from the server or from other laptops");
  warnings->add_flag("--acknowledge", acknowledges_, "Mark all of it as read");
  context_.On(warnings, [this] { return ShowWarnings(); });
}

Result<Invitation> SyncCommands::ReadInvitation() {
  if (invitation_file_.empty()) {
    SACOCHE_ASSIGN(const InvitationText text, ParseInvitationText(invitation_text_));
    return CommandContext::Complete(text);
  }
  SACOCHE_ASSIGN(const Bytes file,
                 context_.files().ReadFile(invitation_file_, kInvitationBytesMax));
  return DecodeInvitation(TextOf(file));
}

Status SyncCommands::Enrol() {
  SACOCHE_TRY(CheckTyped("the person's name", profile_.person, kPersonBytesMax));
  SACOCHE_TRY(CheckTyped("the laptop's name", profile_.device_label, kDeviceLabelBytesMax));
  SACOCHE_ASSIGN(const Invitation invitation, ReadInvitation());
  profile_.ticket = invitation.ticket;
  SACOCHE_ASSIGN(auto http, context_.Connect(invitation));
  SACOCHE_ASSIGN(auto engine, context_.MakeStore());
  SACOCHE_TRY(engine->Join(invitation));
  SACOCHE_TRY(engine->RequestAdmission(*http, profile_));
  SACOCHE_ASSIGN(const EngineStatus status, engine->ReadStatus());
  const std::string phrase = status.comparison_phrase.value_or("");  // there since Join
  context_.Print("The request was sent. Comparison phrase of this laptop:\n\n    " + phrase +
                     "\n\nRead the six words to your administrator, over the telephone or in "
                     "person. Once you are\nadmitted, run `sacoche sync`; if this laptop takes the "
                     "place of a lost one, `sacoche recover`.\n",
                 {{"comparison_phrase", phrase}, {"device_id", status.device.ToHex()}});
  return {};
}

void SyncCommands::PrintReport(const SyncReport& report, const EngineStatus& status,
                               const RecoveryStatus& recovery, bool complete) {
  context_.Print(
      (complete ? "Synchronised" : "Synchronised in part") + std::string(": ") +
          Counted(report.changes_out, "change") + " sent, " + std::to_string(report.changes_in) +
          " received (" + std::to_string(report.body_bytes_up) + " bytes up, " +
          std::to_string(report.body_bytes_down) + " down).\n" + Notices(report, status, recovery),
      ReportToJson(report, status, recovery, complete));
}

Status SyncCommands::Sync() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto joined, engine->JoinedTo());
  if (!joined)
    return Fail(ErrorCode::kNotEnrolled, "this laptop belongs to no organisation yet",
                "Enrol it with `sacoche enrol` and the invitation of your administrator.");
  SACOCHE_ASSIGN(auto http, context_.Connect(*joined));
  SyncReport report;
  const Status outcome = engine->Sync(*http, report);
  SACOCHE_ASSIGN(const EngineStatus status, engine->ReadStatus());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine->ReadRecovery());
  const bool did_something = report.changes_out + report.changes_in > 0;
  if (outcome || did_something) PrintReport(report, status, recovery, outcome.has_value());
  // The server has just told the time. What is erased now is sent next time.
  if (outcome) SACOCHE_TRY(casework::EraseOldAccesses(*engine));
  return outcome;
}

Status SyncCommands::ShowStatus() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const EngineStatus status, engine->ReadStatus());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine->ReadRecovery());
  Json json = StatusToJson(*engine, status);
  json["recovery"] = RecoveryToJson(*engine, recovery);
  context_.Print(StatusText(*engine, status) + RecoveryText(*engine, recovery), json);
  return {};
}

Status SyncCommands::ShowWarnings() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto entries, engine->ReadSuspicions());
  std::string text = entries.empty() ? "Nothing ever looked wrong to this laptop.\n" : "";
  Json json = Json::array();
  for (const Suspicions::Entry& entry : entries) {
    text += WarningText(*engine, entry);
    json.push_back(WarningToJson(*engine, entry));
  }
  context_.Print(text, json);
  return acknowledges_ ? engine->AcknowledgeSuspicions() : Status();
}

}  // namespace sacoche
