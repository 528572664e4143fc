#pragma once

#include <optional>

#include "engine/sign/device_signature.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// What a store or a backup holds, and what is wrong with it: one sentence each, with ids cut to 8
// hexadecimal digits.
struct StoreReport {
  std::uint64_t spaces = 0;
  std::uint64_t envelopes = 0;  // whose contents are here
  std::uint64_t dropped = 0;    // whose contents were dropped, since a snapshot stands for them
  std::uint64_t statements = 0;
  std::uint64_t snapshots = 0;  // complete ones
  std::vector<std::string> faults;
  std::uint64_t faults_not_shown = 0;

  [[nodiscard]] bool is_whole() const { return faults.empty(); }
};

inline constexpr std::size_t kStoreFaultsShownMax = 50;

// Reads all of it: SQLite's own check, the tables, every statement by the rules of the directory,
// every envelope (decoded; its hash, signature, place in its device's chain, its sequence, its tag
// of the history), every snapshot, every request to be let in. Changes nothing, and sees the store
// as it is when it begins: a server may go on. One thread.
//
// `organisation`: whose store it must be, if that is known. kNotFound: no such file; kNewerFormat;
// kInvalidInput: an older release wrote it and nothing has brought it up yet. Damage is a fault in
// the report, not an error.
[[nodiscard]] Result<StoreReport> VerifyStore(
    const std::string& path, const std::optional<SigningPublicKey>& organisation = std::nullopt);

}  // namespace sacoche
