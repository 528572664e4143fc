#pragma once

#include "engine/sign/http_signature.h"
#include "engine/wire/problem.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "platform/random.h"

namespace sacoche {

// What a request to the server needs from the machine. All must outlive its use.
struct ServerLink {
  HttpClient* http;
  Clock* clock;
  Random* random;
};

struct SignedCall {
  std::string method;
  std::string path;
  std::string_view content_type;  // of the body
  ByteView body;
  const SigningKey* key;
  RequestSigner signer;
};

// Sends a signed request and hands the pieces of a 2xx answer to `sink`, whose error ends the call.
// A server that names another time is believed for the signature's `created`, once: a wrong clock
// locks nobody out. A refusal becomes an Error of its own code. `retry_after_s`: when the server
// said to come back, if it did.
[[nodiscard]] Status SendSigned(const ServerLink& link, const SignedCall& call,
                                const std::function<Status(ByteView)>& sink,
                                std::optional<std::uint64_t>* retry_after_s = nullptr);

// The same without a signature, for enrolment; the answer's body is of no interest.
[[nodiscard]] Status SendUnsigned(const ServerLink& link, const std::string& path,
                                  std::string_view content_type, ByteView body);

}  // namespace sacoche
