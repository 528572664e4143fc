#pragma once

#include "engine/store/store.h"

namespace sacoche {

// The envelopes of a space that go out together, in a file or to the server.
struct EnvelopePlace {
  DeviceId author;
  std::uint64_t counter = 0;
  std::int64_t log_seq = 0;  // nothing that it was written with sight of has a greater one
};

// This device's and its colleagues' behind those counters, each behind all that its changes were
// written with sight of, as far as that is here: whoever takes in only a beginning of them takes a
// hand-over for one. A device without a counter is left out.
[[nodiscard]] Result<std::vector<EnvelopePlace>> EnvelopesInOrder(
    Store& store, const SpaceId& space, const DeviceId& self,
    const std::map<DeviceId, std::uint64_t>& after);

// Nothing if it is not held (any more).
[[nodiscard]] Result<std::optional<Bytes>> ReadEnvelope(Store& store, const SpaceId& space,
                                                        const DeviceId& self,
                                                        const EnvelopePlace& place);

// Authors of whom a file brought more than the server has shown, each with the last that it showed.
[[nodiscard]] Result<std::map<DeviceId, std::uint64_t>> CarriedBeyondShown(Store& store,
                                                                           const SpaceId& space);

}  // namespace sacoche
