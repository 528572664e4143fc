#pragma once

#include <set>

#include "platform/base/ids.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// Dossiers that others changed, or of which there is something to tell in a space that is new:
// what other spaces are told of them is looked at again after the next whole sync.
class ProjectionsDue {
 public:
  explicit ProjectionsDue(Database* database) : database_(database) {}

  Status Add(const SpaceId& space, const RecordId& dossier);
  Status AddAll();
  Status AddAllOf(const SpaceId& space);
  Status Remove(const SpaceId& space, const RecordId& dossier);
  // In their order.
  [[nodiscard]] Result<std::vector<std::pair<SpaceId, RecordId>>> After(
      const std::pair<SpaceId, RecordId>& last, std::size_t count_max);

 private:
  Database* database_;
};

}  // namespace sacoche
