#pragma once

#include "platform/clock.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// How long envelopes are kept by default, though a snapshot stands for them: a laptop that comes
// back within this time reads what people did, and not only the outcome.
inline constexpr std::uint64_t kRetentionDaysDefault = 730;
inline constexpr std::uint64_t kRetentionDaysMax = 36'500;

struct CompactionReport {
  std::uint64_t spaces = 0;
  std::uint64_t envelopes_dropped = 0;
};

// Drops the contents of envelopes that are older than so many days, by this clock, and that a
// snapshot stands for. A clock that runs ahead drops earlier than meant, and loses nothing: a
// snapshot has it. One transaction a space.
[[nodiscard]] Result<CompactionReport> Compact(EnvelopeStore& store, Clock& clock,
                                               std::uint64_t retention_days);

}  // namespace sacoche
