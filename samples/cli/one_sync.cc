#include "samples/cli/one_sync.h"

#include "engine/casework/access_log.h"
#include "engine/recovery.h"
#include "samples/cli/warnings.h"

namespace sacoche {
namespace {

Json ReportToJson(const SyncReport& report, const EngineStatus& status,
                  const RecoveryStatus& recovery, bool complete) {
  Json json = {{"complete", complete},
               {"changes_out", report.changes_out},
               {"changes_in", report.changes_in},
               {"envelopes_out", report.envelopes_out},
               {"envelopes_in", report.envelopes_in},
               {"envelopes_sent_again", report.envelopes_sent_again},
               {"envelopes_carried_on", report.envelopes_carried_on},
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

void PrintReport(CommandContext& context, const SyncReport& report, const EngineStatus& status,
                 const RecoveryStatus& recovery, bool complete) {
  context.Print(
      (complete ? "Synchronised" : "Synchronised in part") + std::string(": ") +
          Counted(report.changes_out, "change") + " sent, " + std::to_string(report.changes_in) +
          " received (" + std::to_string(report.body_bytes_up) + " bytes up, " +
          std::to_string(report.body_bytes_down) + " down).\n" + Notices(report, status, recovery),
      ReportToJson(report, status, recovery, complete));
}

}  // namespace

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

Status SyncOnce(CommandContext& context, Engine& engine, SyncReport& report,
                const NetworkWatch* network, Says says) {
  SACOCHE_ASSIGN(const auto joined, engine.JoinedTo());
  if (!joined)
    return Fail(ErrorCode::kNotEnrolled, "this laptop belongs to no organisation yet",
                "Enrol it with `sacoche enrol` and the invitation of your administrator.");
  SACOCHE_ASSIGN(auto http, context.Connect(*joined));
  const bool is_free = network != nullptr && network->is_free();
  const Status outcome = engine.Sync(*http, report, is_free ? LineCost::kFree : LineCost::kMetered);
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  SACOCHE_ASSIGN(const RecoveryStatus recovery, engine.ReadRecovery());
  const bool has_news = report.changes_out + report.changes_in > 0;
  const bool is_told =
      has_news || !report.suspicions.empty() || (outcome.has_value() && says == Says::kAlways);
  if (is_told) PrintReport(context, report, status, recovery, outcome.has_value());
  // The server has just told the time. What is erased now is sent next time.
  if (outcome) SACOCHE_TRY(casework::EraseOldAccesses(engine));
  return outcome;
}

}  // namespace sacoche
