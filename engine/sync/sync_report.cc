#include "engine/sync/sync_session.h"

namespace sacoche {

void SyncReport::Continue(const SyncReport& later) {
  SyncReport both = later;
  const auto add = [&](std::uint64_t SyncReport::*count) { both.*count += this->*count; };
  for (const auto count :
       {&SyncReport::changes_out, &SyncReport::changes_in, &SyncReport::envelopes_out,
        &SyncReport::envelopes_in, &SyncReport::statements_in, &SyncReport::body_bytes_up,
        &SyncReport::body_bytes_down, &SyncReport::requests, &SyncReport::set_aside,
        &SyncReport::envelopes_refused, &SyncReport::envelopes_sent_again,
        &SyncReport::envelopes_carried_on, &SyncReport::statements_sent_again,
        &SyncReport::shown_differently, &SyncReport::envelopes_after_leaving,
        &SyncReport::snapshots_in, &SyncReport::snapshots_out, &SyncReport::snapshot_parts_in,
        &SyncReport::snapshot_parts_out})
    add(count);
  if (!both.last_refusal) both.last_refusal = last_refusal;
  both.touched.insert(touched.begin(), touched.end());
  both.suspicions.insert(suspicions.begin(), suspicions.end());
  *this = std::move(both);
}

}  // namespace sacoche
