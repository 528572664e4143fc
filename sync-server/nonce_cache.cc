#include "sync-server/nonce_cache.h"

#include "sync-server/server_limits.h"

namespace sacoche {
namespace {

Hash256 SignerHash(const RequestSigner& signer) {
  const std::uint8_t kind = signer.kind == RequestSigner::Kind::kDevice ? 1 : 2;
  return HashFor("sacoche.signer", {ByteView(&kind, 1), signer.device.view(), signer.organisation});
}

}  // namespace

NonceCache::Outcome NonceCache::Insert(const PresentedSignature& request, std::int64_t now_s) {
  Forget(now_s);
  const Hash256 signer = SignerHash(request.signer);
  const Hash256 key = HashFor("sacoche.nonce", {signer, ViewOf(request.nonce)});
  if (seen_.contains(key)) return Outcome::kSeen;
  if (seen_.size() >= kNoncesMax) return Outcome::kFull;
  std::size_t& count = per_signer_[signer];
  if (count >= kNoncesPerSignerMax) return Outcome::kFull;
  ++count;
  seen_.insert(key);
  expiries_.insert({request.created_s + limits::kClockSkewSecondsMax, signer, key});
  return Outcome::kFresh;
}

void NonceCache::Forget(std::int64_t now_s) {
  while (!expiries_.empty() && expiries_.begin()->at_s < now_s) {
    const Expiry& oldest = *expiries_.begin();
    seen_.erase(oldest.key);
    const auto counted = per_signer_.find(oldest.signer);
    if (--counted->second == 0) per_signer_.erase(counted);
    expiries_.erase(expiries_.begin());
  }
}

}  // namespace sacoche
