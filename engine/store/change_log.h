#pragma once

#include "engine/causality/version_vector.h"
#include "engine/change/change.h"
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
};

// Every change that this device holds, once each.
class ChangeLog {
 public:
  explicit ChangeLog(Database* database) : database_(database) {}

  // The local sequence of the change of that dot; nothing if it is not here.
  [[nodiscard]] Result<std::optional<std::int64_t>> Find(const SpaceId& space, const Dot& dot);
  [[nodiscard]] Result<Change> Read(std::int64_t seq);

  // Precondition: the dot is not in the log.
  Status Append(const SpaceId& space, const Change& change, Origin origin);

  // The next counter of a replica in a space, from 1.
  [[nodiscard]] Result<std::uint64_t> NextCounter(const SpaceId& space, const ReplicaId& replica);

  // The greatest stamp of any change here that is not beyond `bound`.
  [[nodiscard]] Result<Hlc> LastHlcUpTo(Hlc bound);

  // Local changes that no envelope holds yet, oldest first.
  struct Unsealed {
    std::int64_t seq = 0;
    Change change;
  };
  [[nodiscard]] Result<std::vector<Unsealed>> ReadUnsealed(const SpaceId& space,
                                                           std::size_t count_max);
  Status MarkSealed(std::int64_t seq, std::uint64_t envelope_counter);
  [[nodiscard]] Result<std::uint64_t> CountUnsealed();

  [[nodiscard]] Result<std::vector<HistoryEntry>> History(const RecordId& record);
  [[nodiscard]] Result<VersionVector> Known(const SpaceId& space);
  [[nodiscard]] Result<std::uint64_t> Count();

  // What should be here and is not.
  struct Holes {
    std::uint64_t replicas_with_gaps = 0;     // a change is here, one before it is not
    std::uint64_t values_without_change = 0;  // shown in a record, in no change of the log
    std::uint64_t changes_without_writes = 0;
  };
  [[nodiscard]] Result<Holes> FindHoles();

 private:
  Status AppendWrites(std::int64_t seq, const RecordWrite& record, int& position);

  Database* database_;
};

}  // namespace sacoche
