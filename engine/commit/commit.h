#pragma once

#include <functional>

#include "engine/change/change.h"
#include "engine/merge/merge.h"
#include "engine/record/schema.h"
#include "engine/snapshot/snapshot_codec.h"
#include "engine/store/store.h"

namespace sacoche {

// The dot that a change takes instead of its own, once another copy of this store gave that to
// something else. It follows from the change, so that one that two copies move stays one.
using NewDot = Dot (*)(const Change&);

// What came with the changes when they were pulled, to be stored in the same transaction.
struct PulledFrom {
  std::uint64_t server_seq = 0;
  DeviceId device;
  ChainHead chain;  // of the device, this envelope included
  // This device's own envelope that it had lost: goes back into the outbox, as stored.
  std::optional<OutboxEntry> recalled = std::nullopt;
  // With `recalled`: for local changes that no envelope holds, and whose dots mean something else
  // in this one. Without it, or where an envelope holds them, that is kUntrusted.
  NewDot new_dot = nullptr;
  std::optional<std::uint64_t> received_s = std::nullopt;  // when the server received it
  ByteView envelope = {};  // of another device, as it came; kept for a server that forgets
  // Of the space, this envelope included; nothing: what came before it is not known.
  std::optional<KnownHistoryFrame> history = std::nullopt;
};

// What came with the changes when a file brought them from a colleague's laptop.
struct CarriedFrom {
  DeviceId device;
  ChainHead chain;  // of the device, this envelope included
  ByteView envelope;
};

struct CommitReport {
  std::uint64_t applied = 0;   // changes that were new
  std::uint64_t repeated = 0;  // changes that were here already
  std::vector<RecordId> touched;
  std::set<RecordId> joined;  // dossiers that were here already and that a snapshot changed
};

// The one write path: local and remote changes, through the same merge, in one transaction with the
// log, the index, the search text, the open conflicts and, for pulled changes, the cursor and the
// peer's chain. When it returns without an error, all is on the disk; when it fails, nothing
// changed. One thread.
class Committer {
 public:
  // Which fields of which records were written, in a transaction.
  struct Written {
    KindId kind{};
    RecordId dossier;
    std::set<FieldId> fields;
  };
  using WrittenRecords = std::map<RecordId, Written>;

  // What follows elsewhere from a change of a dossier. Called in the transaction of each commit,
  // with the dossiers that it changed; an error undoes the commit. Gives what it wrote by
  // CommitAlong.
  using Follow = std::function<Result<std::vector<RecordId>>(
      const SpaceId&, const std::set<RecordId>& dossiers, Origin)>;

  // Both must outlive the committer.
  Committer(Store* store, const Schema* schema) : store_(store), schema_(schema) {}

  void FollowWith(Follow follow) { follow_ = std::move(follow); }

  [[nodiscard]] Result<CommitReport> CommitLocal(const SpaceId& space, const Change& change);

  // A local change that follows from another one, in the caller's transaction; nothing follows from
  // it. Gives the records that it touched.
  [[nodiscard]] Result<std::vector<RecordId>> CommitAlong(const SpaceId& space,
                                                          const Change& change);

  // Applying a change twice is harmless. kUntrusted: a dot was used again for something else; the
  // known change stays.
  [[nodiscard]] Result<CommitReport> CommitPulled(const SpaceId& space,
                                                  const std::vector<Change>& changes,
                                                  const PulledFrom& from);

  // The same for changes that came in a file. Cursor and chain of what the server showed stay where
  // they are: it shows them once more, and then they are known.
  [[nodiscard]] Result<CommitReport> CommitCarried(const SpaceId& space,
                                                   const std::vector<Change>& changes,
                                                   const CarriedFrom& from);

  // A change that was read from another store of this device, in the caller's transaction; a
  // refusal leaves nothing behind. As a local one it waits for an envelope. What it wrote is added
  // to `written`, for DeriveAll.
  [[nodiscard]] Result<CommitReport> ApplySalvaged(const SpaceId& space, const Change& change,
                                                   Origin origin, WrittenRecords& written);

  // Index, conflicts and search text of what was written; before the caller's transaction ends.
  Status DeriveAll(const WrittenRecords& written);

  // The same for a snapshot that another store of this device had taken in; its chunks are here, as
  // those of one that arrives.
  Status ApplySalvagedSnapshot(const SpaceId& space, const Snapshots::Entry& arrived);

  // Takes in a snapshot whose chunks have all arrived, as if every change that it stands for had
  // been applied: this device's state, and whatever it has not sent, is joined with it
  // (merge/join.h), not replaced. The chains and the cursor go on behind it. Holds one chunk in
  // memory. kCorrupt, kLimit, kNewerFormat, kUntrusted: the snapshot cannot be believed; nothing
  // changed. Of one that was taken in before, only chains and cursor are taken. `self`: this
  // device; `history`: of the space, up to where the snapshot stands for it. Precondition:
  // ForksFrom is false.
  [[nodiscard]] Result<CommitReport> CommitSnapshot(const SpaceId& space,
                                                    const Snapshots::Entry& arrived,
                                                    const DeviceId& self,
                                                    const HistoryTag& history);

  // Gives all of the space's local changes that no envelope holds, and that nobody else has seen,
  // new dots, and merges again. In the caller's transaction.
  Status MoveAllUnsealed(NewDot new_dot, const SpaceId& space);

  // Whether the snapshot shows that another copy of this store was at work, beside whose history
  // stands what waits here. kUntrusted if it contradicts what the server acknowledged.
  [[nodiscard]] Result<bool> ForksFrom(const SpaceId& space, const Snapshots::Entry& arrived,
                                       const DeviceId& self);

  // An authentic envelope that cannot be read: kept beside, and the cursor goes on.
  [[nodiscard]] Status CommitSetAside(const SpaceId& space, const PulledFrom& from,
                                      const std::string& reason, ByteView envelope);

 private:
  struct Arrival {
    Origin origin = Origin::kLocal;
    std::optional<std::uint64_t> received_s = std::nullopt;
  };
  Status Apply(const SpaceId& space, const Change& change, const Arrival& arrival,
               CommitReport& report, WrittenRecords& written);
  Status ApplyRecord(const SpaceId& space, const Change& change, const RecordWrite& record,
                     const SeenDot& seen, WrittenRecords& written);
  // Before this device's own envelope comes back: what is here as it says is sealed by it; what
  // bears the same dots and means something else moves.
  Status MakeRoomFor(const SpaceId& space, const std::vector<Change>& recalled,
                     const PulledFrom& from);
  // Gives these local changes, which no envelope holds and nobody else has seen, new dots after
  // another copy of this store used theirs for something else, and merges the whole log again: what
  // was written with sight of that other copy's changes may have hidden ours.
  Status MoveUnsealed(const std::set<Dot>& taken, NewDot new_dot, const SpaceId& space);
  // The first new dot that nothing bears, neither here nor in a snapshot that arrives.
  Result<Dot> FreeDotFor(Change change, NewDot new_dot, const SpaceId& space);
  Status MergeAgain(const SpaceId& space);
  Status TakeChains(const SpaceId& space, const SnapshotSummary& summary, const DeviceId& self);
  Status TakeOwnChain(const SpaceId& space, const ChainEnd& theirs, std::uint64_t server_seq);
  // Joins the chunks with what is in the registers, to whose holder `known` was applied. Gives the
  // greatest stamp. Without a report: not for the first time.
  Result<Hlc> JoinChunks(const Snapshots::Entry& of, const SnapshotSummary& summary,
                         const VersionVector& known, CommitReport* report);
  Status JoinRecord(const SnapshotSummary& summary, const SnapshotRecord& record,
                    const VersionVector& known, CommitReport* report, WrittenRecords& written);
  Status JoinOrDrop(const SpaceId& space, const Snapshots::Entry& arrived,
                    const SnapshotSummary& summary, CommitReport& report);
  Status KeepAsBase(const SpaceId& space, const Snapshots::Entry& arrived,
                    const SnapshotSummary& summary, Hlc last);
  // The snapshots that were taken in, into empty registers.
  Status JoinBase(const SpaceId& space);
  Status FollowFrom(const SpaceId& space, const std::set<RecordId>& dossiers, Origin origin,
                    CommitReport& report);
  Status Derive(const RecordId& record, KindId kind, const std::set<FieldId>& fields);
  Status DeriveSearch(const RecordId& record, const KindDef& kind);
  // Whether what was written without sight of a closing flags it. After Derive of all records.
  Status DeriveClosings(const WrittenRecords& written);
  Status DeriveClosing(const RecordHead& closed, const FieldDef& field);
  Status MoveOn(const SpaceId& space, const PulledFrom& from);
  Status DropCarriedFork(const SpaceId& space, const PulledFrom& from);
  // What files had brought before the server showed it.
  Status SettleCarried(const SpaceId& space, const std::vector<Change>& changes,
                       const PulledFrom& from);
  Status MoveBehind(const SpaceId& space, const KnownHistoryFrame& history);

  Store* store_;
  const Schema* schema_;
  Follow follow_;
};

}  // namespace sacoche
