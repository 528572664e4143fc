#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

struct HttpRequest {
  std::string method;
  std::string path;  // from the root of the server that the client was made for
  std::vector<std::pair<std::string, std::string>> headers;
  ByteView body;  // must outlive the call
};

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string retry_after;
};

// One server, reached over TLS 1.3 with that organisation's certificate authority and no other.
// (But for a laptop's first question, CurlHttpClient::CreateForFirstContact.)
class HttpClient {
 public:
  // Takes the next piece of a response's body; false stops the transfer.
  using BodySink = std::function<bool(const HttpResponse&, ByteView)>;

  virtual ~HttpClient() = default;

  // host[:port], as it appears in the Host header and in the signature of a request.
  [[nodiscard]] virtual std::string authority() const = 0;

  // Blocks until the response is complete. kNetwork: no connection, or a cut: the request may or
  // may not have been carried out. kUntrusted: the server's certificate is not the organisation's.
  virtual Result<HttpResponse> Send(const HttpRequest& request, const BodySink& sink) = 0;

  // What its connections took of the line until now, in both directions, TLS, TCP and IP included;
  // questions for names are not. 0 where there is no line.
  [[nodiscard]] virtual std::uint64_t LineBytes() const { return 0; }

  // What lets a later client's first connection to the same server begin with fewer bytes; empty if
  // there is nothing. A secret: whoever holds it may pose as the server towards that connection.
  [[nodiscard]] virtual SecretBytes Resumption() const { return {}; }
  // Such bytes of an earlier client, for once. Those of another server, or spoilt, change nothing.
  virtual void Resume(ByteView /*resumption*/) {}
};

}  // namespace sacoche
