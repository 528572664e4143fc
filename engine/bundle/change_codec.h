#pragma once

#include "engine/bundle/compact_archive.h"
#include "engine/change/change.h"
#include "engine/record/value_codec.h"

namespace sacoche {

// What the changes of one bundle have in common, written once. Replicas are referred to by their
// place in the table; the author and the dossier are the bundle's.
struct ChangeContext {
  RecordId dossier;
  DeviceId author;
  std::vector<ReplicaId> replicas;

  // The place of a replica, which is added if it is new.
  std::uint64_t PlaceOf(const ReplicaId& replica) {
    const auto found = std::ranges::find(replicas, replica);
    if (found != replicas.end()) return static_cast<std::uint64_t>(found - replicas.begin());
    replicas.push_back(replica);
    return replicas.size() - 1;
  }
};

// BUNDLE_FORMAT.md states the grammar that these write. The wrappers tie a value to its context, as
// cereal's serialisation functions take nothing else.
template <class T>
struct InContext {
  T& value;
  ChangeContext& context;
};

void CEREAL_SAVE_FUNCTION_NAME(CompactOutputArchive& archive, const InContext<const Change>& in);
void CEREAL_LOAD_FUNCTION_NAME(CompactInputArchive& archive, InContext<Change>& in);

}  // namespace sacoche
