#pragma once

#include "samples/cli/command_context.h"

namespace sacoche {

// traffic: what synchronising took of the line, and what it may take by itself.
class TrafficCommand {
 public:
  // Both must outlive this, and this the parsing.
  TrafficCommand(CLI::App& app, CommandContext& context);
  TrafficCommand(const TrafficCommand&) = delete;
  TrafficCommand& operator=(const TrafficCommand&) = delete;

 private:
  Status Run();

  CommandContext& context_;
  std::optional<double> day_mb_;
  std::optional<double> month_mb_;
  bool is_unbounded_ = false;
};

// "2.4 kB today, 81.0 kB this month, of 5.0 MB a day".
[[nodiscard]] std::string TrafficText(const Traffic::Use& use);
[[nodiscard]] Json TrafficToJson(const Traffic::Use& use);

}  // namespace sacoche
