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

std::string ToText(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

class HttpFront::Impl {
 public:
  Impl(const HttpFrontOptions& options, Service& service, Clock& clock, ServerLog& log)
      : limits_(options.limits), log_(log), rooms_{service, clock, log, limits_} {}

  Status Open(const HttpFrontOptions& options);
  [[nodiscard]] std::string address() const { return ToText(acceptor_.local_endpoint()); }
  void Run();

 private:
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(tcp::socket socket, asio::ip::address address);
  asio::awaitable<void> WaitForSignals();
  [[nodiscard]] bool HasRoomFor(const asio::ip::address& address);
  void Forget(const HttpConnection* connection, const asio::ip::address& address);

  const ServerLimits limits_;
  ServerLog& log_;
  HttpConnection::Rooms rooms_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::map<const HttpConnection*, std::weak_ptr<HttpConnection>> connections_;
  std::map<asio::ip::address, std::size_t> per_address_;
  // Last: the coroutines that it holds use all of the above.
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  asio::steady_timer grace_{io_};
};

Status HttpFront::Impl::Open(const HttpFrontOptions& options) {
  SACOCHE_ASSIGN(tls_, MakeTlsContext(options.certificate_path, options.key_path));
  SACOCHE_ASSIGN(const tcp::endpoint endpoint, ParseEndpoint(options.listen));
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return Fail(ErrorCode::kIo, "cannot listen on " + options.listen + ": " + error.message(),
                "Choose another address or port, or stop the program that holds it.");
  return {};
}

void HttpFront::Impl::Run() {
  asio::co_spawn(io_, Accept(), asio::detached);
  asio::co_spawn(io_, WaitForSignals(), asio::detached);
  io_.run();
}

asio::awaitable<void> HttpFront::Impl::WaitForSignals() {
  co_await signals_.async_wait(kTuple);
  log_.Event("stopping", {{"connections", std::to_string(connections_.size())}});
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& [key, connection] : std::exchange(connections_, {}))
    if (const auto alive = connection.lock()) alive->Stop();
  // A second signal, or the end of the grace, cuts what still runs; the rest of the work done, the
  // loop ends by itself.
  grace_.expires_after(limits_.stop_ms_max);
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
    auto [error, socket] = co_await acceptor_.async_accept(kTuple);
    if (error && !acceptor_.is_open()) co_return;
    if (error) {
      log_.Event("accept-failed", {{"error", std::to_string(error.value())}});
      asio::steady_timer pause(io_, kAcceptPause);
      co_await pause.async_wait(kTuple);
      continue;
    }
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error || !HasRoomFor(peer.address())) continue;  // closes the socket
    asio::co_spawn(io_, Serve(std::move(socket), peer.address()), asio::detached);
  }
}

bool HttpFront::Impl::HasRoomFor(const asio::ip::address& address) {
  const auto found = per_address_.find(address);
  const std::size_t of_address = found == per_address_.end() ? 0 : found->second;
  const bool is_full = connections_.size() >= limits_.connections_max;
  if (!is_full && of_address < limits_.connections_per_address_max) {
    ++per_address_[address];
    return true;
  }
  log_.Event("connection-refused", {{"reason", is_full ? "total" : "per-address"}});
  return false;
}

asio::awaitable<void> HttpFront::Impl::Serve(tcp::socket socket, asio::ip::address address) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  auto connection = std::make_shared<HttpConnection>(std::move(socket), *tls_, rooms_);
  const HttpConnection* key = connection.get();
  connections_.emplace(key, connection);
  if (!acceptor_.is_open()) connection->Stop();
  co_await connection->Run();
  connection.reset();
  Forget(key, address);
}

void HttpFront::Impl::Forget(const HttpConnection* connection, const asio::ip::address& address) {
  connections_.erase(connection);
  const auto counted = per_address_.find(address);
  if (--counted->second == 0) per_address_.erase(counted);
  if (per_address_.empty() && !acceptor_.is_open()) io_.stop();
}

HttpFront::HttpFront(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpFront::~HttpFront() = default;

Result<std::unique_ptr<HttpFront>> HttpFront::Listen(const HttpFrontOptions& options,
                                                     Service& service, Clock& clock,
                                                     ServerLog& log) {
  auto impl = std::make_unique<Impl>(options, service, clock, log);
  SACOCHE_TRY(impl->Open(options));
  return std::unique_ptr<HttpFront>(new HttpFront(std::move(impl)));
}

std::string HttpFront::address() const { return impl_->address(); }
void HttpFront::Run() { impl_->Run(); }

}  // namespace sacoche
