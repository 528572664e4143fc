#include "sync-server/group_commit.h"

#include <iterator>

namespace sacoche {

bool GroupCommit::Add(Exchange& exchange, std::function<void(OrProblem<void>)> done) {
  std::vector<NewEnvelope> envelopes = exchange.TakeUncommitted();
  if (envelopes.empty()) return false;
  waiting_.push_back({&exchange, std::move(envelopes), std::move(done)});
  return true;
}

GroupCommit::Outcomes GroupCommit::Append(std::span<const NewEnvelope> envelopes) {
  const auto began = std::chrono::steady_clock::now();
  Outcomes outcomes = store_.AppendEnvelopes(envelopes);
  if (metrics_ != nullptr) metrics_->commits.Add(std::chrono::steady_clock::now() - began);
  return outcomes;
}

void GroupCommit::Flush() {
  std::vector<Waiting> group = std::exchange(waiting_, {});
  if (group.size() > 1 && FlushTogether(group)) return;
  for (const Waiting& one : group)
    one.done(one.exchange->Committed(one.envelopes, Append(one.envelopes)));
}

// False: nothing was committed, and all of them have theirs still.
bool GroupCommit::FlushTogether(std::vector<Waiting>& group) {
  std::vector<NewEnvelope> all;
  for (const Waiting& one : group)
    all.insert(all.end(), one.envelopes.begin(), one.envelopes.end());
  const Outcomes outcomes = Append(all);
  if (!outcomes) return false;
  std::size_t first = 0;
  for (const Waiting& one : group) {
    const auto begin = outcomes->begin() + static_cast<std::ptrdiff_t>(first);
    first += one.envelopes.size();
    const auto end = outcomes->begin() + static_cast<std::ptrdiff_t>(first);
    one.done(one.exchange->Committed(one.envelopes, std::vector<AppendOutcome>(begin, end)));
  }
  return true;
}

}  // namespace sacoche
