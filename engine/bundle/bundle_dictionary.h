#pragma once

#include "platform/base/bytes.h"

namespace sacoche {

// What the bundles of casework have in common, for zstd: dictionary_1.zdict, made by
// sacoche-train-dictionary from invented casework and part of bundle format 2 for ever. A better
// dictionary is another format.
extern const ByteView kBundleDictionary1;

}  // namespace sacoche
