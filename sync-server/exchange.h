#pragma once

#include <memory>

#include "sync-server/or_problem.h"
#include "sync-server/sync_handler.h"

namespace sacoche {

// What one accepted request does: takes a body in pieces, gives an answer in pieces. No I/O of its
// own, so the same code runs behind sockets and in a simulation. One thread.
class Exchange {
 public:
  virtual ~Exchange() = default;

  [[nodiscard]] virtual std::size_t body_bytes_max() const { return 0; }

  // The next piece of the body; the caller has checked body_bytes_max().
  virtual OrProblem<void> Feed(ByteView) { return {}; }

  // The body is complete: the envelopes that wait for a transaction, which may be one with those of
  // other exchanges. Whoever takes them says with Committed what became of them, before Finish. Not
  // taken, they are committed by Finish.
  virtual std::vector<NewEnvelope> TakeUncommitted() { return {}; }
  virtual OrProblem<void> Committed(std::span<const NewEnvelope>,
                                    const Result<std::vector<AppendOutcome>>&) {
    return {};
  }

  // The body is complete. After this, and without a problem, the answer may be read.
  virtual OrProblem<void> Finish() { return {}; }

  // The body was cut and the peer is gone.
  virtual void Cut() {}

  [[nodiscard]] virtual int status() const { return 200; }
  [[nodiscard]] virtual std::string_view content_type() const = 0;

  // The next piece of the answer; empty: that was all. A problem at the first piece is the answer;
  // later it cuts the answer.
  virtual OrProblem<Bytes> NextChunk() = 0;

  // For the log.
  [[nodiscard]] virtual std::string signer() const { return {}; }  // 8 hex digits at most
  [[nodiscard]] virtual std::optional<SyncCounts> counts() const { return std::nullopt; }
};

}  // namespace sacoche
