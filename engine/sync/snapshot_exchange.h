#pragma once

#include "engine/commit/commit.h"
#include "engine/sync/key_exchange.h"
#include "engine/wire/pull.h"
#include "engine/wire/sealed_snapshot.h"

namespace sacoche {

// Makes and sends this device's snapshots, and takes in those of others, part by part: what arrived
// whole is kept, and only the rest is asked for again.
class SnapshotExchange {
 public:
  struct Parts {
    Store* store;
    Directory* directory;
    KeyExchange* keys;
    Committer* committer;
    const DeviceIdentity* identity;
    Random* random;
  };
  explicit SnapshotExchange(const Parts& parts) : parts_(parts) {}

  // -- Sending -----------------------------------------------------------------------------------

  // Seals a snapshot of the space as it is read up to now, to be sent from then on, in one
  // transaction. Nothing happens if it may not be made (MaySnapshot), the key is missing or the
  // state is beyond a snapshot's limits.
  Status Make(const SpaceId& space);

  // The ends of the chains as this device knows them.
  [[nodiscard]] Result<ChainsTag> KnownChains(const SpaceId& space);

  // Head and parts from `first` on, about `bytes_max` of them; nothing if none is leaving. With
  // `first` empty, only the head, to hear how much of it the server has.
  Result<bool> AddLeaving(const SpaceId& space, std::optional<std::uint64_t> first,
                          std::size_t bytes_max, Bytes& body);
  [[nodiscard]] Result<bool> IsLeaving(const SpaceId& space);

  struct Progress {
    SpaceId space;
    std::uint64_t parts = 0;
    bool ended = false;  // the server has it all, or does not want it: it is no longer kept
  };
  // kUntrusted if nothing of that name was sent from one of `spaces`.
  [[nodiscard]] Result<Progress> Take(const std::vector<SpaceId>& spaces,
                                      const SnapshotOutcomeFrame& outcome);

  // -- Receiving ---------------------------------------------------------------------------------

  enum class Outcome {
    kOk,
    kWaitingForKey,  // nothing was done; a member must grant the epoch's key first
    kForked,         // nothing was done; what waits here was written beside another copy's history
    kTaken,          // the snapshot is complete and was joined
  };
  struct Received {
    Outcome outcome = Outcome::kOk;
    std::uint64_t missing_epoch = 0;  // with kWaitingForKey
    std::uint64_t sequence = 0;       // with kTaken: the cursor is there now
    CommitReport commit;
  };

  // What this device says of a snapshot that arrives, or that it took in last, if there is one.
  [[nodiscard]] Result<std::optional<KnownSnapshotFrame>> Known(const SpaceId& space);

  // kUntrusted: not of a member, or not what it says. Nothing of it is kept then.
  [[nodiscard]] Result<Received> TakeHead(const SpaceId& space, ByteView head);
  // The next part; with the last, the whole is joined. An error that is not the disk's ends the
  // snapshot: its parts are forgotten, and nothing else changed.
  [[nodiscard]] Result<Received> TakePart(const SpaceId& space,
                                          const StoredSnapshotPartFrame& frame);

 private:
  Result<std::uint64_t> SealChunks(const Snapshots::Entry& entry, const SnapshotIdentity& identity,
                                   const EpochKey& key);
  Result<std::vector<Hash256>> HashesOf(const Snapshots::Entry& leaving, std::uint64_t parts);
  Result<std::uint64_t> CountParts(const Snapshots::Entry& arriving);
  Status PutPart(const Snapshots::Entry& arriving, const SealedSnapshotHead& head,
                 std::uint64_t index, ByteView part, const EpochKey& key);
  Result<Received> TakeArrivedPart(const Snapshots::Entry& arriving,
                                   const StoredSnapshotPartFrame& frame);
  Result<Received> Join(const Snapshots::Entry& arrived, const SnapshotIdentity& identity);
  Result<std::optional<Snapshots::Entry>> FindTaken(const SpaceId& space, const SnapshotId& id);
  Status Forget(const Snapshots::Entry& entry);

  // A snapshot that was taken in before, and is given once more because this store, or the server,
  // is an older copy of itself.
  struct Again {
    Snapshots::Entry entry;
    std::uint64_t last_part = 0;
    SnapshotIdentity identity;
  };

  Parts parts_;
  std::optional<Again> again_;
};

}  // namespace sacoche
