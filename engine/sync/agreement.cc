#include "engine/sync/agreement.h"

#include <cstdlib>

#include "engine/sync/sync_limits.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kName = "sync.agreed";

}  // namespace

Agreement Agreement::LookAt(std::uint64_t local_now_ms) const {
  Agreement seen = *this;
  seen.last_look_ms = local_now_ms;
  if (!is_made()) return seen;
  const TimeEstimate before = at.At(last_look_ms);
  const TimeEstimate now = at.At(local_now_ms);
  // Between a clock that is doubted and one that is not, somebody set it: that is no time.
  const bool was_put_right = before.in_doubt && !now.in_doubt;
  if (local_now_ms > last_look_ms && !was_put_right) seen.away_ms += local_now_ms - last_look_ms;
  if (!now.in_doubt) seen.away_ms = std::max(seen.away_ms, now.ms - at.server_ms);
  return seen;
}

Result<Agreement> LoadAgreement(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kName));
  Agreement agreement;
  if (bytes.empty()) return agreement;
  ByteReader in(bytes.view());
  agreement.at.server_ms = in.Varint();
  agreement.at.local_ms = in.Varint();
  agreement.away_ms = in.Varint();
  agreement.last_look_ms = in.Varint();
  SACOCHE_TRY(in.Finish("the last agreement with the server in the store"));
  return agreement;
}

Status SaveAgreement(Store& store, const Agreement& agreement) {
  ByteWriter out;
  out.Varint(agreement.at.server_ms);
  out.Varint(agreement.at.local_ms);
  out.Varint(agreement.away_ms);
  out.Varint(agreement.last_look_ms);
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Write(kName, out.bytes()));
  return transaction.Commit();
}

bool IsWorthKeeping(const Agreement& kept, const Agreement& seen) {
  return seen.last_look_ms < kept.last_look_ms ||
         seen.last_look_ms - kept.last_look_ms >= sync_limits::kLookOldMsMax;
}

bool IsWorthMaking(const Agreement& kept, const TrustedTime& now) {
  const Agreement seen = kept.LookAt(now.local_ms);
  const std::int64_t set_by_ms = now.AheadMs() - kept.at.AheadMs();
  const bool was_set = std::abs(set_by_ms) >= static_cast<std::int64_t>(sync_limits::kTimeOffMsMax);
  return !kept.is_made() || was_set || now.server_ms < kept.at.server_ms ||
         now.server_ms - kept.at.server_ms >= sync_limits::kAgreementOldMsMax ||
         seen.away_ms >= sync_limits::kAgreementOldMsMax;
}

}  // namespace sacoche
