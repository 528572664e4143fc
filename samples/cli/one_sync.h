#pragma once

#include "samples/cli/command_context.h"

namespace sacoche {

enum class Says { kAlways, kNews };

// One synchronisation of an open store, and what is told of it; `report` also when it fails.
Status SyncOnce(CommandContext& context, Engine& engine, SyncReport& report, Says says);

// Empty: the clock is well.
[[nodiscard]] std::string ClockNotice(const EngineStatus& status);

}  // namespace sacoche
