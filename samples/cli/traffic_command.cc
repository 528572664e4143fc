#include "samples/cli/traffic_command.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace sacoche {
namespace {

constexpr double kBytesPerMb = 1e6;  // as plans of data count
constexpr double kMbMax = 1e6;

std::string InWords(std::uint64_t bytes) {
  const double kb = static_cast<double>(bytes) / 1000;
  std::array<char, 32> text{};
  if (kb < 1000)
    std::snprintf(text.data(), text.size(), "%.1f kB", kb);
  else
    std::snprintf(text.data(), text.size(), "%.1f MB", kb / 1000);
  return text.data();
}

std::optional<std::uint64_t> InBytes(const std::optional<double>& mb) {
  if (!mb) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*mb * kBytesPerMb));
}

Json OrNull(const std::optional<std::uint64_t>& bytes) {
  return bytes ? Json(*bytes) : Json(nullptr);
}

}  // namespace

std::string TrafficText(const Traffic::Use& use) {
  std::string text = InWords(use.today) + " today, " + InWords(use.this_month) + " this month";
  std::string budget;
  if (use.budget.day) budget = InWords(*use.budget.day) + " a day";
  if (use.budget.month)
    budget += (budget.empty() ? "" : " and ") + InWords(*use.budget.month) + " a month";
  return text + (budget.empty() ? "" : ", of " + budget) + (use.is_spent() ? ": all used" : "");
}

Json TrafficToJson(const Traffic::Use& use) {
  return {{"today", use.today},
          {"this_month", use.this_month},
          {"budget_day", OrNull(use.budget.day)},
          {"budget_month", OrNull(use.budget.month)},
          {"spent", use.is_spent()}};
}

TrafficCommand::TrafficCommand(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* traffic = app.add_subcommand(
      "traffic",
      "Show what synchronising took of the line, its overhead included; say what it may take by "
      "itself");
  CLI::Option* day =
      traffic->add_option("--day-mb", day_mb_, "`agent` takes at most so many megabytes a day")
          ->check(CLI::Range(0.0, kMbMax));
  CLI::Option* month =
      traffic->add_option("--month-mb", month_mb_, "The same for a month of the calendar")
          ->check(CLI::Range(0.0, kMbMax));
  traffic->add_flag("--no-budget", is_unbounded_, "As much as there is")
      ->excludes(day)
      ->excludes(month);
  context_.On(traffic, [this] { return Run(); });
}

Status TrafficCommand::Run() {
  for (const auto& mb : {day_mb_, month_mb_})
    if (mb && !std::isfinite(*mb))
      return Fail(ErrorCode::kInvalidInput, "that is no number of megabytes",
                  "Write for instance --day-mb 5.");
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(Traffic::Use use, engine->ReadTraffic());
  const bool is_set = day_mb_ || month_mb_ || is_unbounded_;
  if (is_unbounded_) use.budget = {};
  if (day_mb_) use.budget.day = InBytes(day_mb_);
  if (month_mb_) use.budget.month = InBytes(month_mb_);
  if (is_set) SACOCHE_TRY(engine->SetByteBudget(use.budget));
  context_.Print("Synchronising took " + TrafficText(use) + ".\n" +
                     (use.is_spent() ? "`sacoche agent` sends dangers, consents and the like "
                                       "all the same, and synchronises once a day;\n"
                                       "`sacoche sync` at any time.\n"
                                     : ""),
                 TrafficToJson(use));
  return {};
}

}  // namespace sacoche
