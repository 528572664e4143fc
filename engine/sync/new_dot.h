#pragma once

#include "engine/change/change.h"

namespace sacoche {

// The dot that a change takes when its own means something else (`NewDot` in commit.h): the first
// of a replica of its own, which is a hash of the change's dot, stamp and author. Pure.
[[nodiscard]] Dot NewDotOf(const Change& change);

}  // namespace sacoche
