#pragma once

#include "samples/cli/command_context.h"

namespace sacoche {

// carry out, carry in: this laptop and a colleague's, by a file on a stick.
class CarryCommands {
 public:
  // Both must outlive this, and this the parsing.
  CarryCommands(CLI::App& app, CommandContext& context);
  CarryCommands(const CarryCommands&) = delete;
  CarryCommands& operator=(const CarryCommands&) = delete;

 private:
  Status Out();
  Status In();

  CommandContext& context_;
  std::string file_;
  std::vector<std::string> people_;
};

}  // namespace sacoche
