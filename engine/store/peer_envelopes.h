#pragma once

#include <optional>
#include <vector>

#include "engine/wire/push.h"
#include "platform/base/ids.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// The envelopes of other devices as they came, for a while: a server that was restored from a
// backup gets them again, also if the device that made them is gone.
class PeerEnvelopes {
 public:
  explicit PeerEnvelopes(Database* database) : database_(database) {}

  struct Entry {
    SpaceId space;
    DeviceId device;
    std::uint64_t counter = 0;
    std::uint64_t received_s = 0;  // when the server received it; 0: not known
    // The log's last sequence when its changes had been applied for the first time.
    std::int64_t log_seq = 0;
    ByteView envelope;
  };
  Status Put(const Entry& entry);

  // Nothing if it is not held (any more).
  [[nodiscard]] Result<std::optional<Bytes>> Find(const SpaceId& space, const DeviceId& device,
                                                  std::uint64_t counter);

  // What the server had shown the device when it made the last of its envelopes that is held: up to
  // where, and the tag of that; nothing if it is not known.
  [[nodiscard]] Result<std::optional<KnownHistoryFrame>> LastView(const SpaceId& space,
                                                                  const DeviceId& device);

  struct Place {
    std::uint64_t counter = 0;
    std::int64_t log_seq = 0;
  };
  // Those of the device behind that counter, in the order of its chain. Some may be missing.
  [[nodiscard]] Result<std::vector<Place>> PlacesAfter(const SpaceId& space, const DeviceId& device,
                                                       std::uint64_t counter);
  // Those of the device behind that counter.
  Status DropAfter(const SpaceId& space, const DeviceId& device, std::uint64_t counter);

  // What the server forgot and this device has to give it, until it was answered.
  struct Forgotten {
    DeviceId device;
    std::uint64_t counter = 0;
  };
  Status NoteForgotten(const SpaceId& space, const Forgotten& one);
  // Chain by chain, each in its order.
  [[nodiscard]] Result<std::vector<Forgotten>> ForgottenOf(const SpaceId& space);
  Status DropForgotten(const SpaceId& space, const Forgotten& one);
  // Up to that one of its device's: the server has them.
  Status DropForgottenUpTo(const SpaceId& space, const Forgotten& last);
  Status DropAllForgotten(const SpaceId& space);

  // Those of the space that the server received so many seconds before the last one. What came in a
  // file stays until the server shows it, and then as long as the last one. The machine's clock has
  // no part in it.
  Status ForgetOlderThan(const SpaceId& space, std::uint64_t seconds);

 private:
  Database* database_;
};

}  // namespace sacoche
