#pragma once

#include <string>
#include <vector>

#include "engine/store/store.h"
#include "engine/sync/device_identity.h"

namespace sacoche {

// What a look through the whole store found. Every list is in words for people; empty is well.
struct StoreCheck {
  std::vector<std::string> structure;  // what SQLite finds wrong in the file
  std::vector<std::string> log;        // where the change log or this device's chain has a hole
  std::uint64_t changes = 0;
  std::uint64_t envelopes = 0;  // made by this device

  [[nodiscard]] bool whole() const { return structure.empty() && log.empty(); }
};

[[nodiscard]] Result<StoreCheck> CheckStore(Store& store, const DeviceIdentity& identity);

}  // namespace sacoche
