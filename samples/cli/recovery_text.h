#pragma once

#include "engine/recovery.h"
#include "samples/cli/output.h"

namespace sacoche {

// How a laptop stands as to recovery, and who was let in by one: for people, and for scripts.
[[nodiscard]] std::string RecoveryText(const Engine& engine, const RecoveryStatus& recovery);
[[nodiscard]] Json RecoveryToJson(const Engine& engine, const RecoveryStatus& recovery);

// "Claire Maupin (portable 1)".
[[nodiscard]] std::string LaptopName(const Engine& engine, const DeviceId& device);
// The names of the spaces, with commas.
[[nodiscard]] std::string SpaceNames(const Engine& engine, const std::vector<SpaceId>& spaces);
[[nodiscard]] Json SpacesToJson(const Engine& engine, const std::vector<SpaceId>& spaces);

}  // namespace sacoche
