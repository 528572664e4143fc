#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <mutex>

#include "sync-server/rate_limiter.h"
#include "sync-server/server_limits.h"
#include "sync-server/server_log.h"
#include "sync-server/server_metrics.h"
#include "sync-server/service.h"

namespace sacoche {

// Where connections, each on a loop of its own, meet the one thread of the service, its log and its
// counters. They come with a visit: what it does runs on that thread, and the coroutine then goes
// on in its own loop. Any thread may call, but for what says otherwise. Must outlive its visitors
// and the exchanges that it gives.
class ServiceDesk {
 public:
  struct Rooms {
    Service& service;
    Clock& clock;  // read by every thread
    ServerLog& log;
    ServerMetrics& metrics;
    RateLimiter& request_rates;  // by address
  };

  // An exchange, which goes back to the desk when its visitor is done with it. Its constant members
  // may be read between two visits.
  struct GiveBack {
    ServiceDesk* desk = nullptr;
    void operator()(Exchange* exchange) const;
  };
  using ServedExchange = std::unique_ptr<Exchange, GiveBack>;

  // The first of an answer.
  struct Gathered {
    Bytes body;
    OrProblem<bool> goes_on;  // whether more is to come
  };

  // What a request came to, for the log and the counters: names and numbers only.
  struct Entry {
    std::string route;
    int status = 0;
    std::string problem;
    std::string signer;
    std::uint64_t body_bytes_in = 0;
    std::uint64_t body_bytes_out = 0;
    SyncCounts counts;
    std::chrono::milliseconds took{0};
  };

  // `executor`: of the service's thread.
  ServiceDesk(const boost::asio::any_io_executor& executor, const Rooms& rooms,
              const ServerLimits& limits);
  ServiceDesk(const ServiceDesk&) = delete;
  ServiceDesk& operator=(const ServiceDesk&) = delete;

  // Visits, in the order of a request: it begins,
  boost::asio::awaitable<OrProblem<ServedExchange>> Begin(const RequestHead& head,
                                                          const RateLimiter::Key& address);
  // its body comes, or is cut,
  boost::asio::awaitable<OrProblem<void>> Feed(Exchange& exchange, ByteView piece);
  boost::asio::awaitable<void> Cut(Exchange& exchange);
  // is complete, and kept with whoever else is ready by then,
  boost::asio::awaitable<OrProblem<void>> Finish(Exchange& exchange);
  // and the answer is read, a record of TLS at a time, which is also how much goes out at once.
  boost::asio::awaitable<Gathered> Gather(Exchange& exchange);

  // Told, and not waited for.
  void Log(Entry entry);
  void HandshakeFailed();
  void HandshakeResumed();
  void Refused(LimitName limit);

  [[nodiscard]] std::uint64_t NowMs() { return rooms_.clock.NowMs(); }

  // What holds now. Whoever asks keeps it for as long as it likes.
  [[nodiscard]] std::shared_ptr<const ServerLimits> limits() const;
  void SetLimits(const ServerLimits& limits);

 private:
  // There, on the service's thread; and back, on the coroutine's own.
  auto There() const {
    return boost::asio::post(boost::asio::bind_executor(executor_, boost::asio::use_awaitable));
  }
  static auto Back() { return boost::asio::post(boost::asio::use_awaitable); }
  template <class Work>
  void Tell(Work work) {
    boost::asio::post(executor_, std::move(work));
  }
  OrProblem<ServedExchange> BeginHere(const RequestHead& head, const RateLimiter::Key& address);
  boost::asio::awaitable<OrProblem<void>> CommitHere(Exchange& exchange);

  boost::asio::any_io_executor executor_;
  Rooms rooms_;
  mutable std::mutex limits_mutex_;
  std::shared_ptr<const ServerLimits> limits_;
};

}  // namespace sacoche
