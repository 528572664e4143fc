#include "samples/cli/agent_command.h"

#include <fstream>

#include "platform/posix/machine_events.h"
#include "samples/cli/one_sync.h"
#include "samples/cli/traffic_command.h"

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
  network_ = NetworkManager::Find();
  SACOCHE_ASSIGN(const auto events, MachineEvents::Watch(context_.store_folder, network_.get()));
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
    is_asked_ |= seen.asks;
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
  const auto is_held_back = IsHeldBack(**engine);
  if (!is_held_back) return TakeFailure(is_held_back.error(), report, schedule);
  if (*is_held_back) {
    schedule.Ended(MachineEvents::NowMs(), SyncSchedule::Outcome::kDone);
    return {};
  }
  const Status outcome = SyncOnce(context_, **engine, report, network_.get(), Says::kNews);
  context_.out().flush();
  if (!outcome) return TakeFailure(outcome.error(), report, schedule);
  last_failure_.clear();
  is_asked_ = false;
  schedule.Ended(MachineEvents::NowMs(), SyncSchedule::Outcome::kDone);
  return {};
}

// Whether the byte budget is spent, and nothing asks for a sync all the same: a person, something
// that protects somebody, or a day in which the laptop heard of no colleague. Told once.
Result<bool> AgentCommand::IsHeldBack(Engine& engine) {
  if (network_ != nullptr && network_->is_free()) return false;
  SACOCHE_ASSIGN(const Traffic::Use use, engine.ReadTraffic());
  const bool is_spent = use.is_spent();
  if (is_spent && !was_spent_) {
    context_.Print("Synchronising took " + TrafficText(use) +
                       ". Until it may take more, the agent sends dangers, consents and the "
                       "like, and synchronises once\na day; `sacoche sync` does at any time.\n",
                   {{"held_back", TrafficToJson(use)}});
    context_.out().flush();
  }
  was_spent_ = is_spent;
  if (!is_spent || is_asked_ || engine.ReadAbsence().days != 0U) return false;
  SACOCHE_ASSIGN(const bool protects, engine.HasProtectionWaiting());
  return !protects;
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
