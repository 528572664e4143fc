#include "sync-server/http_front.h"

#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <map>

#include "sync-server/http_connection.h"
#include "sync-server/io_loops.h"
#include "sync-server/metrics_listener.h"
#include "sync-server/tls_context.h"

namespace sacoche {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// Pause after the kernel refused a connection (no descriptors left, say).
constexpr std::chrono::milliseconds kAcceptPause{200};

// address:port, with an IPv6 address in brackets.
Result<tcp::endpoint> ParseEndpoint(const std::string& text) {
  const auto refused = [&] {
    return Fail(ErrorCode::kInvalidInput, "`" + text + "` is not an address and a port",
                "Write for instance 0.0.0.0:8443 or [::]:8443.");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return refused();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, number_error] = std::from_chars(text.data() + colon + 1, end, port);
  if (number_error != std::errc() || stop != end) return refused();
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return refused();
  return tcp::endpoint(address, port);
}

// What counts as one address: of IPv6, the network that one customer gets.
RateLimiter::Key KeyOf(const asio::ip::address& address) {
  constexpr std::size_t kNetworkBytes = 8;
  RateLimiter::Key key{};
  const bool is_v4 = address.is_v4() || address.to_v6().is_v4_mapped();
  const auto bytes =
      address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes()
                      : address.to_v6().to_bytes();
  std::copy_n(bytes.begin(), is_v4 ? key.size() : kNetworkBytes, key.begin());
  return key;
}

std::string ToText(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

class HttpFront::Impl {
 public:
  Impl(const HttpFrontOptions& options, Service& service, Clock& clock, ServerLog& log,
       ServerMetrics& metrics)
      : options_(options),
        service_(service),
        clock_(clock),
        log_(log),
        metrics_(metrics),
        connection_rates_(ConnectionRate(options.limits), kRateKeysMax),
        request_rates_(RequestRate(options.limits), kRateKeysMax),
        desk_(io_.get_executor(), {service, clock, log, metrics, request_rates_}, options.limits),
        loops_(IoLoops::CountForThisMachine()) {}

  Status Open();
  [[nodiscard]] std::string address() const { return ToText(acceptor_.local_endpoint()); }
  [[nodiscard]] std::string metrics_address() const {
    return metrics_listener_.is_open() ? ToText(metrics_listener_.endpoint()) : std::string();
  }
  void Run();

 private:
  asio::awaitable<void> Accept();
  void Admit(tcp::socket socket, const RateLimiter::Key& address);
  asio::awaitable<void> Serve(std::shared_ptr<HttpConnection> connection, RateLimiter::Key address);
  asio::awaitable<void> WaitForSignals();
  asio::awaitable<void> WaitForReloads();
  Status Reload();
  [[nodiscard]] bool HasRoomFor(const RateLimiter::Key& address);
  bool RefuseConnection(LimitName limit, const char* reason);
  void Forget(const HttpConnection* connection, const RateLimiter::Key& address);
  std::string MetricsNow();

  static RateLimiter::Rate ConnectionRate(const ServerLimits& limits) {
    return {limits.connections_per_minute_per_address, limits.connections_burst_per_address};
  }
  static RateLimiter::Rate RequestRate(const ServerLimits& limits) {
    return {limits.requests_per_minute_per_address, limits.requests_burst_per_address};
  }

  HttpFrontOptions options_;
  Service& service_;
  Clock& clock_;
  ServerLog& log_;
  ServerMetrics& metrics_;
  RateLimiter connection_rates_;
  RateLimiter request_rates_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::map<const HttpConnection*, std::weak_ptr<HttpConnection>> connections_;
  std::map<RateLimiter::Key, std::size_t> per_address_;
  // Last: the coroutines that they hold use all of the above. The thread that runs this one is the
  // service's; the others' are the connections'.
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  MetricsListener metrics_listener_{io_.get_executor()};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  asio::signal_set reload_signals_{io_, SIGHUP};
  asio::steady_timer grace_{io_};
  ServiceDesk desk_;
  IoLoops loops_;
};

Status HttpFront::Impl::Open() {
  SACOCHE_ASSIGN(tls_,
                 MakeTlsContext(options_.certificate_path, options_.key_path, options_.sessions));
  if (!options_.metrics_listen.empty()) {
    SACOCHE_ASSIGN(const tcp::endpoint metrics, ParseEndpoint(options_.metrics_listen));
    SACOCHE_TRY(metrics_listener_.Open(metrics));
  }
  SACOCHE_ASSIGN(const tcp::endpoint endpoint, ParseEndpoint(options_.listen));
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return Fail(ErrorCode::kIo, "cannot listen on " + options_.listen + ": " + error.message(),
                "Choose another address or port, or stop the program that holds it.");
  return {};
}

void HttpFront::Impl::Run() {
  asio::co_spawn(io_, Accept(), asio::detached);
  asio::co_spawn(io_, WaitForSignals(), asio::detached);
  asio::co_spawn(io_, WaitForReloads(), asio::detached);
  if (metrics_listener_.is_open())
    asio::co_spawn(io_, metrics_listener_.Run([this] { return MetricsNow(); }), asio::detached);
  io_.run();
  loops_.Stop();
  // Whoever still waits at the desk is sent home, to end with the loop that it came from. Another
  // handler of the end may stop this one in between.
  do io_.restart();
  while (io_.poll() > 0);
}

std::string HttpFront::Impl::MetricsNow() {
  metrics_.connections_open = connections_.size();
  if (options_.store_bytes) metrics_.store_bytes = options_.store_bytes();
  return MetricsText(metrics_);
}

asio::awaitable<void> HttpFront::Impl::WaitForReloads() {
  while (true) {
    const auto [error, signal] = co_await reload_signals_.async_wait(kTuple);
    if (error) co_return;
    const Status reloaded = Reload();
    ++(reloaded ? metrics_.reloads : metrics_.reloads_failed);
    if (reloaded) log_.Event("reloaded", {});
    // The sentence names files and keys of the operator's, and nothing of the users'.
    else
      log_.Event("reload-refused", {{"reason", "\"" + reloaded.error().message + "\""}});
  }
}

// Connections hold what they were made with: OpenSSL counts who uses a context.
Status HttpFront::Impl::Reload() {
  if (!options_.reload) return {};
  SACOCHE_ASSIGN(const HttpFrontOptions next, options_.reload());
  SACOCHE_ASSIGN(auto tls, MakeTlsContext(next.certificate_path, next.key_path, options_.sessions));
  tls_ = std::move(tls);
  desk_.SetLimits(next.limits);
  connection_rates_.SetRate(ConnectionRate(next.limits));
  request_rates_.SetRate(RequestRate(next.limits));
  service_.SetOptions(ServiceOptionsOf(next.limits));
  service_.SetAuthority(next.ca_pem);
  const bool moved =
      next.listen != options_.listen || next.metrics_listen != options_.metrics_listen;
  if (moved) log_.Event("listen-unchanged", {{"until", "restart"}});
  return {};
}

asio::awaitable<void> HttpFront::Impl::WaitForSignals() {
  co_await signals_.async_wait(kTuple);
  log_.Event("stopping", {{"connections", std::to_string(connections_.size())}});
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  metrics_listener_.Close();
  reload_signals_.cancel(ignored);
  for (const auto& [key, connection] : std::exchange(connections_, {}))
    if (const auto alive = connection.lock()) alive->Stop();
  // A second signal, or the end of the grace, cuts what still runs; the rest of the work done, the
  // loop ends by itself.
  grace_.expires_after(desk_.limits()->stop_ms_max);
  grace_.async_wait([this](const boost::system::error_code& error) {
    if (!error) io_.stop();
  });
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) io_.stop();
  });
  if (per_address_.empty()) io_.stop();
}

asio::awaitable<void> HttpFront::Impl::Accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(loops_.Next(), kTuple);
    if (error && !acceptor_.is_open()) co_return;
    if (error) {
      log_.Event("accept-failed", {{"error", std::to_string(error.value())}});
      asio::steady_timer pause(io_, kAcceptPause);
      co_await pause.async_wait(kTuple);
      continue;
    }
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) continue;
    const RateLimiter::Key address = KeyOf(peer.address());
    if (!HasRoomFor(address)) continue;  // closes the socket
    ++metrics_.connections_accepted;
    Admit(std::move(socket), address);
  }
}

bool HttpFront::Impl::HasRoomFor(const RateLimiter::Key& address) {
  const auto found = per_address_.find(address);
  const std::size_t of_address = found == per_address_.end() ? 0 : found->second;
  const auto limits = desk_.limits();
  if (connections_.size() >= limits->connections_max)
    return RefuseConnection(LimitName::kConnections, "total");
  if (of_address >= limits->connections_per_address_max)
    return RefuseConnection(LimitName::kConnectionsPerAddress, "per-address");
  if (connection_rates_.Take(address, clock_.NowMs()) > 0)
    return RefuseConnection(LimitName::kConnectionRatePerAddress, "rate-per-address");
  ++per_address_[address];
  return true;
}

bool HttpFront::Impl::RefuseConnection(LimitName limit, const char* reason) {
  metrics_.Refuse(limit);
  log_.Event("connection-refused", {{"reason", reason}});
  return false;
}

void HttpFront::Impl::Admit(tcp::socket socket, const RateLimiter::Key& address) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  const auto loop = socket.get_executor();
  auto connection = std::make_shared<HttpConnection>(std::move(socket), *tls_, address, desk_);
  connections_.emplace(connection.get(), connection);
  if (!acceptor_.is_open()) connection->Stop();  // accepted while the server stopped
  asio::co_spawn(loop, Serve(std::move(connection), address), asio::detached);
}

// In the connection's own loop.
asio::awaitable<void> HttpFront::Impl::Serve(std::shared_ptr<HttpConnection> connection,
                                             RateLimiter::Key address) {
  co_await connection->Run();
  // The connection goes with the note of its end: until then nothing else has its address.
  asio::post(io_, [this, held = std::move(connection), address] { Forget(held.get(), address); });
}

void HttpFront::Impl::Forget(const HttpConnection* connection, const RateLimiter::Key& address) {
  connections_.erase(connection);
  const auto counted = per_address_.find(address);
  if (--counted->second == 0) per_address_.erase(counted);
  if (per_address_.empty() && !acceptor_.is_open()) io_.stop();
}

HttpFront::HttpFront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpFront::~HttpFront() = default;

Result<std::unique_ptr<HttpFront>> HttpFront::Listen(const HttpFrontOptions& options,
                                                     Service& service, Clock& clock, ServerLog& log,
                                                     ServerMetrics& metrics) {
  auto impl = std::make_unique<Impl>(options, service, clock, log, metrics);
  SACOCHE_TRY(impl->Open());
  return std::unique_ptr<HttpFront>(new HttpFront(std::move(impl)));
}

std::string HttpFront::address() const { return impl_->address(); }
std::string HttpFront::metrics_address() const { return impl_->metrics_address(); }
void HttpFront::Run() { impl_->Run(); }

Service::Options ServiceOptionsOf(const ServerLimits& limits) {
  constexpr std::uint64_t kMib = 1024 * 1024;
  return {limits.sync_requests_max,
          {limits.requests_per_minute_per_device, limits.requests_burst_per_device},
          limits.space_mib_max * kMib};
}

}  // namespace sacoche
