#pragma once

#include "platform/base/ids.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// The envelopes of other devices as they came, for a while: a server that was restored from a
// backup gets them again, also if the device that made them is gone.
class PeerEnvelopes {
 public:
  explicit PeerEnvelopes(Database* database) : database_(database) {}

  // `received_s`: when the server received it; 0: not known.
  Status Put(const SpaceId& space, const DeviceId& device, std::uint64_t counter,
             std::uint64_t received_s, ByteView envelope);

  // Nothing if it is not held (any more).
  [[nodiscard]] Result<std::optional<Bytes>> Find(const SpaceId& space, const DeviceId& device,
                                                  std::uint64_t counter);

  // Those of the space that the server received so many seconds before the last one. The machine's
  // clock has no part in it.
  Status ForgetOlderThan(const SpaceId& space, std::uint64_t seconds);

 private:
  Database* database_;
};

}  // namespace sacoche
