#pragma once

#include "platform/clock.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// How long envelopes are kept by default, though a snapshot stands for them: a laptop that comes
// back within this time reads what people did, and not only the outcome.
inline constexpr std::uint64_t kRetentionDaysDefault = 730;
// As long as laptops keep what colleagues sent, to heal a server that is put back
// (sync_limits::kPeerEnvelopesKeptSeconds): a laptop that is put back as well must find the
// envelopes of that time here, or nobody could give them to a server that forgot them, and a
// withdrawn laptop's would be nowhere.
inline constexpr std::uint64_t kRetentionDaysMin = 60;
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
