#pragma once

#include <functional>

#include "engine/wire/problem.h"
#include "platform/http_client.h"
#include "sync-server/service.h"

namespace sacoche {

// The server without sockets: hands each request to the real Service, and can lose the connection
// at any byte of the body or of the answer.
class LoopbackHttpClient final : public HttpClient {
 public:
  explicit LoopbackHttpClient(Service* service) : service_(service) {}

  void Reach(Service* service) { service_ = service; }

  // The next requests lose the connection after so many bytes, counted over body and answer.
  void CutAfter(std::uint64_t bytes) { bytes_left_ = bytes; }
  void Mend() { bytes_left_ = UINT64_MAX; }
  [[nodiscard]] bool is_cutting() const { return bytes_left_ != UINT64_MAX; }
  // Sees, and may change, every piece of an answer.
  void Tamper(std::function<void(Bytes&)> tamper) { tamper_ = std::move(tamper); }

  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] const std::vector<Bytes>& bodies() const { return bodies_; }

  [[nodiscard]] std::string authority() const override { return "server.test"; }
  [[nodiscard]] std::uint64_t LineBytes() const override { return requests_ * line_bytes; }

  Result<HttpResponse> Send(const HttpRequest& request, const BodySink& sink) override {
    ++requests_;
    bodies_.push_back(CopyOf(request.body));
    RequestHead head{request.method, authority(), request.path, "", "", ""};
    for (const auto& [name, value] : request.headers) {
      if (name == "Content-Digest") head.content_digest = value;
      if (name == "Signature-Input") head.signature_input = value;
      if (name == "Signature") head.signature = value;
    }
    auto exchange = service_->Begin(head);
    if (!exchange) return Refused(exchange.error(), sink);
    return Carry(**exchange, request.body, sink);
  }

  std::uint64_t line_bytes = 0;  // that each request takes

 private:
  static constexpr std::size_t kPieceBytes = 1000;

  Result<HttpResponse> Carry(Exchange& exchange, ByteView body, const BodySink& sink) {
    for (ByteView rest = body; !rest.empty();) {
      const std::size_t size = Take(std::min(kPieceBytes, rest.size()));
      if (const auto fed = exchange.Feed(rest.first(size)); !fed) return Refused(fed.error(), sink);
      rest = rest.subspan(size);
      if (size == 0) {
        exchange.Cut();
        return Cut();
      }
    }
    if (const auto finished = exchange.Finish(); !finished) return Refused(finished.error(), sink);
    const HttpResponse response{exchange.status(), std::string(exchange.content_type()), ""};
    while (true) {
      auto chunk = exchange.NextChunk();
      if (!chunk) return Cut();
      if (chunk->empty()) return response;
      if (tamper_) tamper_(*chunk);
      for (ByteView rest = *chunk; !rest.empty();) {
        const std::size_t size = Take(std::min(kPieceBytes, rest.size()));
        if (size == 0) return Cut();
        if (!sink(response, rest.first(size))) return response;
        rest = rest.subspan(size);
      }
    }
  }

  std::size_t Take(std::size_t wanted) {
    const std::size_t size = std::min<std::uint64_t>(wanted, bytes_left_);
    if (bytes_left_ != UINT64_MAX) bytes_left_ -= size;
    return size;
  }

  static tl::unexpected<Error> Cut() {
    return Fail(ErrorCode::kNetwork, "the connection was cut", "Synchronise again.");
  }

  static HttpResponse Refused(const Refusal& refusal, const BodySink& sink) {
    const HttpResponse response{
        ProblemStatus(refusal.type), std::string("application/problem+json"),
        refusal.retry_after_s == 0 ? "" : std::to_string(refusal.retry_after_s)};
    sink(response, ViewOf(ProblemToJson(refusal)));
    return response;
  }

  Service* service_;
  std::uint64_t bytes_left_ = UINT64_MAX;
  std::uint64_t requests_ = 0;
  std::vector<Bytes> bodies_;
  std::function<void(Bytes&)> tamper_;
};

}  // namespace sacoche
