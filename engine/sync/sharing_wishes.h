#pragma once

#include "engine/membership/directory.h"
#include "engine/store/store.h"

namespace sacoche {

// What this device's user wants to be shared, or no longer, and that the directory does not say
// yet: said at the next sync, so that it can be asked for without a network. In the order in which
// it was asked for; of each space the last wish.
[[nodiscard]] Result<std::vector<SharingStatement>> SharingWishes(Store& store);
// In the caller's transaction.
Status WishSharing(Store& store, const SharingStatement& wish);

// Drops those that the directory says by now, or can never say. In the caller's transaction.
Status DropSaidWishes(Store& store, const Directory& directory, const DeviceId& self);

// Whether this device should still say it.
[[nodiscard]] bool IsOpenWish(const Directory& directory, const DeviceId& self,
                              const SharingStatement& wish);

}  // namespace sacoche
