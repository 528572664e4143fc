#pragma once

#include "engine/snapshot/snapshot_codec.h"
#include "engine/store/store.h"

namespace sacoche {

// Whether a snapshot of the space may be made: this device has read something, it applied all of
// what it read, nothing of its own is still to be sent, and nothing came in a file only. So a
// snapshot stands for envelopes that the server has, and for nothing else; devices that read the
// same make the same.
[[nodiscard]] Result<bool> MaySnapshot(Store& store, const SpaceId& space);

// Gives the merged state of the space, chunk by chunk, and then what it stands for. Holds one chunk
// in memory. `self`: this device. Precondition: MaySnapshot; nothing is committed meanwhile.
// kLimit: the state is beyond what a snapshot may hold.
[[nodiscard]] Result<SnapshotSummary> TakeSnapshot(Store& store, const SpaceId& space,
                                                   const DeviceId& self, SnapshotCutter::Sink sink);

}  // namespace sacoche
