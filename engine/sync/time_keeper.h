#pragma once

#include "engine/causality/trusted_time.h"
#include "engine/store/store.h"

namespace sacoche {

// What the server last said of the time, as the store keeps it.
[[nodiscard]] Result<TrustedTime> LoadTrustedTime(Store& store);

// Keeps what the server says now, if that is worth a write: it contradicts what is known, or what
// is known is old.
[[nodiscard]] Status NoteTrustedTime(Store& store, const TrustedTime& said);

}  // namespace sacoche
