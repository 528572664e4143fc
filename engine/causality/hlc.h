#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

namespace sacoche {

// Hybrid logical clock stamp: 48 bits of milliseconds since the Unix epoch, 16 bits of counter
// (Kulkarni et al., "Logical Physical Clocks", 2014). It orders what people see; whether two edits
// are concurrent is decided by dots and never by a stamp. The counter's top bit says that the
// device doubted its clock.
struct Hlc {
  std::uint64_t bits = 0;

  // The top bit stays 0 (until the year 6429), so that a stamp is a positive integer in SQL too.
  static constexpr std::uint64_t kPhysicalMsMax = (std::uint64_t{1} << 47) - 1;

  static constexpr std::uint16_t kDoubtful = 0x8000;

  static constexpr Hlc Of(std::uint64_t physical_ms, std::uint16_t logical) {
    return Hlc{std::min(physical_ms, kPhysicalMsMax) << 16 | logical};
  }
  [[nodiscard]] constexpr std::uint64_t physical_ms() const { return bits >> 16; }
  [[nodiscard]] constexpr std::uint16_t logical() const {
    return static_cast<std::uint16_t>(bits & 0xffff);
  }
  [[nodiscard]] constexpr bool is_doubtful() const { return (logical() & kDoubtful) != 0; }

  auto operator<=>(const Hlc&) const = default;
};

// Makes stamps that only grow on this device. Pure: the time, as trusted_time.h estimates it, is
// given at each call.
class HlcGenerator {
 public:
  // A remote stamp further ahead of the time than this is not followed: one laptop whose clock is
  // years ahead must not drag every other along.
  static constexpr std::uint64_t kRemoteAheadMsMax = 24ULL * 3600 * 1000;

  explicit HlcGenerator(Hlc last = {}) : last_(last) {}

  // The stamp of the next local change.
  enum class Clock { kSound, kDoubtful };
  Hlc Next(std::uint64_t now_ms, Clock clock = Clock::kSound) {
    const std::uint16_t mark = clock == Clock::kDoubtful ? Hlc::kDoubtful : std::uint16_t{0};
    const Hlc now = Hlc::Of(now_ms, mark);
    if (now > last_) return last_ = now;
    const Hlc next{last_.bits + 1};
    if (mark != 0) return last_ = Hlc{next.bits | mark};
    return last_ = next.is_doubtful() ? Hlc::Of(next.physical_ms() + 1, 0) : next;
  }

  // A change of another device was committed: later local stamps come after it, if it is sane.
  void Observe(Hlc remote, std::uint64_t now_ms) {
    if (remote.physical_ms() > now_ms + kRemoteAheadMsMax) return;
    if (remote > last_) last_ = remote;
  }

  [[nodiscard]] Hlc last() const { return last_; }

 private:
  Hlc last_;
};

}  // namespace sacoche
