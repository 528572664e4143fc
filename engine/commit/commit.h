#pragma once

#include "engine/change/change.h"
#include "engine/record/schema.h"
#include "engine/store/store.h"

namespace sacoche {

// What came with the changes when they were pulled, to be stored in the same transaction.
struct PulledFrom {
  std::uint64_t server_seq = 0;
  DeviceId device;
  ChainHead chain;  // of the device, this envelope included
};

struct CommitReport {
  std::uint64_t applied = 0;   // changes that were new
  std::uint64_t repeated = 0;  // changes that were here already
  std::vector<RecordId> touched;
};

// The one write path: local and remote changes, through the same merge, in one transaction with the
// log, the index, the search text, the open conflicts and, for pulled changes, the cursor and the
// peer's chain. When it returns without an error, all is on the disk; when it fails, nothing
// changed. One thread.
class Committer {
 public:
  // Both must outlive the committer.
  Committer(Store* store, const Schema* schema) : store_(store), schema_(schema) {}

  [[nodiscard]] Result<CommitReport> CommitLocal(const SpaceId& space, const Change& change);

  // Applying a change twice is harmless. kUntrusted: a dot was used again for something else; the
  // known change stays.
  [[nodiscard]] Result<CommitReport> CommitPulled(const SpaceId& space,
                                                  const std::vector<Change>& changes,
                                                  const PulledFrom& from);

  // An authentic envelope that cannot be read: kept beside, and the cursor goes on.
  [[nodiscard]] Status CommitSetAside(const SpaceId& space, const PulledFrom& from,
                                      const std::string& reason, ByteView envelope);

 private:
  Status Apply(const SpaceId& space, const Change& change, Origin origin, CommitReport& report);
  Status ApplyRecord(const SpaceId& space, const Change& change, const RecordWrite& record);
  Status Derive(const RecordId& record, KindId kind, const std::set<FieldId>& fields);
  Status DeriveSearch(const RecordId& record, const KindDef& kind);
  Status MoveOn(const SpaceId& space, const PulledFrom& from);

  Store* store_;
  const Schema* schema_;
};

}  // namespace sacoche
