#pragma once

#include <functional>

#include "engine/change/change.h"

namespace sacoche {

// Whether the change of that dot was applied before: exact, from the log.
using SeenDot = std::function<Result<bool>(const Dot&)>;

// Brings one write into its register. Pure but for the question to `seen`, which is asked only
// about overwritten dots that are not siblings. MERGE_RULES.md argues why the outcome does not
// depend on the order of arrival. Precondition: the write's own dot was not applied before.
[[nodiscard]] Status ApplyWrite(Register& reg, const Change& change, const FieldWrite& write,
                                const SeenDot& seen);

}  // namespace sacoche
