#include "sync-server/request_auth.h"

#include <algorithm>

#include "sync-server/server_limits.h"

namespace sacoche {
namespace {

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

OrProblem<SigningPublicKey> KeyOf(const RequestSigner& signer, const Directory& directory) {
  if (signer.kind == RequestSigner::Kind::kOrganisation) {
    // Without a root the server serves nobody yet, and whoever claims it proves the key only.
    if (directory.root() && *directory.root() != signer.organisation)
      return Refuse(ProblemType::kWrongOrganisation, "This server serves another organisation.");
    return signer.organisation;
  }
  if (!directory.has_organisation())
    return Refuse(ProblemType::kWrongOrganisation, "This server serves no organisation yet.");
  const Member* member = directory.FindMember(signer.device);
  if (member != nullptr) return member->admission.signing_key;
  const OfficerStatement* officer = directory.FindOfficer(signer.device);
  if (officer == nullptr)
    return Refuse(ProblemType::kUnknownDevice, "This device was not admitted (yet).");
  return officer->signing_key;
}

Problem ClockSkew(std::int64_t now_s) {
  return {ProblemType::kClockSkew, "The request was signed at a very different time.", now_s};
}

// Both sides may be anything that fits 64 bits: no difference is formed.
bool IsWithinWindow(std::int64_t created_s, std::int64_t now_s) {
  return created_s >= now_s - limits::kClockSkewSecondsMax &&
         created_s <= now_s + limits::kClockSkewSecondsMax;
}

OrProblem<PresentedSignature> Parse(const RequestHead& head) {
  if (head.signature_input.empty() || head.signature.empty())
    return Refuse(ProblemType::kUnsigned, "The request is not signed.");
  auto presented = ParseRequestSignature(head.signature_input, head.signature);
  if (!presented)
    return Refuse(ProblemType::kUnsigned, "The request's signature headers are not understood.");
  if (presented->covers_content_digest && head.content_digest.empty())
    return Refuse(ProblemType::kUnsigned, "The request has no Content-Digest.");
  return std::move(*presented);
}

}  // namespace

OrProblem<VerifiedRequest> RequestAuth::Verify(const RequestHead& head, const Directory& directory,
                                               std::int64_t now_s) {
  auto presented = Parse(head);
  if (!presented) return Refuse(std::move(presented).error());
  const auto key = KeyOf(presented->signer, directory);
  if (!key) return Refuse(key.error());
  const SignedRequestParts parts{head.method, LowerCase(head.authority), head.path,
                                 head.content_digest};
  if (!VerifyRequest(*presented, parts, *key))
    return Refuse(ProblemType::kBadSignature, "The request's signature does not verify.");
  if (!IsWithinWindow(presented->created_s, now_s)) return Refuse(ClockSkew(now_s));
  switch (nonces_.Insert(*presented, now_s)) {
    case NonceCache::Outcome::kSeen:
      return Refuse(ProblemType::kReplayed, "This very request was received before.");
    case NonceCache::Outcome::kFull:
      return Refuse(ProblemType::kBusy, "Too many requests lately; come back later.");
    case NonceCache::Outcome::kFresh:
      break;
  }
  if (!presented->covers_content_digest) return VerifiedRequest{presented->signer, std::nullopt};
  return VerifiedRequest{presented->signer, head.content_digest};
}

void BodyDigest::Add(ByteView piece) {
  if (piece.empty()) return;
  is_empty_ = false;
  hash_.Add(piece);
}

OrProblem<void> BodyDigest::Finish() {
  if (!announced_ && is_empty_) return {};
  if (!announced_)
    return Refuse(ProblemType::kUnsigned, "The request's body is not covered by its signature.");
  if (ContentDigestFromSha256(hash_.Finish()) != *announced_)
    return Refuse(ProblemType::kBadSignature, "The body is not the one that was signed.");
  return {};
}

}  // namespace sacoche
