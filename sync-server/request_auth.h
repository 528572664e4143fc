#pragma once

#include "engine/membership/directory.h"
#include "sync-server/nonce_cache.h"
#include "sync-server/or_problem.h"

namespace sacoche {

// The parts of a request that stand before its body, as they arrived.
struct RequestHead {
  std::string method;
  std::string authority;  // the Host header
  std::string path;
  std::string content_digest;
  std::string signature_input;
  std::string signature;
};

struct VerifiedRequest {
  RequestSigner signer;
  // The Content-Digest that the signature covers; nothing: the request was signed without a body.
  std::optional<std::string> content_digest;
};

// Says who signed a request (RFC 9421, in the profile of engine/sign/http_signature.h): the root, a
// device that was admitted, or an officer under the id of his key. One thread.
class RequestAuth {
 public:
  // kUnsigned, kWrongOrganisation, kUnknownDevice, kBadSignature, kClockSkew (with the server's
  // time), kReplayed, kBusy. `now_s`: Unix time.
  OrProblem<VerifiedRequest> Verify(const RequestHead& head, const Directory& directory,
                                    std::int64_t now_s);

 private:
  NonceCache nonces_;
};

// Compares a body that comes in pieces with what its signer announced (RFC 9530, sha-256).
class BodyDigest {
 public:
  explicit BodyDigest(std::optional<std::string> announced) : announced_(std::move(announced)) {}

  void Add(ByteView piece);
  // kUnsigned: a body came that no signature covers. kBadSignature: another body came.
  OrProblem<void> Finish();

 private:
  std::optional<std::string> announced_;
  StreamSha256 hash_;
  bool is_empty_ = true;
};

}  // namespace sacoche
