#pragma once

#include <set>

#include "engine/membership/statement.h"

namespace sacoche {

// Epochs that a directory does not take, as another of their numbers stands. What was built upon
// them is not taken either, though it would fit: a grant gives another key than the one that
// stands, and a later epoch leads back to it, or was opened since nobody held it.
class LostEpochs {
 public:
  void Note(const Statement& statement) {
    if (const auto* epoch = std::get_if<EpochStatement>(&statement.payload))
      lost_.insert({epoch->space, epoch->epoch});
  }
  [[nodiscard]] bool Concerns(const Statement& statement) const {
    if (const auto* grant = std::get_if<GrantStatement>(&statement.payload))
      return lost_.contains({grant->space, grant->epoch});
    const auto* epoch = std::get_if<EpochStatement>(&statement.payload);
    return epoch != nullptr && lost_.contains({epoch->space, epoch->epoch - 1});
  }

 private:
  std::set<std::pair<SpaceId, std::uint64_t>> lost_;
};

}  // namespace sacoche
