#include "sync-server/space_usage.h"

namespace sacoche {

Result<bool> SpaceUsage::HasRoom(const SpaceId& space, std::uint64_t bytes) {
  if (bytes_max_ == 0) return true;
  auto found = bytes_.find(space);
  if (found == bytes_.end()) {
    SACOCHE_ASSIGN(const std::uint64_t held, store_.SpaceBytes(space));
    found = bytes_.emplace(space, held).first;
  }
  return found->second <= bytes_max_ && bytes <= bytes_max_ - found->second;
}

void SpaceUsage::Add(const SpaceId& space, std::uint64_t bytes) {
  if (const auto found = bytes_.find(space); found != bytes_.end()) found->second += bytes;
}

void SpaceUsage::Release(const SpaceId& space, std::uint64_t bytes) {
  if (const auto found = bytes_.find(space); found != bytes_.end())
    found->second -= std::min(found->second, bytes);
}

}  // namespace sacoche
