#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "sync-server/service_desk.h"
#include "sync-server/tls_stream.h"

namespace sacoche {

// One TLS connection and its requests, one after the other. Owned by its coroutines (hence shared);
// all of it runs on the one thread of its socket's loop, and what it wants of the service at the
// desk. Of the limits, those hold that held when its request began.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // `tls` need not outlive it. `address`: as the rates know it.
  HttpConnection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
                 const RateLimiter::Key& address, ServiceDesk& desk);

  // Until the connection ends, for whatever reason.
  boost::asio::awaitable<void> Run();

  // The server stops: ends now unless a request is being served, which is the last. Any thread.
  void Stop();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  using Steady = std::chrono::steady_clock;
  enum class Next { kKeepAlive, kClose };
  // What a deadline is for.
  enum class Pace { kNone, kBody, kAnswer };

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
  void WaitForService();
  void AllowAtPace(Pace pace);
  void GoOnAtPace(Steady::duration left);
  void BeginAnswerWindow();
  [[nodiscard]] bool KeepsPace();
  void OnDeadline();
  [[nodiscard]] std::uint64_t RawBytesRead();
  [[nodiscard]] std::uint64_t RawBytesTaken();

  boost::asio::awaitable<bool> Handshake();
  boost::asio::awaitable<bool> WaitForRequest();
  boost::asio::awaitable<Next> ServeOne();
  boost::asio::awaitable<OrProblem<bool>> ReadHead(Parser& parser);
  boost::asio::awaitable<Next> Serve(Parser& parser);
  boost::asio::awaitable<OrProblem<bool>> ReadBody(Parser& parser, Exchange& exchange);
  // http_answers.cc
  // What the log and the metrics call an answer that went out, and one that did not.
  static constexpr std::string_view kNoProblem = "none";
  static constexpr std::string_view kCut = "cut";
  boost::asio::awaitable<Next> WriteAnswer(Exchange& exchange, Next next);
  // What became of it, for the log.
  boost::asio::awaitable<std::string_view> WriteWhole(Bytes head, const Bytes& body);
  boost::asio::awaitable<std::string_view> WriteInChunks(Exchange& exchange, Bytes head,
                                                         ServiceDesk::Gathered gathered);
  boost::asio::awaitable<Next> WriteProblem(const Refusal& problem, Next next);
  boost::asio::awaitable<bool> Write(ByteView bytes);
  void Abandon();
  boost::asio::awaitable<Next> RefuseUnread(Parser& parser, const Refusal& problem);
  [[nodiscard]] std::uint64_t BodyBytesToCome(const Parser& parser) const;
  boost::asio::awaitable<bool> DiscardBody(Parser& parser);
  boost::asio::awaitable<void> Close();
  [[nodiscard]] std::string HeadText(int status, std::string_view content_type, Next next) const;
  void LogRequest(int status, std::string_view problem, const Exchange* exchange);

  TlsStream stream_;
  boost::asio::steady_timer watch_timer_;
  RateLimiter::Key address_;
  ServiceDesk& desk_;
  std::shared_ptr<const ServerLimits> limits_;
  boost::beast::flat_buffer buffer_;
  Bytes piece_;  // of a body; while a request is served
  Progress progress_;

  Steady::time_point deadline_;
  Pace pace_ = Pace::kNone;
  std::uint64_t window_goal_ = 0;  // raw bytes to have been read, or taken, at the window's end
  Steady::time_point window_end_;
  bool expired_ = false;
  bool is_serving_ = false;
  bool is_stopping_ = false;
  bool is_peer_gone_ = false;
  bool is_done_ = false;
};

}  // namespace sacoche
