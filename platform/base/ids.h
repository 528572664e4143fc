#pragma once

#include "platform/base/strong_id.h"

namespace sacoche {

// The ids that several rooms speak of, on both sides of the trust boundary.
using RecordId = StrongId<struct RecordIdTag>;    // UUIDv7; a dossier's id is its root record's
using DeviceId = StrongId<struct DeviceIdTag>;    // first 16 bytes of the hash of its signing key
using UserId = StrongId<struct UserIdTag>;        // random; a person, who may have several devices
using ReplicaId = StrongId<struct ReplicaIdTag>;  // random; one history of edits of one device
using SpaceId = StrongId<struct SpaceIdTag>;      // random; who may read
using EnvelopeId = StrongId<struct EnvelopeIdTag>;  // random
using SnapshotId = StrongId<struct SnapshotIdTag>;  // random

}  // namespace sacoche
