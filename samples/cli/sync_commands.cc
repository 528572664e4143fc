#include "samples/cli/sync_commands.h"

#include "platform/dbus/network_manager.h"
#include "samples/cli/invitation.h"
#include "samples/cli/one_sync.h"
#include "samples/cli/recovery_text.h"
#include "samples/cli/space_words.h"
#include "samples/cli/traffic_command.h"
#include "samples/cli/warnings.h"

namespace sacoche {
namespace {

std::string Line(const std::string& label, const std::string& value) {
  return label + ": " + OnOneLine(value) + "\n";
}

std::string Line(const std::string& label, std::uint64_t count) {
  return label + ": " + std::to_string(count) + "\n";
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
               {"changes_by_file_only", status.changes_by_file_only},
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

Status SyncCommands::Sync() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SyncReport report;
  const auto network = NetworkManager::Find();
  return SyncOnce(context_, *engine, report, network.get(), Says::kAlways);
}

Status SyncCommands::ShowStatus() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const EngineStatus status, engine->ReadStatus());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine->ReadRecovery());
  SACOCHE_ASSIGN(const Traffic::Use traffic, engine->ReadTraffic());
  Json json = StatusToJson(*engine, status);
  json["traffic"] = TrafficToJson(traffic);
  json["recovery"] = RecoveryToJson(*engine, recovery);
  context_.Print(StatusText(*engine, status) + Line("Synchronising took", TrafficText(traffic)) +
                     RecoveryText(*engine, recovery),
                 json);
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
