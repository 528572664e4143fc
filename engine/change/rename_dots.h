#pragma once

#include "engine/change/change.h"

namespace sacoche {

// After changes took new dots (old to new): what this one says of them in the dots that it
// overwrites and in what its author had seen of closed records. Its own dot stays.
void RenameDots(const std::map<Dot, Dot>& moved, Change& change);

}  // namespace sacoche
