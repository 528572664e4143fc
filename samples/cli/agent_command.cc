#include "samples/cli/agent_command.h"

#include <fstream>

#include "platform/posix/machine_events.h"
#include "samples/cli/one_sync.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kMinutesMax = 24ULL * 60;
constexpr std::uint64_t kSecondsMax = 60ULL * 60;

// Somebody has to do something first.
bool EndsTheAgent(ErrorCode code) {
  return code == ErrorCode::kRevoked || code == ErrorCode::kCorrupt ||
         code == ErrorCode::kNewerFormat;
}

// What changes with the store's keys, and with nothing else (VAULT_FORMAT.md); empty: no store.
std::string HeaderOf(const std::string& path) {
  constexpr std::size_t kHeaderBytes = 8192;
  std::string header(kHeaderBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  return file ? header : "";
}

}  // namespace

AgentCommand::AgentCommand(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* agent = app.add_subcommand(
      "agent",
      "Synchronise by itself: when a network comes, after what was typed, and from time to time");
  agent->add_option("--every", every_minutes_, "At the latest after so many minutes")
      ->check(CLI::Range(std::uint64_t{1}, kMinutesMax));
  agent
      ->add_option("--after-typing", after_typing_seconds_,
                   "So many seconds after the last thing that was typed")
      ->check(CLI::Range(std::uint64_t{1}, kSecondsMax));
  context_.On(agent, [this] { return Run(); });
}

Status AgentCommand::Run() {
  SACOCHE_TRY(context_.UnlockVault());
  header_ = HeaderOf(context_.StorePath());
  SACOCHE_ASSIGN(const auto events, MachineEvents::Watch(context_.store_folder));
  SyncSchedule::Options options;
  options.period_ms = every_minutes_ * 60 * 1000;
  options.rest_ms = after_typing_seconds_ * 1000;
  options.typing_ms_max = std::max(options.typing_ms_max, options.rest_ms);
  SyncSchedule schedule(options, &context_.random(), MachineEvents::NowMs());
  context_.Print("Synchronises by itself; ends with Ctrl-C, and synchronises at once on SIGUSR1.\n",
                 {{"agent", "runs"}});
  context_.out().flush();
  while (true) {
    SACOCHE_ASSIGN(const MachineEvents::Seen seen, events->Wait(schedule.NextMs()));
    if (seen.stops) return {};
    const std::uint64_t now_ms = MachineEvents::NowMs();
    if (seen.network) schedule.NetworkCame(now_ms);
    if (seen.files) schedule.SomethingWasTyped(now_ms);
    if (seen.asks) schedule.SomebodyAsks(now_ms);
    if (now_ms < schedule.NextMs()) continue;
    SACOCHE_TRY(SyncIfNeeded(schedule));
    events->ForgetFiles();
  }
}

Status AgentCommand::SyncIfNeeded(SyncSchedule& schedule) {
  // A sync may take long; whatever ends it, the store is whole.
  const MachineEvents::MayBeEnded may_be_ended;
  if (HeaderOf(context_.StorePath()) != header_)
    return Fail(ErrorCode::kBusy, "the store was replaced, or another passphrase or key was set",
                "Start `sacoche agent` again.");
  SyncReport report;
  auto engine = context_.OpenUnlocked();
  if (!engine) return TakeFailure(engine.error(), report, schedule);
  // Other commands write for many reasons.
  if (schedule.IsForTypingOnly(MachineEvents::NowMs())) {
    SACOCHE_ASSIGN(const EngineStatus status, (*engine)->ReadStatus());
    if (status.changes_waiting == 0) {
      schedule.NothingWasTyped();
      return {};
    }
  }
  const Status outcome = SyncOnce(context_, **engine, report, Says::kNews);
  context_.out().flush();
  if (!outcome) return TakeFailure(outcome.error(), report, schedule);
  last_failure_.clear();
  schedule.Ended(MachineEvents::NowMs(), SyncSchedule::Outcome::kDone);
  return {};
}

// Told once, and not at each attempt.
Status AgentCommand::TakeFailure(const Error& error, const SyncReport& report,
                                 SyncSchedule& schedule) {
  if (EndsTheAgent(error.code)) return Forward(error);
  schedule.Ended(MachineEvents::NowMs(), SyncSchedule::Outcome::kFailed, report.retry_after_s);
  if (error.code == ErrorCode::kBusy || error.message == last_failure_) return {};
  last_failure_ = error.message;
  context_.Print("Not synchronised, and tried again by itself: " + OnOneLine(error.message) + "\n" +
                     (error.advice.empty() ? "" : OnOneLine(error.advice) + "\n"),
                 {{"failed", error.message}, {"advice", error.advice}});
  context_.out().flush();
  return {};
}

}  // namespace sacoche
