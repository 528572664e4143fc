#pragma once

#include <functional>

#include "sync-server/exchange.h"
#include "sync-server/server_metrics.h"

namespace sacoche {

// One transaction for all requests that end in the same moment: the disk is waited for once. What
// does not get through together is tried request by request, so that none suffers for another. One
// thread, and no I/O of its own but the store's.
class GroupCommit {
 public:
  // `metrics`: may be null.
  GroupCommit(EnvelopeStore& store, ServerMetrics* metrics) : store_(store), metrics_(metrics) {}

  // Takes what the exchange has to commit; `done` is called with what became of it, in Flush, or
  // never if there is none. The exchange must live until then. False: there is nothing to wait for.
  [[nodiscard]] bool Add(Exchange& exchange, std::function<void(OrProblem<void>)> done);

  // Whether the next Add is the first of its group: then somebody has to call Flush soon.
  [[nodiscard]] bool is_empty() const { return waiting_.empty(); }

  // Commits the group, and tells each.
  void Flush();

 private:
  struct Waiting {
    Exchange* exchange = nullptr;
    std::vector<NewEnvelope> envelopes;
    std::function<void(OrProblem<void>)> done;
  };
  using Outcomes = Result<std::vector<AppendOutcome>>;

  Outcomes Append(std::span<const NewEnvelope> envelopes);
  bool FlushTogether(std::vector<Waiting>& group);

  EnvelopeStore& store_;
  ServerMetrics* metrics_;
  std::vector<Waiting> waiting_;
};

}  // namespace sacoche
