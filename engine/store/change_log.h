#pragma once

#include "engine/causality/version_vector.h"
#include "engine/change/change.h"
#include "engine/record/co_written.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// Where a change came from. Stored; never renumbered.
enum class Origin : int { kLocal = 1, kRemote = 2 };

// One write of one change, as the history of a record shows it.
struct HistoryEntry {
  Hlc hlc;
  DeviceId author;
  Dot dot;
  FieldId field{};
  Bytes element;
  Value value;
  Origin origin = Origin::kLocal;
  std::optional<std::uint64_t> received_s = {};  // when the server received it, once that is known
  std::vector<Value> before = {};                // what it replaced, as far as that is here
  // Of an edit of a text, where the reader explains it: what it did, in words.
  std::vector<WordChange> words = {};
  // Its author had looked at what several had changed, or at what was written without sight of a
  // closing.
  bool settles = false;
};

// Every change that this device holds, once each. With the base of a space (snapshots.h), these are
// the changes that were applied.
class ChangeLog {
 public:
  explicit ChangeLog(Database* database) : database_(database) {}

  // The local sequence of the change of that dot; nothing if it is not here.
  [[nodiscard]] Result<std::optional<std::int64_t>> Find(const SpaceId& space, const Dot& dot);
  [[nodiscard]] Result<Change> Read(std::int64_t seq);

  // Whether the change of that dot was applied: it is here, or came with a snapshot.
  [[nodiscard]] Result<bool> WasApplied(const SpaceId& space, const Dot& dot);

  struct Entry {
    SpaceId space;
    Origin origin = Origin::kLocal;
    Change change;
    std::optional<std::uint64_t> envelope_counter;  // of a local one: the envelope that holds it
  };
  // What stands at a local sequence, counted from 1; nothing beyond the last. For a store that may
  // be damaged: an error speaks of this entry only.
  [[nodiscard]] Result<std::optional<Entry>> ReadEntry(std::int64_t seq);

  [[nodiscard]] Result<std::int64_t> LastSequence();

  // The spaces that a change is of.
  [[nodiscard]] Result<std::vector<SpaceId>> Spaces();

  // Precondition: the dot is not in the log.
  Status Append(const SpaceId& space, const Change& change, Origin origin,
                std::optional<std::uint64_t> received_s = std::nullopt);

  // The server received this device's envelope of that counter then.
  Status MarkReceived(const SpaceId& space, std::uint64_t envelope_counter,
                      std::uint64_t received_s);
  // The same of a colleague's change that a file had brought before.
  Status MarkReceived(const SpaceId& space, const Dot& dot, std::uint64_t received_s);
  // When the server received the last change of that author; nothing if none is known to be there.
  [[nodiscard]] Result<std::optional<std::uint64_t>> LastReceivedFrom(const DeviceId& author);
  // When the server received the change; nothing if it has not, or that is not known.
  [[nodiscard]] Result<std::optional<std::uint64_t>> ReceivedAt(const SpaceId& space,
                                                                const Dot& dot);

  // The next counter of a replica in a space, from 1: after all that was applied.
  [[nodiscard]] Result<std::uint64_t> NextCounter(const SpaceId& space, const ReplicaId& replica);

  // The greatest stamp of any change here that is not beyond `bound`. Of a snapshot, its greatest
  // counts.
  [[nodiscard]] Result<Hlc> LastHlcUpTo(Hlc bound);

  // Local changes that no envelope holds yet, oldest first.
  struct Unsealed {
    std::int64_t seq = 0;
    Change change;
  };
  [[nodiscard]] Result<std::vector<Unsealed>> ReadUnsealed(const SpaceId& space,
                                                           std::size_t count_max);
  Status MarkSealed(std::int64_t seq, std::uint64_t envelope_counter);
  // The last change that this device made to the record, in the order of its chain.
  struct OwnWrite {
    std::optional<std::uint64_t> envelope_counter;  // nothing: no envelope holds it
    std::uint64_t received_s = 0;                   // by the server; 0: not, or not known
  };
  [[nodiscard]] Result<std::optional<OwnWrite>> LastOwnWrite(const SpaceId& space,
                                                             const RecordId& record);
  [[nodiscard]] Result<std::uint64_t> CountUnsealed();
  // The fields, each once, that local changes wrote which the server has neither acknowledged nor
  // refused.
  struct WrittenField {
    SpaceId space;
    KindId kind;
    FieldId field;
  };
  [[nodiscard]] Result<std::vector<WrittenField>> FieldsWaiting();
  // Takes this device's changes out of the envelopes from that counter on: they wait for another.
  Status UnsealFrom(const SpaceId& space, std::uint64_t envelope_counter);
  // Puts `change` in the place of the one at `seq`, which nobody else has seen. Only the dots may
  // differ: its own, those that its writes overwrote, and those within its values.
  Status RewriteDots(std::int64_t seq, const Change& change);

  // The local sequences of all changes of a space, in the order of their arrival.
  [[nodiscard]] Result<std::vector<std::int64_t>> SequencesOf(const SpaceId& space);

  [[nodiscard]] Result<std::vector<HistoryEntry>> History(const RecordId& record);
  // Every change of the space that was applied.
  [[nodiscard]] Result<VersionVector> Known(const SpaceId& space);
  [[nodiscard]] Result<std::uint64_t> Count();

  // What should be here and is not.
  struct Holes {
    std::uint64_t replicas_with_gaps = 0;     // a change was applied, one before it was not
    std::uint64_t values_without_change = 0;  // shown in a record, in no change that was applied
    std::uint64_t changes_without_writes = 0;
  };
  [[nodiscard]] Result<Holes> FindHoles();

 private:
  Result<std::uint64_t> CountReplicasWithGaps();
  Status AppendWrites(std::int64_t seq, const RecordWrite& record, int& position);

  Database* database_;
};

}  // namespace sacoche
