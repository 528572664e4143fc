#pragma once

#include <CLI/CLI.hpp>

#include "platform/base/result.h"
#include "sync-server/compaction.h"

namespace sacoche {

enum class Output { kText, kJson };

// What `verify` ends with if it found something wrong; 1 is that it could not look.
inline constexpr int kDamagedExitStatus = 3;

// The commands that look after a store: compact, backup, verify, restore. The flags' values live
// here, so it must outlive the parsing.
class StoreCommands {
 public:
  void AddTo(CLI::App& app);

  // The exit status of the one that was named; nothing if it was another's.
  std::optional<Result<int>> Run(const CLI::App& app, Output output);

 private:
  Result<int> Compact(Output output);
  Result<int> Backup(Output output);
  Result<int> Verify(Output output);
  Result<int> Restore(Output output);

  std::string data_;
  std::string out_;
  std::string from_;
  std::string file_;
  std::string organisation_;
  std::uint64_t keep_days_ = kRetentionDaysDefault;
};

}  // namespace sacoche
