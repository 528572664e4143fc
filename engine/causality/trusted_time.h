#pragma once

#include <optional>

#include "engine/causality/hlc.h"

namespace sacoche {

// The time as well as a device can know it. `in_doubt`: its clock contradicts what the server last
// said, so that the time is a guess.
struct TimeEstimate {
  std::uint64_t ms = 0;
  bool in_doubt = false;

  bool operator==(const TimeEstimate&) const = default;
};

// What the server said of the time, in an answer that it signed, and what this machine's clock
// showed then. From then on the clock is only asked how much time has passed, so that a clock that
// is years off does no harm, nor one that jumps. Pure: the machine's time is given at each call.
struct TrustedTime {
  std::uint64_t server_ms = 0;  // 0: no server has said it yet
  std::uint64_t local_ms = 0;

  // No release is older.
  static constexpr std::uint64_t kEarliestMs = 1'735'689'600'000;  // 2025-01-01
  // Longer than any laptop goes without a sync. A clock that says so was set.
  static constexpr std::uint64_t kUnheardMsMax = 366ULL * 24 * 3600 * 1000;
  // What clocks are set back by in good order.
  static constexpr std::uint64_t kSetBackMsMax = 10ULL * 60 * 1000;

  [[nodiscard]] TimeEstimate At(std::uint64_t local_now_ms) const;

  // How far this machine's clock was ahead of the server's; negative: behind.
  [[nodiscard]] std::int64_t AheadMs() const {
    return static_cast<std::int64_t>(local_ms) - static_cast<std::int64_t>(server_ms);
  }

  bool operator==(const TrustedTime&) const = default;
};

// A time for people to read. `in_doubt`: it is to be shown as such.
struct ShownTime {
  std::uint64_t ms = 0;
  bool in_doubt = false;

  bool operator==(const ShownTime&) const = default;
};

// When something was written: its stamp, unless that is later than the server received it or, if it
// has not (nothing), later than now.
[[nodiscard]] ShownTime ShowTime(Hlc stamp, std::optional<std::uint64_t> received_ms,
                                 TimeEstimate now);

// A stamp may be ahead by this much in good order: HlcGenerator follows others so far.
inline constexpr std::uint64_t kShownAheadMsMax = HlcGenerator::kRemoteAheadMsMax;

}  // namespace sacoche
