#pragma once

#include "sync-server/envelope_store.h"

namespace sacoche {

// How many bytes each space holds, so that none takes the disk of all. Counted by the store once,
// and carried on here: nobody else writes. One thread.
class SpaceUsage {
 public:
  // `bytes_max`: for one space; 0: without a limit.
  SpaceUsage(EnvelopeStore& store, std::uint64_t bytes_max)
      : store_(store), bytes_max_(bytes_max) {}

  // Whether so many more bytes may come. An error is the store's.
  [[nodiscard]] Result<bool> HasRoom(const SpaceId& space, std::uint64_t bytes);

  void Add(const SpaceId& space, std::uint64_t bytes);
  void Release(const SpaceId& space, std::uint64_t bytes);
  // What a space holds changed in another way: it is counted anew when it is asked for.
  void Forget(const SpaceId& space) { bytes_.erase(space); }

  void SetMax(std::uint64_t bytes_max) { bytes_max_ = bytes_max; }

 private:
  EnvelopeStore& store_;
  std::uint64_t bytes_max_;
  std::map<SpaceId, std::uint64_t> bytes_;
};

}  // namespace sacoche
