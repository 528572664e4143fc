#pragma once

#include <map>
#include <set>

#include "engine/causality/dot.h"

namespace sacoche {

// The set of dots that somebody holds: for each replica all up to a counter, and those beyond a
// gap. It is exact: Contains says whether that very change was seen, whatever the order of arrival.
class VersionVector {
 public:
  void Add(const Dot& dot);
  // All of the replica up to that counter.
  void AddUpTo(const ReplicaId& replica, std::uint64_t counter);
  [[nodiscard]] bool Contains(const Dot& dot) const;

  // All that either holds.
  void Join(const VersionVector& other);

  // Every dot of `other` is here too.
  [[nodiscard]] bool Covers(const VersionVector& other) const;

  // The counter up to which nothing of the replica is missing.
  [[nodiscard]] std::uint64_t ContiguousUpTo(const ReplicaId& replica) const;

  [[nodiscard]] const std::map<ReplicaId, std::uint64_t>& contiguous() const { return contiguous_; }
  [[nodiscard]] std::size_t beyond_gaps() const { return beyond_.size(); }
  // The dots beyond a gap of their replica.
  [[nodiscard]] const std::set<Dot>& beyond() const { return beyond_; }

  bool operator==(const VersionVector&) const = default;

 private:
  void CloseGap(const ReplicaId& replica);

  std::map<ReplicaId, std::uint64_t> contiguous_;
  std::set<Dot> beyond_;
};

}  // namespace sacoche
