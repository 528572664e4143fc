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
  [[nodiscard]] Result<ChainHead> Head(const SpaceId& space);

  // In chain order, while they fit into `bytes_max`, but at least one.
  [[nodiscard]] Result<std::vector<OutboxEntry>> Waiting(const SpaceId& space,
                                                         std::uint64_t after_counter,
                                                         std::size_t bytes_max,
                                                         std::size_t count_max);
  [[nodiscard]] Result<bool> IsWaiting(const EnvelopeId& id);
  Status MarkStored(const EnvelopeId& id, std::uint64_t server_seq);
  Status MarkRefused(const EnvelopeId& id, ProblemType problem);

  // The server's head is behind what it had acknowledged: everything after it waits again. Gives
  // how many.
  Result<std::uint64_t> ForgetStoredAfter(const SpaceId& space, std::uint64_t server_seq);

  // Every envelope that this device made, in the order of its chains; the visitor's error ends it.
  Status ForEach(const std::function<Status(const OutboxEntry&)>& visit);

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
