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

asio::awaitable<HttpConnection::Next> HttpConnection::WriteAnswer(Exchange& exchange, Next next) {
  WaitForService();
  auto first = co_await desk_.Gather(exchange);
  // What was gathered before it is the peer's all the same.
  if (!first.goes_on && first.body.empty())
    co_return co_await WriteProblem(first.goes_on.error(), next);
  BeginAnswerWindow();
  Bytes head;
  AppendText(head, HeadText(exchange.status(), exchange.content_type(), next));
  const std::string_view problem =
      first.goes_on && !*first.goes_on
          ? co_await WriteWhole(std::move(head), first.body)
          : co_await WriteInChunks(exchange, std::move(head), std::move(first));
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
                                                                ServiceDesk::Gathered gathered) {
  Bytes out = std::move(head);
  AppendText(out, "Transfer-Encoding: chunked\r\n\r\n");
  while (!gathered.body.empty()) {
    progress_.body_bytes_out += gathered.body.size();
    AppendChunk(out, gathered.body);
    gathered.body = Bytes();  // a slow reader costs the answer once
    if (gathered.goes_on && !*gathered.goes_on) break;
    if (!co_await Write(std::exchange(out, {}))) co_return kCut;
    WaitForService();
    if (gathered.goes_on) gathered = co_await desk_.Gather(exchange);
    if (!gathered.goes_on && gathered.body.empty()) {
      is_peer_gone_ = true;  // a goodbye would make the cut look like the end
      co_return ProblemName(gathered.goes_on.error().type);
    }
  }
  AppendText(out, "0\r\n\r\n");
  co_return co_await Write(out) ? kNoProblem : kCut;
}

}  // namespace sacoche
