#pragma once

#include "engine/sign/hash.h"
#include "engine/wire/envelope.h"

namespace sacoche {

// An envelope whose signature, membership and epoch were judged good.
struct NewEnvelope {
  EnvelopeHeader header;
  Hash256 manifest_hash{};
  Bytes bytes;
};

struct AppendOutcome {
  // kRepeated: the same envelope was stored before. kForked: it is not the successor of its
  // device's last envelope in the space, or another one bears its id.
  enum class Kind { kStored, kRepeated, kForked };
  Kind kind = Kind::kForked;
  std::uint64_t sequence = 0;  // 0 with kForked

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

  // What the space received after `cursor` from other devices than `excluded`, oldest first. A
  // cursor beyond the head gives an empty page that says the head.
  virtual Result<EnvelopePage> ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                             const DeviceId& excluded,
                                             const ReadLimits& read_limits) = 0;

  // The last sequence of the space; 0 if it has none.
  virtual Result<std::uint64_t> Head(const SpaceId& space) = 0;

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
