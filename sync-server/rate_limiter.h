#pragma once

#include <cstdint>
#include <map>

#include "platform/base/bytes.h"

namespace sacoche {

// How often whoever bears a key may do something: a bucket of tokens for each, refilled with time.
// The table is bounded: while it is full of keys that are not at rest, all others share one bucket.
// Time is handed in (milliseconds of any clock; one that goes back refills nothing). One thread.
class RateLimiter {
 public:
  using Key = ByteArray<16>;

  struct Rate {
    std::uint64_t per_minute = 0;  // 0: without a limit
    std::uint64_t burst = 1;       // at once, after a rest

    bool operator==(const Rate&) const = default;
  };

  RateLimiter(const Rate& rate, std::size_t keys_max) : rate_(rate), keys_max_(keys_max) {}

  // Takes a token. 0: there was one; otherwise the seconds after which there will be.
  [[nodiscard]] std::uint64_t Take(const Key& key, std::uint64_t now_ms);

  // From now on; what was taken stays taken.
  void SetRate(const Rate& rate) { rate_ = rate; }

  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    std::uint64_t used = 0;  // of `burst`, in parts of 60,000: a token is refilled by milliseconds
    std::uint64_t as_of_ms = 0;
  };

  Bucket& BucketOf(const Key& key, std::uint64_t now_ms);
  void Refill(Bucket& bucket, std::uint64_t now_ms) const;
  void ForgetTheRested(std::uint64_t now_ms);

  Rate rate_;
  std::size_t keys_max_;
  std::map<Key, Bucket> buckets_;
  Bucket shared_;
  std::uint64_t forgot_ms_ = 0;
};

}  // namespace sacoche
