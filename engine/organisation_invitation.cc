#include "engine/organisation.h"

namespace sacoche {

InvitationTicket Organisation::MakeTicket(std::uint16_t days) const {
  const std::uint64_t today = link_.clock->NowMs() / 1000 / kSecondsPerDay;
  return MakeInvitationTicket(key_.box_key, static_cast<std::uint16_t>(today + days));
}

InvitationCheck Organisation::CheckInvitation(const PendingDevice& device) const {
  using Outcome = InvitationCheck::Outcome;
  const auto& ticket = device.profile.ticket;
  if (!ticket) return InvitationCheck{Outcome::kNone, 0, {}};
  if (!IsTicketOf(key_.box_key, *ticket)) return InvitationCheck{Outcome::kForged, 0, {}};
  for (const auto& [id, member] : directory().members()) {
    const auto plain = OpenName(key_.directory_key.view(), member.admission.sealed_profile);
    const auto profile = plain ? DecodeProfile(*plain) : Result<Profile>(Profile{});
    const bool is_used = profile && profile->ticket && profile->ticket->id == ticket->id;
    if (is_used && id != device.request.device())
      return InvitationCheck{Outcome::kUsed, ticket->last_day, id};
  }
  const bool is_past = IsPast(*ticket, link_.clock->NowMs() / 1000);
  return InvitationCheck{is_past ? Outcome::kExpired : Outcome::kGood, ticket->last_day, {}};
}

}  // namespace sacoche
