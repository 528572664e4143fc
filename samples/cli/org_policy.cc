// The part of OrgCommands that says what the organisation asks of its laptops.

#include "samples/cli/org_commands.h"

namespace sacoche {
namespace {

std::string PolicyText(const PolicyStatement& policy) {
  const std::string lock = policy.lock_after_days == 0
                               ? "a laptop stays open however long it does not synchronise"
                               : "a laptop that did not synchronise for " +
                                     Counted(policy.lock_after_days, "day") +
                                     " is locked until it has";
  const std::string force = policy.break_glass_hours_max == 0
                                ? "no case is opened by force"
                                : "a case is opened by force for at most " +
                                      Counted(policy.break_glass_hours_max, "hour");
  return "Policy:\n  " + lock + "\n  " + force + "\n";
}

Json PolicyToJson(const PolicyStatement& policy) {
  return {{"lock_after_days", policy.lock_after_days},
          {"break_glass_hours_max", policy.break_glass_hours_max}};
}

}  // namespace

void OrgCommands::AddPolicy(CLI::App& org) {
  CLI::App* command =
      AddCommand(org, "policy", "Say what is asked of the laptops; without an option, show it");
  command->add_option("--invitation", invitation_file_,
                      "The invitation file, instead of --server and --ca");
  command
      ->add_option("--lock-after-days", lock_after_days_,
                   "After how many days without a synchronisation a laptop locks; 0: never")
      ->check(CLI::Range(std::uint64_t{0}, kLockAfterDaysMax));
  CLI::Option* hours =
      command
          ->add_option("--break-glass-hours", hours_,
                       "For how many hours `org break-glass` may open a case at most")
          ->check(CLI::Range(std::uint64_t{1}, kBreakGlassHoursMax));
  command->add_flag("--no-break-glass", forbids_break_glass_, "No case is opened by force")
      ->excludes(hours);
  context_.On(command, [this] { return Policy(); });
}

Status OrgCommands::Policy() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->Refresh());
  PolicyStatement policy = office.organisation->directory().policy();
  policy.lock_after_days = lock_after_days_.value_or(policy.lock_after_days);
  policy.break_glass_hours_max =
      forbids_break_glass_ ? 0 : hours_.value_or(policy.break_glass_hours_max);
  const bool asks = lock_after_days_ || hours_ || forbids_break_glass_;
  if (asks) SACOCHE_TRY(office.organisation->SetPolicy(policy));
  context_.Print(
      PolicyText(policy) + (asks ? "Each laptop learns it with its next synchronisation.\n" : ""),
      PolicyToJson(policy));
  return {};
}

void OrgCommands::ShowPolicy(const Directory& directory, std::string& text, Json& json) {
  text += PolicyText(directory.policy());
  json["policy"] = PolicyToJson(directory.policy());
}

}  // namespace sacoche
