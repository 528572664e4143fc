#include "sync-server/compaction.h"

namespace sacoche {

Result<CompactionReport> Compact(EnvelopeStore& store, Clock& clock, std::uint64_t retention_days) {
  constexpr std::uint64_t kDaySeconds = 24 * 3600;
  const std::uint64_t now_s = clock.NowMs() / 1000;
  const std::uint64_t kept_s = std::min(now_s, retention_days * kDaySeconds);
  CompactionReport report;
  SACOCHE_ASSIGN(const std::vector<SpaceId> spaces, store.Spaces());
  for (const SpaceId& space : spaces) {
    SACOCHE_ASSIGN(const std::uint64_t before, store.DroppedUpTo(space));
    SACOCHE_ASSIGN(const std::uint64_t after, store.DropCovered(space, {now_s - kept_s}));
    report.envelopes_dropped += after - before;
    ++report.spaces;
  }
  return report;
}

}  // namespace sacoche
