#include "sync-server/http_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <tuple>

#include "sync-server/tcp_progress.h"

namespace sacoche {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

// Idle peers do not answer a goodbye, and a server that stops does not wait for them.
constexpr std::chrono::milliseconds kStopFarewell{50};

// At a visit to the desk the connection has no deadline that it could miss.
constexpr std::chrono::hours kServiceTime{1};

// An idle connection waits with this much room for the first bytes of a request.
constexpr std::size_t kFirstBytes = 1024;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

bool IsParseError(const boost::system::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category();
}

std::string Text(beast::string_view view) { return {view.data(), view.size()}; }

// What the signature and the routing need. Nothing if a header that must be single is not.
std::optional<RequestHead> HeadOf(const http::request_header<>& request) {
  RequestHead head;
  head.method = Text(request.method_string());
  head.path = Text(request.target());
  const std::pair<std::string_view, std::string*> wanted[] = {
      {"Host", &head.authority},
      {"Content-Digest", &head.content_digest},
      {"Signature-Input", &head.signature_input},
      {"Signature", &head.signature}};
  for (const auto& [name, value] : wanted) {
    const beast::string_view key(name.data(), name.size());
    if (request.count(key) > 1) return std::nullopt;
    *value = Text(request[key]);
  }
  if (request.version() != 11 || head.authority.empty()) return std::nullopt;
  return head;
}

Refusal MalformedHttp() { return Problem{ProblemType::kMalformed, "This is not HTTP/1.1.", {}}; }

Refusal TooLarge() {
  return Problem{ProblemType::kTooLarge, "The request is larger than this path takes.", {}};
}

Refusal TooSlow() {
  return Problem{
      ProblemType::kTooSlow, "The request came too slowly; try again on a better link.", {}};
}

// Peers that do not keep to the protocol get no second request on the same connection.
bool EndsConnection(ProblemType type) {
  return type == ProblemType::kMalformed || type == ProblemType::kTooLarge ||
         type == ProblemType::kTooSlow || type == ProblemType::kMethodNotAllowed;
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, asio::ssl::context& tls,
                               const RateLimiter::Key& address, ServiceDesk& desk)
    : stream_(std::move(socket), tls),
      watch_timer_(stream_.get_executor()),
      address_(address),
      desk_(desk),
      limits_(desk.limits()),
      buffer_(limits_->header_bytes_max + kBodyPieceBytes) {}

asio::awaitable<void> HttpConnection::Run() {
  const auto self = shared_from_this();
  Allow(is_stopping_ ? kStopFarewell : limits_->handshake_ms_max);
  asio::co_spawn(stream_.get_executor(), Watch(), asio::detached);
  if (co_await Handshake()) {
    while (co_await WaitForRequest()) {
      is_serving_ = true;
      const Next next = co_await ServeOne();
      is_serving_ = false;
      if (next == Next::kClose || is_stopping_) break;
    }
    co_await Close();
  }
  is_done_ = true;
  watch_timer_.cancel();
}

void HttpConnection::Stop() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->is_stopping_ = true;
    if (self->is_serving_) return;
    // What is about to wait, too.
    self->Allow(kStopFarewell);
    boost::system::error_code ignored;
    self->stream_.lowest_layer().cancel(ignored);
  });
}

// --- Time ----------------------------------------------------------------------------------------

// One timer per connection. What waits says until when it may; whatever is late is cancelled.
asio::awaitable<void> HttpConnection::Watch() {
  const auto self = shared_from_this();
  while (!is_done_) {
    watch_timer_.expires_at(deadline_);
    co_await watch_timer_.async_wait(kTuple);
    if (!is_done_ && Steady::now() >= deadline_) OnDeadline();
  }
}

void HttpConnection::Allow(std::chrono::milliseconds time) {
  deadline_ = Steady::now() + time;
  pace_ = Pace::kNone;
  expired_ = false;
  if (deadline_ < watch_timer_.expiry()) watch_timer_.cancel();
}

// The peer is not to blame for how long this takes.
void HttpConnection::WaitForService() { Allow(kServiceTime); }

// The next window of a body begins now. Of an answer, the window goes on over its pieces, each of
// which has to go out in time besides.
void HttpConnection::AllowAtPace(Pace pace) {
  const ServerLimits& limits = *limits_;
  if (pace == Pace::kBody) {
    Allow(limits.body_window_ms);
    const auto window_ms = static_cast<std::uint64_t>(limits.body_window_ms.count());
    window_goal_ = RawBytesRead() + limits.body_bytes_per_s_min * window_ms / 1000;
  } else {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(window_end_ - Steady::now());
    Allow(std::min(limits.write_stall_ms_max, std::max(left, std::chrono::milliseconds{0})));
  }
  pace_ = pace;
}

// The window of a body goes on as it was before a visit: it stood still meanwhile.
void HttpConnection::GoOnAtPace(Steady::duration left) {
  Allow(std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max(left, Steady::duration::zero())));
  pace_ = Pace::kBody;
}

void HttpConnection::BeginAnswerWindow() {
  const ServerLimits& limits = *limits_;
  const auto window_ms = static_cast<std::uint64_t>(limits.answer_window_ms.count());
  window_end_ = Steady::now() + limits.answer_window_ms;
  window_goal_ = RawBytesTaken() + limits.answer_bytes_per_s_min * window_ms / 1000;
}

// At a deadline: whether it was only the end of a window, and enough came or went in it.
bool HttpConnection::KeepsPace() {
  if (pace_ == Pace::kBody && RawBytesRead() >= window_goal_) {
    AllowAtPace(Pace::kBody);
    return true;
  }
  if (pace_ != Pace::kAnswer || Steady::now() < window_end_ || RawBytesTaken() < window_goal_)
    return false;
  BeginAnswerWindow();
  AllowAtPace(Pace::kAnswer);
  return true;
}

void HttpConnection::OnDeadline() {
  if (KeepsPace()) return;
  if (pace_ == Pace::kBody) desk_.Refused(LimitName::kBodyRate);
  if (pace_ == Pace::kAnswer) desk_.Refused(LimitName::kAnswerRate);
  expired_ = true;
  pace_ = Pace::kNone;  // counted once
  boost::system::error_code ignored;
  stream_.lowest_layer().cancel(ignored);
  // Whoever is resumed sets its own deadline for what it still has to say.
  deadline_ = Steady::now() + limits_->farewell_ms_max;
}

// Bytes of TLS, not of HTTP: on a slow link one record of 16 kilobytes takes longer than a window.
std::uint64_t HttpConnection::RawBytesRead() {
  return BIO_number_read(SSL_get_rbio(stream_.native_handle()));
}

// What the peer's kernel said that it has. What lies in ours says nothing about a slow reader.
std::uint64_t HttpConnection::RawBytesTaken() {
  return TcpBytesTaken(stream_.lowest_layer().native_handle());
}

// --- Requests ------------------------------------------------------------------------------------

asio::awaitable<bool> HttpConnection::Handshake() {
  const auto [error, none] = co_await stream_.async_handshake(kTuple);
  if (error && !is_stopping_) {
    if (expired_) desk_.Refused(LimitName::kHandshakeTime);
    desk_.HandshakeFailed();
  }
  if (!error && SSL_session_reused(stream_.native_handle()) == 1) desk_.HandshakeResumed();
  co_return !error;
}

asio::awaitable<bool> HttpConnection::WaitForRequest() {
  if (is_stopping_) co_return false;
  if (buffer_.size() > 0) co_return true;
  Allow(limits_->idle_ms_max);
  buffer_.shrink_to_fit();
  const auto space = buffer_.prepare(kFirstBytes);
  const auto [error, size] = co_await stream_.async_read_some(space, kTuple);
  is_peer_gone_ = static_cast<bool>(error) && !expired_ && !is_stopping_;
  if (error) co_return false;
  buffer_.commit(size);
  co_return true;
}

asio::awaitable<HttpConnection::Next> HttpConnection::ServeOne() {
  progress_ = Progress{"unknown", "-", 0, 0, Steady::now()};
  limits_ = desk_.limits();
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_->header_bytes_max));
  parser.body_limit(UINT64_MAX);  // the exchange's own limit is checked instead
  const auto head = co_await ReadHead(parser);
  if (!head) co_return co_await WriteProblem(head.error(), Next::kClose);
  if (!*head) co_return Next::kClose;
  piece_.resize(kBodyPieceBytes);
  const Next next = co_await Serve(parser);
  piece_ = Bytes();
  co_return next;
}

// False: the peer is gone.
asio::awaitable<OrProblem<bool>> HttpConnection::ReadHead(Parser& parser) {
  Allow(limits_->header_ms_max);
  const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
  if (!error) co_return true;
  if (expired_) {
    desk_.Refused(LimitName::kHeaderTime);
    co_return Refuse(TooSlow());
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    co_return Refuse(ProblemType::kTooLarge, "The request's header is too large.");
  if (error != http::error::end_of_stream && error != http::error::partial_message &&
      IsParseError(error))
    co_return Refuse(MalformedHttp());
  is_peer_gone_ = true;
  co_return false;
}

asio::awaitable<HttpConnection::Next> HttpConnection::Serve(Parser& parser) {
  const auto head = HeadOf(parser.get());
  if (!head) co_return co_await RefuseUnread(parser, MalformedHttp());
  // Only paths of our own are ever logged.
  if (!Service::AllowedMethods(head->path).empty()) progress_.route = head->path;
  WaitForService();
  const auto begun = co_await desk_.Begin(*head, address_);
  if (!begun) co_return co_await RefuseUnread(parser, begun.error());
  Exchange& exchange = **begun;
  if (!exchange.signer().empty()) progress_.signer = exchange.signer();
  const auto length = parser.content_length();
  if (length && *length > exchange.body_bytes_max())
    co_return co_await RefuseUnread(parser, TooLarge());
  const auto body = co_await ReadBody(parser, exchange);
  if (!body) co_return co_await RefuseUnread(parser, body.error());
  if (!*body) {
    LogRequest(0, kCut, &exchange);
    co_return Next::kClose;
  }
  WaitForService();
  const auto finished = co_await desk_.Finish(exchange);
  const Next next = parser.keep_alive() && !is_stopping_ ? Next::kKeepAlive : Next::kClose;
  if (!finished) co_return co_await WriteProblem(finished.error(), next);
  co_return co_await WriteAnswer(exchange, next);
}

// False: the peer is gone.
asio::awaitable<OrProblem<bool>> HttpConnection::ReadBody(Parser& parser, Exchange& exchange) {
  AllowAtPace(Pace::kBody);
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    const auto [error, consumed] = co_await http::async_read_some(stream_, buffer_, parser, kTuple);
    const ByteView piece = ByteView(piece_).first(piece_.size() - body.size);
    progress_.body_bytes_in += piece.size();
    if (progress_.body_bytes_in > exchange.body_bytes_max()) {
      WaitForService();
      co_await desk_.Cut(exchange);
      co_return Refuse(TooLarge());
    }
    const bool was_late = expired_;
    const auto left = deadline_ - Steady::now();
    WaitForService();
    OrProblem<void> fed;
    if (!piece.empty()) fed = co_await desk_.Feed(exchange, piece);
    if (!fed) co_return Refuse(std::move(fed).error());
    if (!error || error == http::error::need_buffer) {
      GoOnAtPace(left);
      continue;
    }
    co_await desk_.Cut(exchange);
    if (was_late) co_return Refuse(TooSlow());
    if (error != http::error::partial_message && IsParseError(error))
      co_return Refuse(MalformedHttp());
    is_peer_gone_ = true;
    co_return false;
  }
  co_return true;
}

// --- Answers -------------------------------------------------------------------------------------

std::string HttpConnection::HeadText(int status, std::string_view content_type, Next next) const {
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  std::string text = "HTTP/1.1 " + std::to_string(status) + " " + Text(reason) + "\r\n";
  text += "Date: " + HttpDate(desk_.NowMs()) + "\r\n";
  text += "Content-Type: " + std::string(content_type) + "\r\n";
  text += "Cache-Control: no-store\r\n";
  if (next == Next::kClose) text += "Connection: close\r\n";
  return text;
}

asio::awaitable<HttpConnection::Next> HttpConnection::WriteProblem(const Refusal& problem,
                                                                   Next next) {
  const std::string json = ProblemToJson(problem);
  const int status = ProblemStatus(problem.type);
  std::string text = HeadText(status, kProblemContentType, next);
  if (problem.type == ProblemType::kBusy || problem.type == ProblemType::kStorage)
    text += "Retry-After: " +
            std::to_string(problem.retry_after_s > 0 ? problem.retry_after_s : kRetryAfterSeconds) +
            "\r\n";
  if (problem.type == ProblemType::kMethodNotAllowed)
    text += "Allow: " + std::string(Service::AllowedMethods(progress_.route)) + "\r\n";
  text += "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json;
  LogRequest(status, ProblemName(problem.type), nullptr);
  BeginAnswerWindow();
  const bool sent = co_await Write(ViewOf(text));
  co_return sent ? next : Next::kClose;
}

// In records of one piece, each of which the peer must take in time.
asio::awaitable<bool> HttpConnection::Write(ByteView bytes) {
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), kBodyPieceBytes));
    AllowAtPace(Pace::kAnswer);
    const auto [error, size] =
        co_await asio::async_write(stream_, asio::buffer(piece.data(), piece.size()), kTuple);
    if (error) {
      Abandon();
      co_return false;
    }
    bytes = bytes.subspan(size);
  }
  co_return true;
}

// The peer takes nothing: what lies in the kernel's buffer for it is thrown away with a reset.
void HttpConnection::Abandon() {
  is_peer_gone_ = true;
  boost::system::error_code ignored;
  stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  // Asio's destructor takes the option back; this does not.
  stream_.lowest_layer().close(ignored);
}

// Answers although the body was not read. A short rest is read and forgotten, so that a refusal
// (a wrong clock, say) does not cost a new handshake; otherwise the connection ends.
asio::awaitable<HttpConnection::Next> HttpConnection::RefuseUnread(Parser& parser,
                                                                   const Refusal& problem) {
  const bool is_short = parser.is_done() || BodyBytesToCome(parser) <= kDiscardedBodyBytesMax;
  const bool keep =
      is_short && parser.keep_alive() && !is_stopping_ && !EndsConnection(problem.type);
  const Next next = co_await WriteProblem(problem, keep ? Next::kKeepAlive : Next::kClose);
  if (next == Next::kClose) co_return Next::kClose;
  const bool discarded = co_await DiscardBody(parser);
  co_return discarded ? Next::kKeepAlive : Next::kClose;
}

// Unbounded for a chunked body.
std::uint64_t HttpConnection::BodyBytesToCome(const Parser& parser) const {
  const auto length = parser.content_length();
  return length ? *length - std::min<std::uint64_t>(*length, progress_.body_bytes_in) : UINT64_MAX;
}

asio::awaitable<bool> HttpConnection::DiscardBody(Parser& parser) {
  AllowAtPace(Pace::kBody);
  while (!parser.is_done()) {
    parser.get().body().data = piece_.data();
    parser.get().body().size = piece_.size();
    const auto [error, consumed] = co_await http::async_read_some(stream_, buffer_, parser, kTuple);
    if (error && error != http::error::need_buffer) {
      is_peer_gone_ = true;
      co_return false;
    }
  }
  co_return true;
}

// Says goodbye in TLS, then takes and forgets what still arrives until the peer closes: bytes that
// nobody reads would make the kernel reset the connection, and the peer would lose our last words.
asio::awaitable<void> HttpConnection::Close() {
  if (is_peer_gone_) co_return;
  Allow(is_stopping_ ? kStopFarewell : limits_->farewell_ms_max);
  piece_.resize(kFirstBytes);
  co_await stream_.async_shutdown(kTuple);
  boost::system::error_code error;
  stream_.lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  while (!error && !expired_) {
    std::tie(error, std::ignore) =
        co_await stream_.next_layer().async_read_some(asio::buffer(piece_), kTuple);
  }
}

void HttpConnection::LogRequest(int status, std::string_view problem, const Exchange* exchange) {
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - progress_.began);
  desk_.Log({progress_.route, status, std::string(problem), progress_.signer,
             progress_.body_bytes_in, progress_.body_bytes_out,
             exchange != nullptr ? exchange->counts().value_or(SyncCounts{}) : SyncCounts{}, took});
}

}  // namespace sacoche
