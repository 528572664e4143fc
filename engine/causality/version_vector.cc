#include "engine/causality/version_vector.h"

namespace sacoche {

void VersionVector::Add(const Dot& dot) {
  if (dot.counter == 0 || Contains(dot)) return;
  beyond_.insert(dot);
  CloseGap(dot.replica);
}

void VersionVector::AddUpTo(const ReplicaId& replica, std::uint64_t counter) {
  if (counter > ContiguousUpTo(replica)) contiguous_[replica] = counter;
  CloseGap(replica);
}

bool VersionVector::Contains(const Dot& dot) const {
  return dot.counter <= ContiguousUpTo(dot.replica) || beyond_.contains(dot);
}

void VersionVector::Join(const VersionVector& other) {
  for (const auto& [replica, counter] : other.contiguous_) AddUpTo(replica, counter);
  for (const Dot& dot : other.beyond_) Add(dot);
}

bool VersionVector::Covers(const VersionVector& other) const {
  for (const auto& [replica, counter] : other.contiguous_) {
    if (counter <= ContiguousUpTo(replica)) continue;
    for (std::uint64_t c = ContiguousUpTo(replica) + 1; c <= counter; ++c)
      if (!Contains(Dot{replica, c})) return false;
  }
  for (const Dot& dot : other.beyond_)
    if (!Contains(dot)) return false;
  return true;
}

std::uint64_t VersionVector::ContiguousUpTo(const ReplicaId& replica) const {
  const auto found = contiguous_.find(replica);
  return found == contiguous_.end() ? 0 : found->second;
}

void VersionVector::CloseGap(const ReplicaId& replica) {
  std::uint64_t up_to = ContiguousUpTo(replica);
  auto next = beyond_.lower_bound(Dot{replica, 0});
  while (next != beyond_.end() && next->replica == replica && next->counter <= up_to + 1) {
    up_to = std::max(up_to, next->counter);
    next = beyond_.erase(next);
  }
  if (up_to > 0) contiguous_[replica] = up_to;
}

}  // namespace sacoche
