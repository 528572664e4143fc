#include <array>
#include <charconv>

#include "sync-server/http_connection.h"

// How a connection writes what an exchange answers: what is short in one record of TLS, with its
// length; what is long in chunks, while more is read.
namespace sacoche {
namespace {

namespace asio = boost::asio;

void AppendText(Bytes& to, std::string_view text) { Append(to, ViewOf(text)); }

// chunk = size in hexadecimal CRLF data CRLF (RFC 9112, section 7.1)
void AppendChunk(Bytes& to, ByteView data) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
  AppendText(to, {size.data(), static_cast<std::size_t>(end - size.data())});
  AppendText(to, "\r\n");
  Append(to, data);
  AppendText(to, "\r\n");
}

}  // namespace

// Pieces until there is enough for a record of TLS, or the end: what is short goes out as one.
OrProblem<bool> HttpConnection::Gather(Exchange& exchange, Bytes& body) {
  while (body.size() < kBodyPieceBytes) {
    auto chunk = exchange.NextChunk();
    if (!chunk) return Refuse(std::move(chunk).error());
    if (chunk->empty()) return false;
    Append(body, *chunk);
  }
  return true;
}

asio::awaitable<HttpConnection::Next> HttpConnection::WriteAnswer(Exchange& exchange, Next next) {
  Bytes body;
  const auto goes_on = Gather(exchange, body);
  // What was gathered before it is the peer's all the same.
  if (!goes_on && body.empty()) co_return co_await WriteProblem(goes_on.error(), next);
  BeginAnswerWindow();
  Bytes head;
  AppendText(head, HeadText(exchange.status(), exchange.content_type(), next));
  const std::string_view problem =
      goes_on && !*goes_on
          ? co_await WriteWhole(std::move(head), body)
          : co_await WriteInChunks(exchange, std::move(head), std::move(body), goes_on);
  LogRequest(exchange.status(), problem, &exchange);
  co_return problem == kNoProblem ? next : Next::kClose;
}

asio::awaitable<std::string_view> HttpConnection::WriteWhole(Bytes head, const Bytes& body) {
  progress_.body_bytes_out += body.size();
  AppendText(head, "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  Append(head, body);
  co_return co_await Write(head) ? kNoProblem : kCut;
}

asio::awaitable<std::string_view> HttpConnection::WriteInChunks(Exchange& exchange, Bytes head,
                                                                Bytes body,
                                                                OrProblem<bool> goes_on) {
  Bytes out = std::move(head);
  AppendText(out, "Transfer-Encoding: chunked\r\n\r\n");
  while (!body.empty()) {
    progress_.body_bytes_out += body.size();
    AppendChunk(out, body);
    body = Bytes();  // a slow reader costs the answer once
    if (goes_on && !*goes_on) break;
    if (!co_await Write(std::exchange(out, {}))) co_return kCut;
    if (goes_on) goes_on = Gather(exchange, body);
    if (!goes_on && body.empty()) {
      is_peer_gone_ = true;  // a goodbye would make the cut look like the end
      co_return ProblemName(goes_on.error().type);
    }
  }
  AppendText(out, "0\r\n\r\n");
  co_return co_await Write(out) ? kNoProblem : kCut;
}

}  // namespace sacoche
