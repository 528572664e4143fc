#include "sync-server/service_desk.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sacoche {

namespace asio = boost::asio;

ServiceDesk::ServiceDesk(const asio::any_io_executor& executor, const Rooms& rooms,
                         const ServerLimits& limits)
    : executor_(executor), rooms_(rooms), limits_(std::make_shared<const ServerLimits>(limits)) {}

// The service counts those that it has given, so only its own thread lets one go. A visitor whose
// loop was stopped leaves it to the queue, which is emptied when the desk's own loop goes.
void ServiceDesk::GiveBack::operator()(Exchange* exchange) const {
  asio::post(desk->executor_, [held = std::unique_ptr<Exchange>(exchange)] {});
}

asio::awaitable<OrProblem<ServiceDesk::ServedExchange>> ServiceDesk::Begin(
    const RequestHead& head, const RateLimiter::Key& address) {
  co_await There();
  auto begun = BeginHere(head, address);
  co_await Back();
  co_return begun;
}

OrProblem<ServiceDesk::ServedExchange> ServiceDesk::BeginHere(const RequestHead& head,
                                                              const RateLimiter::Key& address) {
  if (const auto wait_s = rooms_.request_rates.Take(address, rooms_.clock.NowMs()); wait_s > 0) {
    rooms_.metrics.Refuse(LimitName::kRequestRatePerAddress);
    return RefuseFor(wait_s, "Too many requests from this address; come back later.");
  }
  auto begun = rooms_.service.Begin(head);
  if (!begun) return Refuse(std::move(begun).error());
  return ServedExchange(begun->release(), GiveBack{this});
}

asio::awaitable<OrProblem<void>> ServiceDesk::Feed(Exchange& exchange, ByteView piece) {
  co_await There();
  auto fed = exchange.Feed(piece);
  co_await Back();
  co_return fed;
}

asio::awaitable<void> ServiceDesk::Cut(Exchange& exchange) {
  co_await There();
  exchange.Cut();
  co_await Back();
}

asio::awaitable<OrProblem<void>> ServiceDesk::Finish(Exchange& exchange) {
  co_await There();
  auto finished = co_await CommitHere(exchange);
  if (finished) finished = exchange.Finish();
  co_await Back();
  co_return finished;
}

// With whoever else is ready by now: what lies in the queue at this moment comes before the group's
// turn.
asio::awaitable<OrProblem<void>> ServiceDesk::CommitHere(Exchange& exchange) {
  GroupCommit& group = rooms_.service.group();
  const bool is_first = group.is_empty();
  OrProblem<void> outcome;
  asio::steady_timer told(executor_, asio::steady_timer::time_point::max());
  const bool waits = group.Add(exchange, [&](OrProblem<void> committed) {
    outcome = std::move(committed);
    told.cancel();
  });
  if (!waits) co_return outcome;
  if (is_first) asio::post(executor_, [&group] { group.Flush(); });
  co_await told.async_wait(asio::bind_executor(executor_, asio::as_tuple(asio::use_awaitable)));
  co_return outcome;
}

asio::awaitable<ServiceDesk::Gathered> ServiceDesk::Gather(Exchange& exchange) {
  co_await There();
  Gathered gathered{{}, true};
  while (gathered.goes_on && *gathered.goes_on && gathered.body.size() < kBodyPieceBytes) {
    auto chunk = exchange.NextChunk();
    if (!chunk)
      gathered.goes_on = Refuse(std::move(chunk).error());
    else if (chunk->empty())
      gathered.goes_on = false;
    else
      Append(gathered.body, *chunk);
  }
  co_await Back();
  co_return gathered;
}

void ServiceDesk::Log(Entry entry) {
  Tell([this, entry = std::move(entry)] {
    ServerMetrics& metrics = rooms_.metrics;
    const SyncCounts& counts = entry.counts;
    ++metrics.requests[{entry.route, entry.problem}];
    metrics.body_bytes_in += entry.body_bytes_in;
    metrics.body_bytes_out += entry.body_bytes_out;
    metrics.envelopes_stored += counts.envelopes_stored;
    metrics.envelopes_repeated += counts.envelopes_repeated;
    metrics.envelopes_sent += counts.envelopes_sent;
    metrics.statements_stored += counts.statements;
    metrics.snapshot_parts_stored += counts.snapshot_parts_stored;
    rooms_.log.Event("request", {{"route", entry.route},
                                 {"status", std::to_string(entry.status)},
                                 {"problem", entry.problem},
                                 {"signer", entry.signer},
                                 {"bytes_in", std::to_string(entry.body_bytes_in)},
                                 {"bytes_out", std::to_string(entry.body_bytes_out)},
                                 {"stored", std::to_string(counts.envelopes_stored)},
                                 {"repeated", std::to_string(counts.envelopes_repeated)},
                                 {"refused", std::to_string(counts.envelopes_refused)},
                                 {"sent", std::to_string(counts.envelopes_sent)},
                                 {"statements", std::to_string(counts.statements)},
                                 {"ms", std::to_string(entry.took.count())}});
  });
}

void ServiceDesk::HandshakeFailed() {
  Tell([this] {
    ++rooms_.metrics.handshakes_failed;
    rooms_.log.Event("handshake-failed", {});
  });
}

void ServiceDesk::HandshakeResumed() {
  Tell([this] { ++rooms_.metrics.handshakes_resumed; });
}

void ServiceDesk::Refused(LimitName limit) {
  Tell([this, limit] { rooms_.metrics.Refuse(limit); });
}

std::shared_ptr<const ServerLimits> ServiceDesk::limits() const {
  const std::lock_guard lock(limits_mutex_);
  return limits_;
}

void ServiceDesk::SetLimits(const ServerLimits& limits) {
  auto next = std::make_shared<const ServerLimits>(limits);
  const std::lock_guard lock(limits_mutex_);
  limits_ = std::move(next);
}

}  // namespace sacoche
