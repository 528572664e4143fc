#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "sync-server/server_limits.h"
#include "sync-server/server_log.h"
#include "sync-server/service.h"

namespace sacoche {

// One TLS connection and its requests, one after the other. Owned by its coroutines (hence shared);
// all of it runs on the front's one thread.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  struct Rooms {
    Service& service;
    Clock& clock;
    ServerLog& log;
    const ServerLimits& limits;
  };

  HttpConnection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
                 const Rooms& rooms);

  // Until the connection ends, for whatever reason.
  boost::asio::awaitable<void> Run();

  // The server stops: ends now unless a request is being served, which is the last.
  void Stop();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  using Steady = std::chrono::steady_clock;
  enum class Next { kKeepAlive, kClose };

  // What is known of the request in hand, for the log.
  struct Progress {
    std::string route;
    std::string signer;  // 8 hex digits, `root`, or `-`
    std::uint64_t body_bytes_in = 0;
    std::uint64_t body_bytes_out = 0;
    Steady::time_point began;
  };

  boost::asio::awaitable<void> Watch();
  void Allow(std::chrono::milliseconds time);
  void RequireBodyRate();
  void OnDeadline();
  [[nodiscard]] std::uint64_t RawBytesRead();

  boost::asio::awaitable<bool> Handshake();
  boost::asio::awaitable<bool> WaitForRequest();
  boost::asio::awaitable<Next> ServeOne();
  boost::asio::awaitable<OrProblem<bool>> ReadHead(Parser& parser);
  boost::asio::awaitable<Next> Serve(Parser& parser);
  boost::asio::awaitable<OrProblem<bool>> ReadBody(Parser& parser, Exchange& exchange);
  boost::asio::awaitable<Next> WriteAnswer(Exchange& exchange, Next next);
  boost::asio::awaitable<Next> WriteProblem(const Problem& problem, Next next);
  boost::asio::awaitable<bool> Write(ByteView bytes);
  boost::asio::awaitable<Next> RefuseUnread(Parser& parser, const Problem& problem);
  [[nodiscard]] std::uint64_t BodyBytesToCome(const Parser& parser) const;
  boost::asio::awaitable<bool> DiscardBody(Parser& parser);
  boost::asio::awaitable<void> Close();
  [[nodiscard]] std::string HeadText(int status, std::string_view content_type, Next next) const;
  void LogRequest(int status, std::string_view problem, const Exchange* exchange);

  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  boost::asio::steady_timer watch_timer_;
  Rooms rooms_;
  boost::beast::flat_buffer buffer_;
  ByteArray<kBodyPieceBytes> piece_{};
  Progress progress_;

  Steady::time_point deadline_;
  std::uint64_t window_goal_ =
      0;  // raw bytes to have been read at the deadline; 0: no second window
  bool expired_ = false;
  bool is_serving_ = false;
  bool is_stopping_ = false;
  bool is_peer_gone_ = false;
  bool is_done_ = false;
};

}  // namespace sacoche
