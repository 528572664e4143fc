#include "engine/sign/http_signature.h"

#include <sodium.h>

#include <charconv>

namespace sacoche {
namespace {

constexpr std::string_view kWithBody = R"(("@method" "@authority" "@path" "content-digest"))";
constexpr std::string_view kWithoutBody = R"(("@method" "@authority" "@path"))";
constexpr std::string_view kLabel = "sig=";
constexpr std::string_view kDevicePrefix = "device:";
constexpr std::string_view kOrganisationPrefix = "organisation:";

std::string ToBase64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero that libsodium counts
  return text;
}

std::string KeyIdOf(const RequestSigner& signer) {
  return signer.kind == RequestSigner::Kind::kDevice
             ? std::string(kDevicePrefix) + signer.device.ToHex()
             : std::string(kOrganisationPrefix) + ToHex(signer.organisation);
}

std::optional<RequestSigner> SignerOf(std::string_view key_id) {
  if (key_id.starts_with(kDevicePrefix)) {
    const auto id = DeviceId::FromHex(key_id.substr(kDevicePrefix.size()));
    if (!id) return std::nullopt;
    return RequestSigner::Device(*id);
  }
  if (key_id.starts_with(kOrganisationPrefix)) {
    const auto raw = FromHex(key_id.substr(kOrganisationPrefix.size()));
    if (!raw || raw->size() != SigningPublicKey{}.size()) return std::nullopt;
    SigningPublicKey key;
    std::copy(raw->begin(), raw->end(), key.begin());
    return RequestSigner::Organisation(key);
  }
  return std::nullopt;
}

std::string BaseOf(const SignedRequestParts& parts, bool with_digest, std::string_view params) {
  std::vector<std::pair<std::string, std::string>> components = {
      {"@method", parts.method}, {"@authority", parts.authority}, {"@path", parts.path}};
  if (with_digest) components.emplace_back("content-digest", parts.content_digest);
  return SignatureBase(components, params);
}

// Takes `prefix` off the front of `text`, if it is there.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// An sf-string without escapes: none of our parameters needs one.
std::optional<std::string_view> TakeQuoted(std::string_view& text) {
  if (!Take(text, "\"")) return std::nullopt;
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(0, end);
  if (inside.find('\\') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(end + 1);
  return inside;
}

// What an sf-string may hold. A control character could put lines into the signature base.
bool IsPrintable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// A number or key id has one spelling, so that one request has one pair of headers.
bool ParseParameters(std::string_view text, PresentedSignature& out) {
  if (!Take(text, ";created=")) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.created_s);
  if (error != std::errc() || !Take(text, std::to_string(out.created_s))) return false;
  if (!Take(text, ";nonce=")) return false;
  const auto nonce = TakeQuoted(text);
  if (!nonce || nonce->empty() || nonce->size() > 64 || !IsPrintable(*nonce)) return false;
  out.nonce = *nonce;
  if (!Take(text, ";keyid=")) return false;
  const auto key_id = TakeQuoted(text);
  if (!key_id) return false;
  const auto signer = SignerOf(*key_id);
  if (!signer || KeyIdOf(*signer) != *key_id) return false;
  out.signer = *signer;
  return text == R"(;alg="ed25519")";
}

bool ParseSignatureValue(std::string_view text, Signature& out) {
  if (!Take(text, kLabel) || !Take(text, ":") || !text.ends_with(':')) return false;
  text.remove_suffix(1);
  std::size_t size = 0;
  // libsodium 1.0.18 takes some bytes beyond ASCII for digits, hence the comparison.
  return sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size,
                           nullptr, sodium_base64_VARIANT_ORIGINAL) == 0 &&
         size == out.size() && ToBase64(out) == text;
}

}  // namespace

std::string SignatureBase(const std::vector<std::pair<std::string, std::string>>& components,
                          std::string_view params) {
  std::string base;
  for (const auto& [name, value] : components) base += '"' + name + "\": " + value + '\n';
  base += "\"@signature-params\": ";
  base += params;
  return base;
}

std::string ContentDigestOf(ByteView body) { return ContentDigestFromSha256(Sha256(body)); }

std::string ContentDigestFromSha256(const Hash256& sha256) {
  return "sha-256=:" + ToBase64(sha256) + ':';
}

SignatureHeaders SignRequest(const SigningKey& key, const RequestSigner& signer,
                             SignedRequestParts parts, ByteView body, std::int64_t created_s,
                             const ByteArray<16>& nonce) {
  SignatureHeaders headers;
  const bool with_digest = !body.empty();
  if (with_digest) headers.content_digest = ContentDigestOf(body);
  parts.content_digest = headers.content_digest;
  std::string params(with_digest ? kWithBody : kWithoutBody);
  params += ";created=" + std::to_string(created_s) + ";nonce=\"" + ToHex(nonce) + "\";keyid=\"" +
            KeyIdOf(signer) + "\";alg=\"ed25519\"";
  const std::string base = BaseOf(parts, with_digest, params);
  headers.signature_input = std::string(kLabel) + params;
  headers.signature = std::string(kLabel) + ':' + ToBase64(key.SignPlain(ViewOf(base))) + ':';
  return headers;
}

Result<PresentedSignature> ParseRequestSignature(std::string_view signature_input,
                                                 std::string_view signature) {
  const auto refused = [] {
    return Fail(ErrorCode::kCorrupt, "the request's signature headers are not of the profile");
  };
  if (signature_input.size() > kSignatureHeaderBytesMax ||
      signature.size() > kSignatureHeaderBytesMax)
    return refused();
  PresentedSignature presented;
  std::string_view text = signature_input;
  if (!Take(text, kLabel)) return refused();
  presented.params = text;
  if (Take(text, kWithBody)) {
    presented.covers_content_digest = true;
  } else if (!Take(text, kWithoutBody)) {
    return refused();
  }
  if (!ParseParameters(text, presented)) return refused();
  if (!ParseSignatureValue(signature, presented.signature)) return refused();
  return presented;
}

bool VerifyRequest(const PresentedSignature& presented, const SignedRequestParts& parts,
                   const SigningPublicKey& key) {
  const std::string base = BaseOf(parts, presented.covers_content_digest, presented.params);
  return VerifyPlain(ViewOf(base), presented.signature, key);
}

}  // namespace sacoche
