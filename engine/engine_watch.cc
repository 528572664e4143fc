// The part of Engine that watches: it locks a laptop which was away from its server for too long,
// and tells what looked wrong in the syncs and what they took of the line.

#include "engine/engine_parts.h"
#include "engine/sync/sharing_wishes.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;

}  // namespace

// What cannot be written down now, as on a full disk, is by a later look; what is on the disk stays
// readable all the same.
void Engine::LookAtTheClock() {
  const Agreement seen = parts_->agreement.LookAt(parts_->config.clock->NowMs());
  const bool is_kept =
      !IsWorthKeeping(parts_->kept_agreement, seen) || parts_->config.read_only || !seen.is_made();
  parts_->agreement = seen;
  if (!is_kept && SaveAgreement(*parts_->store, seen)) parts_->kept_agreement = seen;
}

Absence Engine::ReadAbsence() {
  LookAtTheClock();
  Absence absence;
  const Agreement& agreement = parts_->agreement;
  if (!agreement.is_made()) return absence;
  absence.days = agreement.away_ms / kDayMs;
  const std::uint64_t after_days = parts_->directory.policy().lock_after_days;
  if (after_days == 0) return absence;
  absence.days_left = after_days - std::min(after_days, *absence.days);
  absence.is_locked = absence.days_left == 0U;
  return absence;
}

Status Engine::CheckUnlocked() {
  const Absence absence = ReadAbsence();
  if (!absence.is_locked) return {};
  return Fail(ErrorCode::kLocked,
              "by its clock this laptop did not synchronise for " + std::to_string(*absence.days) +
                  " days, and it is locked until it has",
              "Nothing is lost, and what you wrote is sent then: connect and run `sacoche sync`.");
}

// At the end of a sync. The server's word of an older answer would be no agreement, and a
// server that says nothing of the time agrees to nothing.
Status Engine::Agree(const std::optional<TrustedTime>& said) {
  if (!said) return {};
  // The last one may not have reached the disk.
  if (!IsWorthMaking(parts_->agreement, *said) && !IsWorthMaking(parts_->kept_agreement, *said))
    return {};
  const Agreement agreement{*said, 0, said->local_ms};
  parts_->agreement = agreement;
  SACOCHE_TRY(SaveAgreement(*parts_->store, agreement));
  parts_->kept_agreement = agreement;
  return {};
}

// No sync fails for it.
void Engine::CountTraffic(std::uint64_t bytes) {
  if (bytes == 0) return;
  auto traffic = LoadTraffic(*parts_->store);
  if (!traffic) return;
  traffic->Add(Now().ms, bytes);
  static_cast<void>(SaveTraffic(*parts_->store, *traffic));
}

Result<Traffic::Use> Engine::ReadTraffic() {
  SACOCHE_ASSIGN(const Traffic traffic, LoadTraffic(*parts_->store));
  return traffic.At(Now().ms);
}

Status Engine::SetByteBudget(const ByteBudget& budget) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(Traffic traffic, LoadTraffic(*parts_->store));
  traffic.budget = budget;
  return SaveTraffic(*parts_->store, traffic);
}

Result<bool> Engine::HasProtectionWaiting() {
  const Directory& directory = parts_->directory;
  SACOCHE_ASSIGN(const auto wishes, SharingWishes(*parts_->store));
  for (const SharingStatement& wish : wishes)
    if (wish.guests.empty() && IsOpenWish(directory, device(), wish)) return true;
  SACOCHE_ASSIGN(const auto written, parts_->store->log().FieldsWaiting());
  return std::ranges::any_of(written, [&](const ChangeLog::WrittenField& one) {
    const FieldDef* field = parts_->config.schema->FindField(one.kind, one.field);
    return field != nullptr && field->policy == MergePolicy::kProtective &&
           directory.IsMember(device(), one.space);
  });
}

Result<std::vector<Suspicions::Entry>> Engine::ReadSuspicions() {
  return parts_->store->suspicions().ReadAll();
}

Status Engine::AcknowledgeSuspicions() {
  SACOCHE_TRY(CheckWritable());
  return parts_->store->suspicions().AcknowledgeAll();
}

}  // namespace sacoche
