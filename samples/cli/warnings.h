#pragma once

#include "engine/engine.h"
#include "samples/cli/output.h"

namespace sacoche {

// What a suspicion means for whoever holds cases: one sentence on what happened, one on what became
// of it and what to do.
struct Warning {
  std::string_view what;
  std::string_view advice;
};
[[nodiscard]] Warning WarningOf(Suspicion suspicion);

// Under a sync: what came up in it.
[[nodiscard]] std::string WarningLines(const std::set<Suspicion>& suspicions);
// In full, with who, where and when.
[[nodiscard]] std::string WarningText(const Engine& engine, const Suspicions::Entry& entry);
[[nodiscard]] Json WarningToJson(const Engine& engine, const Suspicions::Entry& entry);

}  // namespace sacoche
