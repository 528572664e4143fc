#include "sync-server/metrics_listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "sync-server/server_metrics.h"

namespace sacoche {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::size_t kScrapersMax = 8;
constexpr std::chrono::seconds kScrapeTime{10};
constexpr std::chrono::milliseconds kAcceptPause{200};
constexpr std::uint32_t kScrapeHeaderBytesMax = 4096;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

Status MetricsListener::Open(const tcp::endpoint& endpoint) {
  if (!endpoint.address().is_loopback())
    return Fail(ErrorCode::kInvalidInput,
                "`metrics_listen` must be a loopback address, and " +
                    endpoint.address().to_string() + " is none",
                "Write for instance 127.0.0.1:9464; what reads it runs on this machine.");
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return Fail(ErrorCode::kIo, "cannot listen for /metrics: " + error.message(),
                "Choose another port, or stop the program that holds it.");
  return {};
}

asio::awaitable<void> MetricsListener::Run(std::function<std::string()> text) {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kTuple);
    if (!acceptor_.is_open()) co_return;
    if (error) {
      asio::steady_timer pause(acceptor_.get_executor(), kAcceptPause);
      co_await pause.async_wait(kTuple);
      continue;
    }
    if (open_ >= kScrapersMax) continue;  // closes the socket
    asio::co_spawn(acceptor_.get_executor(), Answer(std::move(socket), text), asio::detached);
  }
}

void MetricsListener::Close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> MetricsListener::Answer(tcp::socket socket,
                                              std::function<std::string()> text) {
  ++open_;
  beast::tcp_stream stream(std::move(socket));
  stream.expires_after(kScrapeTime);
  beast::flat_buffer buffer(kScrapeHeaderBytesMax);
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kScrapeHeaderBytesMax);
  const auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kTuple);
  if (!error) {
    const bool is_known =
        parser.get().method() == http::verb::get && parser.get().target() == "/metrics";
    http::response<http::string_body> response(
        is_known ? http::status::ok : http::status::not_found, 11);
    response.set(http::field::content_type,
                 beast::string_view(kMetricsContentType.data(), kMetricsContentType.size()));
    response.body() = is_known ? text() : "There is /metrics here.\n";
    response.keep_alive(false);
    response.prepare_payload();
    co_await http::async_write(stream, response, kTuple);
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }
  --open_;
}

}  // namespace sacoche
