#include "engine/sync/signed_request.h"

#include <charconv>

namespace sacoche {
namespace {

ErrorCode CodeOf(ProblemType type) {
  switch (type) {
    case ProblemType::kUnknownDevice:
    case ProblemType::kNotMember:
      return ErrorCode::kNotEnrolled;
    case ProblemType::kClockSkew:
      return ErrorCode::kClockSkew;
    case ProblemType::kBusy:
    case ProblemType::kTooSlow:
    case ProblemType::kStorage:
      return ErrorCode::kNetwork;
    case ProblemType::kUnsupported:
      return ErrorCode::kNewerFormat;
    default:
      return ErrorCode::kRefused;
  }
}

std::string AdviceOf(ProblemType type) {
  switch (type) {
    case ProblemType::kUnknownDevice:
      return "This laptop is not admitted yet: read your administrator the six words that "
             "`status` shows, then synchronise again.";
    case ProblemType::kBusy:
    case ProblemType::kTooSlow:
    case ProblemType::kStorage:
      return "Your work is kept on this laptop. Synchronise again later.";
    case ProblemType::kUnsupported:
      return "Update Sacoche; your work is kept on this laptop.";
    case ProblemType::kWrongOrganisation:
      return "Check the server's address with your administrator.";
    default:
      return "Your work is kept on this laptop. Tell your administrator what this message says.";
  }
}

// One exchange: either the answer went to the sink, or there is a problem to report.
struct Exchange {
  int status = 0;
  std::optional<Problem> problem;
  std::optional<std::uint64_t> retry_after_s;
};

// Our server says it in seconds. A date, which RFC 9110 allows as well, would be of its clock.
std::optional<std::uint64_t> SecondsOf(const std::string& retry_after) {
  std::uint64_t seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  const auto [rest, error] = std::from_chars(retry_after.data(), end, seconds);
  return error == std::errc() && rest == end ? std::optional(seconds) : std::nullopt;
}

Result<Exchange> SendOnce(HttpClient& http, const HttpRequest& request,
                          const std::function<Status(ByteView)>& sink) {
  Status sink_status;
  std::string problem_text;
  const auto on_body = [&](const HttpResponse& response, ByteView piece) {
    if (response.status >= 200 && response.status < 300) {
      sink_status = sink(piece);
      return sink_status.has_value();
    }
    problem_text += TextOf(piece);
    return problem_text.size() <= kProblemBytesMax;
  };
  SACOCHE_ASSIGN(const HttpResponse response, http.Send(request, on_body));
  SACOCHE_TRY(std::move(sink_status));
  return Exchange{response.status, ParseProblem(problem_text), SecondsOf(response.retry_after)};
}

Status StatusOf(const Exchange& exchange) {
  if (exchange.status >= 200 && exchange.status < 300) return {};
  if (!exchange.problem)
    return Fail(ErrorCode::kNetwork,
                "something that is not a Sacoche server answered (HTTP " +
                    std::to_string(exchange.status) + ")",
                "Check the server's address and the network's login page.");
  const Problem& problem = *exchange.problem;
  return Fail(
      CodeOf(problem.type),
      "the server refused (" + std::string(ProblemName(problem.type)) + "): " + problem.title,
      AdviceOf(problem.type));
}

HttpRequest BuildRequest(const ServerLink& link, const SignedCall& call, std::int64_t offset_s) {
  HttpRequest request{call.method, call.path, {}, call.body};
  if (!call.body.empty())
    request.headers.emplace_back("Content-Type", std::string(call.content_type));
  ByteArray<16> nonce;
  link.random->Fill(nonce);
  const std::int64_t now_s = static_cast<std::int64_t>(link.clock->NowMs() / 1000) + offset_s;
  SignatureHeaders headers =
      SignRequest(*call.key, call.signer, {call.method, link.http->authority(), call.path, {}},
                  call.body, now_s, nonce);
  if (!headers.content_digest.empty())
    request.headers.emplace_back("Content-Digest", std::move(headers.content_digest));
  request.headers.emplace_back("Signature-Input", std::move(headers.signature_input));
  request.headers.emplace_back("Signature", std::move(headers.signature));
  return request;
}

}  // namespace

Status SendSigned(const ServerLink& link, const SignedCall& call,
                  const std::function<Status(ByteView)>& sink,
                  std::optional<std::uint64_t>* retry_after_s) {
  SACOCHE_ASSIGN(Exchange exchange, SendOnce(*link.http, BuildRequest(link, call, 0), sink));
  if (exchange.problem && exchange.problem->type == ProblemType::kClockSkew &&
      exchange.problem->server_time_s) {
    const std::int64_t offset_s =
        *exchange.problem->server_time_s - static_cast<std::int64_t>(link.clock->NowMs() / 1000);
    SACOCHE_ASSIGN(exchange, SendOnce(*link.http, BuildRequest(link, call, offset_s), sink));
  }
  if (retry_after_s != nullptr) *retry_after_s = exchange.retry_after_s;
  return StatusOf(exchange);
}

Status SendUnsigned(const ServerLink& link, const std::string& path, std::string_view content_type,
                    ByteView body) {
  const HttpRequest request{"POST", path, {{"Content-Type", std::string(content_type)}}, body};
  SACOCHE_ASSIGN(const Exchange exchange,
                 SendOnce(*link.http, request, [](ByteView) { return Status(); }));
  return StatusOf(exchange);
}

}  // namespace sacoche
