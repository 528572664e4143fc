#pragma once

#include <cstdint>
#include <optional>

#include "platform/random.h"

namespace sacoche {

// When a laptop synchronises by itself: soon after a network came, after what was typed has come to
// rest, from time to time otherwise; after a failure later and later, and never before the server
// said that it may come back. Times are milliseconds of a clock that is never set and may begin
// anywhere. One thread.
class SyncSchedule {
 public:
  struct Options {
    std::uint64_t period_ms = 15ULL * 60 * 1000;
    // What is typed in one go leaves in one envelope;
    std::uint64_t rest_ms = 20ULL * 1000;
    // somebody who goes on typing is not waited for longer than that.
    std::uint64_t typing_ms_max = 2ULL * 60 * 1000;
    // The laptops of a country do not all come at once when a mast is back. Of each wait, half to
    // all is drawn.
    std::uint64_t network_ms = 3ULL * 1000;
    // After a failure; twice as long after each further one.
    std::uint64_t backoff_ms_min = 5ULL * 1000;
    std::uint64_t backoff_ms_max = 30ULL * 60 * 1000;
  };

  // `random` must outlive this. The first is due as after NetworkCame.
  SyncSchedule(const Options& options, Random* random, std::uint64_t now_ms);

  void NetworkCame(std::uint64_t now_ms);
  void SomethingWasTyped(std::uint64_t now_ms);
  // Whatever was planned; the server's word holds all the same.
  void SomebodyAsks(std::uint64_t now_ms);

  enum class Outcome { kDone, kFailed };
  // `retry_after_s`: what the server said, if it did.
  void Ended(std::uint64_t now_ms, Outcome outcome,
             std::optional<std::uint64_t> retry_after_s = std::nullopt);

  // When the next one is due.
  [[nodiscard]] std::uint64_t NextMs() const;
  // Whether one that is due now is so for what was typed and for nothing else.
  [[nodiscard]] bool IsForTypingOnly(std::uint64_t now_ms) const { return now_ms < due_ms_; }
  // What looked like typing was none.
  void NothingWasTyped() { typing_.reset(); }

 private:
  // From half of it to all.
  std::uint64_t Jittered(std::uint64_t ms);
  [[nodiscard]] std::uint64_t BackoffMs() const;

  struct Typing {
    std::uint64_t since_ms = 0;
    std::uint64_t last_ms = 0;
  };

  Options options_;
  Random* random_;
  std::uint64_t due_ms_;             // whatever is typed
  std::optional<Typing> typing_;     // that no sync has sent
  std::uint64_t not_before_ms_ = 0;  // the server's word
  unsigned failures_ = 0;            // since the last that was done
};

}  // namespace sacoche
