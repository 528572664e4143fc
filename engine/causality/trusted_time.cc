#include "engine/causality/trusted_time.h"

namespace sacoche {

TimeEstimate TrustedTime::At(std::uint64_t local_now_ms) const {
  if (server_ms == 0) return {std::max(local_now_ms, kEarliestMs), local_now_ms < kEarliestMs};
  const std::uint64_t elapsed = local_now_ms - std::min(local_now_ms, local_ms);
  if (local_now_ms >= local_ms && elapsed <= kUnheardMsMax) return {server_ms + elapsed, false};
  // A clock that was wrong has been put right.
  if (local_now_ms >= server_ms && local_now_ms - server_ms <= kUnheardMsMax)
    return {local_now_ms, false};
  const bool set_back_a_little =
      local_now_ms < local_ms && local_ms - local_now_ms <= kSetBackMsMax;
  return {server_ms, !set_back_a_little};
}

ShownTime ShowTime(Hlc stamp, std::optional<std::uint64_t> received_ms, TimeEstimate now) {
  const std::uint64_t written_ms = stamp.physical_ms();
  const std::uint64_t latest_ms = received_ms.value_or(now.ms);
  const bool too_late = written_ms > latest_ms && written_ms - latest_ms > kShownAheadMsMax;
  const bool too_early =
      written_ms < latest_ms && latest_ms - written_ms > TrustedTime::kUnheardMsMax && received_ms;
  const bool in_doubt =
      stamp.is_doubtful() || too_late || too_early || written_ms < TrustedTime::kEarliestMs;
  return {too_late ? latest_ms : written_ms, in_doubt};
}

}  // namespace sacoche
