#pragma once

#include <map>

#include "engine/causality/version_vector.h"
#include "engine/store/outbox.h"

namespace sacoche {

// What came from colleagues' laptops in files, and what they are known to hold. Beside what came
// from the server, so that the one never passes for the other.
class Carried {
 public:
  explicit Carried(Database* database) : database_(database) {}

  // The last envelope of the device that came in a file; counter 0: none.
  [[nodiscard]] Result<ChainHead> Chain(const SpaceId& space, const DeviceId& device);
  [[nodiscard]] Result<std::map<DeviceId, ChainHead>> Chains(const SpaceId& space);
  Status SetChain(const SpaceId& space, const DeviceId& device, const ChainHead& head);
  // The server showed another envelope in the place of one that a file had brought.
  Status DropChain(const SpaceId& space, const DeviceId& device);

  // A change that is here because a file brought it.
  Status AddChange(const SpaceId& space, const Dot& dot);
  // The server showed it too. Whether it was one.
  Result<bool> Settle(const SpaceId& space, const Dot& dot);
  Status SettleAll(const SpaceId& space, const VersionVector& shown);
  // Whether the server has not shown all of them yet.
  [[nodiscard]] Result<bool> HasChanges(const SpaceId& space);
  [[nodiscard]] Result<bool> IsCarried(const SpaceId& space, const Dot& dot);
  [[nodiscard]] Result<std::uint64_t> CountChanges();

  // What a laptop said in its last file that it holds of the space: author by author, up to which
  // counter. Nothing: it said nothing of the space, or never wrote a file.
  using Held = std::map<DeviceId, std::uint64_t>;
  [[nodiscard]] Result<std::optional<Held>> HeldBy(const SpaceId& space, const DeviceId& holder);
  // Less than before, if it was put back from a backup.
  Status SetHeldBy(const SpaceId& space, const DeviceId& holder, const Held& held);

 private:
  Database* database_;
};

}  // namespace sacoche
