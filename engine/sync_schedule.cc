#include "engine/sync_schedule.h"

#include <algorithm>

namespace sacoche {
namespace {

// Beyond this, doubling reaches any bound that makes sense.
constexpr unsigned kDoublingsMax = 20;
// No server, nor whoever poses as one, sends a laptop away for longer.
constexpr std::uint64_t kRetryAfterSecondsMax = 24ULL * 3600;

}  // namespace

SyncSchedule::SyncSchedule(const Options& options, Random* random, std::uint64_t now_ms)
    : options_(options), random_(random), due_ms_(now_ms + Jittered(options.network_ms)) {}

std::uint64_t SyncSchedule::Jittered(std::uint64_t ms) {
  ByteArray<8> bytes{};
  random_->Fill(bytes);
  std::uint64_t drawn = 0;
  for (const std::uint8_t byte : bytes) drawn = drawn << 8 | byte;
  return ms / 2 + drawn % (ms - ms / 2 + 1);
}

std::uint64_t SyncSchedule::BackoffMs() const {
  const unsigned doublings = std::min(failures_ - 1, kDoublingsMax);
  return std::min(options_.backoff_ms_min << doublings, options_.backoff_ms_max);
}

void SyncSchedule::NetworkCame(std::uint64_t now_ms) {
  failures_ = 0;
  // Sent by that one as well, and no sooner.
  typing_.reset();
  due_ms_ = std::min(due_ms_, now_ms + Jittered(options_.network_ms));
}

void SyncSchedule::SomethingWasTyped(std::uint64_t now_ms) {
  if (!typing_) typing_ = Typing{now_ms, now_ms};
  typing_->last_ms = now_ms;
}

void SyncSchedule::SomebodyAsks(std::uint64_t now_ms) {
  failures_ = 0;
  due_ms_ = now_ms;
}

void SyncSchedule::Ended(std::uint64_t now_ms, Outcome outcome,
                         std::optional<std::uint64_t> retry_after_s) {
  failures_ = outcome == Outcome::kFailed ? failures_ + 1 : 0;
  if (outcome == Outcome::kDone) typing_.reset();
  due_ms_ = now_ms + Jittered(failures_ > 0 ? BackoffMs() : options_.period_ms);
  not_before_ms_ = 0;
  if (!retry_after_s) return;
  const std::uint64_t wait_ms = 1000 * std::min(*retry_after_s, kRetryAfterSecondsMax);
  not_before_ms_ = now_ms + wait_ms + Jittered(wait_ms / 4);
}

std::uint64_t SyncSchedule::NextMs() const {
  std::uint64_t next = due_ms_;
  // While syncs fail, more to send is no reason to try sooner.
  if (typing_ && failures_ == 0)
    next = std::min(
        {next, typing_->last_ms + options_.rest_ms, typing_->since_ms + options_.typing_ms_max});
  return std::max(next, not_before_ms_);
}

}  // namespace sacoche
