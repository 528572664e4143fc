#pragma once

#include <functional>

#include "engine/wire/envelope.h"
#include "engine/wire/problem.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// The end of this device's chain in a space: what the next envelope continues.
struct ChainHead {
  std::uint64_t counter = 0;
  ByteArray<32> hash{};
};

struct OutboxEntry {
  SpaceId space;
  std::uint64_t counter = 0;
  EnvelopeId id;
  ByteArray<32> hash{};  // manifest hash
  Bytes envelope;
  std::uint64_t changes = 0;
};

// Sealed envelopes, each sealed once and kept: waiting ones are sent again as the same bytes, and
// stored ones are what a server restored from an old backup is healed with.
class Outbox {
 public:
  explicit Outbox(Database* database) : database_(database) {}

  Status Put(const OutboxEntry& entry);
  // The last envelope of this device in the space: here, or one that a snapshot stands for.
  [[nodiscard]] Result<ChainHead> Head(const SpaceId& space);

  // An envelope of this device that it no longer holds: a snapshot stands for it and those before.
  // Counter 0: none.
  [[nodiscard]] Result<ChainHead> Base(const SpaceId& space);
  Status SetBase(const SpaceId& space, const ChainHead& base);

  // In chain order, while they fit into `bytes_max`, but at least one.
  [[nodiscard]] Result<std::vector<OutboxEntry>> Waiting(const SpaceId& space,
                                                         std::uint64_t after_counter,
                                                         std::size_t bytes_max,
                                                         std::size_t count_max);
  [[nodiscard]] Result<bool> IsWaiting(const EnvelopeId& id);
  Status MarkStored(const EnvelopeId& id, std::uint64_t server_seq);
  // The same for all of the space up to a counter that are not marked yet.
  Status MarkStoredUpTo(const SpaceId& space, std::uint64_t counter, std::uint64_t server_seq);
  Status MarkRefused(const EnvelopeId& id, ProblemType problem);

  // The server's history is no longer the one in which it had acknowledged them: until it shows
  // them again, everything in the space waits.
  Status ForgetStored(const SpaceId& space);

  [[nodiscard]] Result<std::uint64_t> CountWaiting(const SpaceId& space);

  struct Sent {
    EnvelopeId id;
    ByteArray<32> hash{};
    bool is_stored = false;
    std::uint64_t sequence = 0;  // of the server; 0: not stored
    bool is_refused = false;
  };
  // The envelope of that counter; nothing if this device holds none.
  [[nodiscard]] Result<std::optional<Sent>> Find(const SpaceId& space, std::uint64_t counter);
  // The greatest server sequence among this device's envelopes in the space; 0 if it has none.
  [[nodiscard]] Result<std::uint64_t> LastStored(const SpaceId& space);
  // The counter of its last envelope there that the server acknowledged; 0 if none.
  [[nodiscard]] Result<std::uint64_t> LastStoredCounter(const SpaceId& space);
  struct Place {
    std::uint64_t sequence = 0;  // of the server
    ByteArray<32> hash{};        // of the manifest
  };
  // This device's envelopes in the space with a sequence after `after` and before `before`, in the
  // order of the server.
  [[nodiscard]] Result<std::vector<Place>> StoredBetween(const SpaceId& space, std::uint64_t after,
                                                         std::uint64_t before);
  // Removes the envelopes that the server never stored, because another history took their place.
  // Gives the counter of the first; nothing if there was none.
  Result<std::optional<std::uint64_t>> DropUnstored(const SpaceId& space);

  // This device's envelopes in the space behind that counter, in the order of the chain, each with
  // the greatest local sequence of its changes in the log.
  struct LogPlace {
    std::uint64_t counter = 0;
    std::int64_t log_seq = 0;
  };
  [[nodiscard]] Result<std::vector<LogPlace>> PlacesAfter(const SpaceId& space,
                                                          std::uint64_t counter);
  // The envelope of that counter; nothing if this device holds none.
  [[nodiscard]] Result<std::optional<OutboxEntry>> Read(const SpaceId& space,
                                                        std::uint64_t counter);

  // Every envelope that this device made, in the order of its chains; the visitor's error ends it.
  Status ForEach(const std::function<Status(const OutboxEntry&)>& visit);

  // The envelope of one row, counted from 1, if it waits; nothing otherwise. Rows may be missing
  // up to LastRow. For a store that may be damaged: an error speaks of this row
  // only.
  [[nodiscard]] Result<std::optional<OutboxEntry>> WaitingAtRow(std::int64_t row);
  [[nodiscard]] Result<std::int64_t> LastRow();

  struct Counts {
    std::uint64_t waiting = 0;
    std::uint64_t refused = 0;
    std::uint64_t waiting_changes = 0;
    std::optional<ProblemType> last_refusal;
  };
  [[nodiscard]] Result<Counts> Count();

 private:
  Database* database_;
};

}  // namespace sacoche
