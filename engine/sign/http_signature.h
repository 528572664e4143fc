#pragma once

#include <map>
#include <string>

#include "engine/sign/device_signature.h"

namespace sacoche {

// HTTP Message Signatures (RFC 9421) with Ed25519 and Content-Digest (RFC 9530, sha-256), in one
// closed profile. A request is covered by "@method" "@authority" "@path" and, when it has a body,
// "content-digest"; its parameters are created, nonce, keyid and alg="ed25519"; its label is "sig".
// Everything else is refused: there is nothing to negotiate.

// Who signs: keyid="device:<32 hex>" or keyid="organisation:<64 hex: the root's public key>".
struct RequestSigner {
  enum class Kind { kDevice, kOrganisation };
  Kind kind = Kind::kDevice;
  DeviceId device;                  // kDevice
  SigningPublicKey organisation{};  // kOrganisation

  static RequestSigner Device(const DeviceId& id) { return {Kind::kDevice, id, {}}; }
  static RequestSigner Organisation(const SigningPublicKey& key) {
    return {Kind::kOrganisation, {}, key};
  }
  bool operator==(const RequestSigner&) const = default;
};

// The parts of a request that a signature covers. `path` has no query: this protocol has none.
struct SignedRequestParts {
  std::string method;
  std::string authority;  // lower case
  std::string path;
  std::string content_digest;  // the header's value; empty when there is no body
};

struct SignatureHeaders {
  std::string content_digest;  // empty when there is no body
  std::string signature_input;
  std::string signature;
};

// What a Signature-Input header says, before the key is known. The signature is not yet verified.
struct PresentedSignature {
  RequestSigner signer;
  std::int64_t created_s = 0;  // Unix time
  std::string nonce;
  std::string params;  // the text that the signature base ends with
  bool covers_content_digest = false;
  Signature signature{};
};

inline constexpr std::size_t kSignatureHeaderBytesMax = 512;

[[nodiscard]] std::string ContentDigestOf(ByteView body);
// For a body that was hashed in pieces.
[[nodiscard]] std::string ContentDigestFromSha256(const Hash256& sha256);

// `nonce`: 16 random bytes.
[[nodiscard]] SignatureHeaders SignRequest(const SigningKey& key, const RequestSigner& signer,
                                           SignedRequestParts parts, ByteView body,
                                           std::int64_t created_s, const ByteArray<16>& nonce);

// Reads the two headers; refuses whatever is outside the profile.
[[nodiscard]] Result<PresentedSignature> ParseRequestSignature(std::string_view signature_input,
                                                               std::string_view signature);

[[nodiscard]] bool VerifyRequest(const PresentedSignature& presented,
                                 const SignedRequestParts& parts, const SigningPublicKey& key);

// RFC 9421 section 2.5: one line a component, then the parameters. For its test vectors.
[[nodiscard]] std::string SignatureBase(
    const std::vector<std::pair<std::string, std::string>>& components, std::string_view params);

}  // namespace sacoche
