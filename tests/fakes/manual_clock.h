#pragma once

#include "platform/clock.h"

namespace sacoche {

// A clock that stands until the test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::uint64_t now_ms = 1'750'000'000'000) : now_ms_(now_ms) {}
  std::uint64_t NowMs() override { return now_ms_; }
  [[nodiscard]] std::int64_t now_s() const { return static_cast<std::int64_t>(now_ms_ / 1000); }
  void Set(std::uint64_t now_ms) { now_ms_ = now_ms; }
  void Advance(std::uint64_t ms) { now_ms_ += ms; }
  void AdvanceSeconds(std::uint64_t seconds) { now_ms_ += seconds * 1000; }

 private:
  std::uint64_t now_ms_;
};

}  // namespace sacoche
