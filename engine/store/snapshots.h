#pragma once

#include "engine/causality/hlc.h"
#include "engine/causality/version_vector.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// Snapshots that this device took in, is receiving, or is sending. Those taken in are kept: with
// the log, they are what the merged state follows from. The changes that they stand for were
// applied and are not in the log: the *base* of a space. The bytes are opaque here.
class Snapshots {
 public:
  explicit Snapshots(Database* database) : database_(database) {}

  // Stored; never renumbered.
  enum class State : int {
    kArriving = 1,  // chunks so far; of a space, at most one
    kTaken = 2,     // part of the base
    kLeaving = 3,   // sealed parts, made here; of a space, at most one
  };
  struct Entry {
    SpaceId space;
    SnapshotId id;
    State state = State::kArriving;
    Bytes head;     // as it travels
    Bytes summary;  // plaintext; empty while leaving
  };

  // Takes the place of any other of the space in that state, unless that is kTaken.
  Status Put(const Entry& entry);
  Status PutChunk(const Entry& of, std::uint64_t position, ByteView chunk);
  // Positions count from 0 without gaps.
  [[nodiscard]] Result<std::uint64_t> CountChunks(const Entry& of);
  // kCorrupt if it is not there.
  [[nodiscard]] Result<Bytes> ReadChunk(const Entry& of, std::uint64_t position);
  Status Drop(const Entry& entry);
  Status SetSummary(const Entry& of, ByteView summary);

  // The one of the space that arrives or leaves.
  [[nodiscard]] Result<std::optional<Entry>> Find(const SpaceId& space, State state);
  // In the order of the ids.
  [[nodiscard]] Result<std::vector<Entry>> Taken(const SpaceId& space);

  // The arriving one is now part of the base. `last`: its greatest stamp.
  Status MarkTaken(const Entry& entry, Hlc last);
  // Adds to the changes that were applied without being in the log.
  Status AddToBase(const SpaceId& space, const VersionVector& known);
  [[nodiscard]] Result<VersionVector> Base(const SpaceId& space);
  [[nodiscard]] Result<bool> IsInBase(const SpaceId& space, const Dot& dot);
  // The spaces that have a base.
  [[nodiscard]] Result<std::vector<SpaceId>> Spaces();

  // The log does not hold all changes of this record.
  Status NoteOlderHistory(const RecordId& record);
  [[nodiscard]] Result<bool> HasOlderHistory(const RecordId& record);

 private:
  Database* database_;
};

}  // namespace sacoche
