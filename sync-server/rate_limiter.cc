#include "sync-server/rate_limiter.h"

#include <algorithm>
#include <iterator>

namespace sacoche {
namespace {

constexpr std::uint64_t kPartsPerToken = 60'000;
constexpr std::uint64_t kForgetEveryMs = 1'000;

}  // namespace

std::uint64_t RateLimiter::Take(const Key& key, std::uint64_t now_ms) {
  if (rate_.per_minute == 0) return 0;
  Bucket& bucket = BucketOf(key, now_ms);
  Refill(bucket, now_ms);
  const std::uint64_t room = std::max<std::uint64_t>(rate_.burst, 1) * kPartsPerToken;
  bucket.used = std::min(bucket.used, room);
  if (bucket.used + kPartsPerToken <= room) {
    bucket.used += kPartsPerToken;
    return 0;
  }
  const std::uint64_t lacking = bucket.used + kPartsPerToken - room;
  const std::uint64_t wait_ms = (lacking + rate_.per_minute - 1) / rate_.per_minute;
  return (wait_ms + 999) / 1000;
}

// In a millisecond, `per_minute` parts come back.
void RateLimiter::Refill(Bucket& bucket, std::uint64_t now_ms) const {
  const std::uint64_t passed_ms = now_ms - std::min(bucket.as_of_ms, now_ms);
  bucket.as_of_ms = now_ms;
  const std::uint64_t full_ms = bucket.used / rate_.per_minute + 1;
  bucket.used -= std::min(bucket.used, std::min(passed_ms, full_ms) * rate_.per_minute);
}

RateLimiter::Bucket& RateLimiter::BucketOf(const Key& key, std::uint64_t now_ms) {
  if (const auto found = buckets_.find(key); found != buckets_.end()) return found->second;
  if (buckets_.size() >= keys_max_) ForgetTheRested(now_ms);
  if (buckets_.size() >= keys_max_) return shared_;
  return buckets_.try_emplace(key, Bucket{0, now_ms}).first->second;
}

// A full bucket says as much as none.
void RateLimiter::ForgetTheRested(std::uint64_t now_ms) {
  if (now_ms >= forgot_ms_ && now_ms - forgot_ms_ < kForgetEveryMs) return;
  forgot_ms_ = now_ms;
  for (auto entry = buckets_.begin(); entry != buckets_.end();) {
    Refill(entry->second, now_ms);
    entry = entry->second.used == 0 ? buckets_.erase(entry) : std::next(entry);
  }
}

}  // namespace sacoche
