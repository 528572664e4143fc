#pragma once

#include <algorithm>
#include <map>

#include "engine/sign/hash.h"
#include "engine/sign/manifest.h"
#include "engine/wire/envelope.h"
#include "engine/wire/push.h"
#include "engine/wire/sealed_snapshot.h"

namespace sacoche {

// An envelope whose signature, membership and epoch were judged good.
struct NewEnvelope {
  EnvelopeHeader header;
  Hash256 manifest_hash{};
  Bytes bytes;
  std::uint64_t received_s = 0;  // since the Unix epoch, by the server's clock
};

struct AppendOutcome {
  // kRepeated: the same envelope was stored before. kForked: it is not the successor of its
  // device's last envelope in the space, or another one bears its id.
  enum class Kind { kStored, kRepeated, kForked };
  Kind kind = Kind::kForked;
  std::uint64_t sequence = 0;    // 0 with kForked
  std::uint64_t received_s = 0;  // when it was stored; 0: not known, or kForked

  bool operator==(const AppendOutcome&) const = default;
};

struct ReadLimits {
  std::size_t bytes_max = 0;  // the first row is given even if it alone is larger
  std::size_t rows_max = 0;   // rows looked at, the excluded device's included
};

struct EnvelopePage {
  struct Row {
    std::uint64_t sequence = 0;
    Bytes envelope;
    std::uint64_t received_s = 0;  // 0: not known
    bool operator==(const Row&) const = default;
  };
  std::vector<Row> rows;
  std::uint64_t read_up_to = 0;  // the cursor for the next page; the head when `more` is false
  std::size_t rows_seen = 0;
  bool more = false;
};

struct NewStatement {
  Bytes bytes;
  std::optional<DeviceId> admits;  // whose pending enrolment ends with it
};

// A snapshot of which every part is here.
struct StoredSnapshot {
  SnapshotIdentity identity;
  std::uint64_t parts = 0;
  Bytes head;
};

// What may go: envelopes that a snapshot stands for and that came before that time.
struct Retention {
  std::uint64_t received_before_s = 0;  // since the Unix epoch
};

enum class EnrolmentOutcome { kWaiting, kFull };

// What the server keeps: ciphertext in the order of its arrival, the directory's statements, and
// who asked to be let in. One thread. Whatever a call reports as stored is on the disk when it
// returns; a call that fails changed nothing. Errors: kDiskFull, kIo, kCorrupt.
class EnvelopeStore {
 public:
  virtual ~EnvelopeStore() = default;

  // All in one transaction, in this order; one outcome each. Sequences count from 1 in each space,
  // without gaps.
  virtual Result<std::vector<AppendOutcome>> AppendEnvelopes(
      std::span<const NewEnvelope> envelopes) = 0;

  // What the space received after `cursor`, from all devices but `excluded`, if one is named;
  // oldest first. A cursor beyond the head gives an empty page that says the head.
  virtual Result<EnvelopePage> ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                             const std::optional<DeviceId>& excluded,
                                             const ReadLimits& read_limits) = 0;

  // The tag of the space's history up to a sequence (NextTag); zeros at 0, beyond the head, and
  // where it was not noted.
  virtual Result<HistoryTag> HistoryAt(const SpaceId& space, std::uint64_t sequence) = 0;

  // The counter of the device's last envelope in the space; 0 if it has none.
  virtual Result<std::uint64_t> ChainCounter(const SpaceId& space, const DeviceId& device) = 0;

  // The last sequence of the space; 0 if it has none.
  virtual Result<std::uint64_t> Head(const SpaceId& space) = 0;

  // Whether an envelope of this id was ever stored in the space.
  virtual Result<bool> Knows(const SpaceId& space, const EnvelopeId& id) = 0;

  // What the space's envelopes and snapshots take, in bytes. Looks at all of them.
  virtual Result<std::uint64_t> SpaceBytes(const SpaceId& space) = 0;

  // A value that the server keeps with its store; empty: none.
  virtual Result<Bytes> ReadSetting(std::string_view name) = 0;
  virtual Status WriteSetting(std::string_view name, ByteView value) = 0;

  // The last envelope of each device in the space.
  struct ChainEnd {
    std::uint64_t counter = 0;
    Hash256 manifest{};
    bool operator==(const ChainEnd&) const = default;
  };
  virtual Result<std::map<DeviceId, ChainEnd>> ChainEnds(const SpaceId& space) = 0;

  // -- Snapshots. Their heads were judged good: each stands for a history that this store has.
  // ------

  // Gives how many parts of it are here. Another incomplete one of the same device and space, and
  // one that is older than the newest of the space, is forgotten.
  virtual Result<std::uint64_t> BeginSnapshot(const SealedSnapshotHead& head) = 0;

  // The next part; a part that is here already, or comes too early, changes nothing. Gives how many
  // are here. With the last part it becomes the newest of its space, and the one before is dropped.
  virtual Result<std::uint64_t> AppendSnapshotPart(const SealedSnapshotHead& head,
                                                   std::uint64_t index, ByteView part) = 0;

  // The newest complete one.
  virtual Result<std::optional<StoredSnapshot>> NewestSnapshot(const SpaceId& space) = 0;
  virtual Result<Bytes> ReadSnapshotPart(const StoredSnapshot& snapshot, std::uint64_t index) = 0;

  // -- Compaction --------------------------------------------------------------------------------

  // Drops the contents of the oldest envelopes that `retention` allows and the newest snapshot of
  // the space stands for, up to the first that must stay. Who sent them, their ids, hashes and tags
  // stay: a repetition is still known, and a history still told from another. Gives the sequence up
  // to which contents were ever dropped; 0: none. ReadEnvelopes leaves dropped ones out.
  virtual Result<std::uint64_t> DropCovered(const SpaceId& space, const Retention& retention) = 0;
  virtual Result<std::uint64_t> DroppedUpTo(const SpaceId& space) = 0;
  // The spaces that ever received an envelope.
  virtual Result<std::vector<SpaceId>> Spaces() = 0;

  // All in one transaction. Statements count from 1, without gaps.
  virtual Status AppendStatements(std::span<const NewStatement> statements) = 0;

  // The statements after number `after`, in order.
  virtual Result<std::vector<Bytes>> ReadStatements(std::uint64_t after,
                                                    const ReadLimits& read_limits) = 0;

  // One per device: a later request takes the place of the earlier. Bounded by
  // limits::kPendingEnrolmentsMax.
  virtual Result<EnrolmentOutcome> PutEnrolment(const DeviceId& device, ByteView request) = 0;
  virtual Result<std::vector<Bytes>> ListEnrolments() = 0;  // oldest first
  virtual Status RemoveEnrolment(const DeviceId& device) = 0;
};

}  // namespace sacoche
