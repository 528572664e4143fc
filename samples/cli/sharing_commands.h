#pragma once

#include <vector>

#include "samples/cli/command_context.h"

namespace sacoche {

// share, ask, unshare, sharings, colleagues: one dossier for somebody outside its post.
class SharingCommands {
 public:
  // Both must outlive this, and this the parsing.
  SharingCommands(CLI::App& app, CommandContext& context);
  SharingCommands(const SharingCommands&) = delete;
  SharingCommands& operator=(const SharingCommands&) = delete;

 private:
  Status Share();
  Status Ask();
  Status Unshare();
  Status ListSharings();
  Status ListColleagues();

  CommandContext& context_;
  std::string id_;
  std::string person_;
  std::string reason_;
  std::uint64_t days_ = 0;
};

}  // namespace sacoche
