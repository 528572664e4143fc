#pragma once

#include "platform/network_watch.h"
#include "samples/cli/command_context.h"

namespace sacoche {

enum class Says { kAlways, kNews };

// One synchronisation of an open store, and what is told of it; `report` also when it fails.
// `network`: may be null, where nobody knows more of it.
Status SyncOnce(CommandContext& context, Engine& engine, SyncReport& report,
                const NetworkWatch* network, Says says);

// Empty: the clock is well.
[[nodiscard]] std::string ClockNotice(const EngineStatus& status);

}  // namespace sacoche
