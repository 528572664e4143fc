#include "engine/casework/break_glass.h"

#include "engine/casework/access_log.h"
#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

constexpr std::uint64_t kHourS = 3600;
constexpr std::uint64_t kHoursByDefault = 3;

}  // namespace

Status AskForDossier(Engine& supervisor, const RecordId& follow_up, const std::string& reason) {
  SACOCHE_ASSIGN(const auto view, supervisor.Read(follow_up));
  if (!view || view->head.kind != CaseworkSchema().FindKind(kSuivi)->id)
    return Fail(ErrorCode::kNotFound, "there is no such follow-up record on this laptop",
                "Check its number, or synchronise first.");
  return LogAccess(supervisor, AccessGesture::kRequest, {follow_up, view->head.space}, reason);
}

Result<std::uint64_t> HoursByForce(const PolicyStatement& policy,
                                   std::optional<std::uint64_t> asked) {
  const std::uint64_t most = policy.break_glass_hours_max;
  if (most == 0)
    return Fail(ErrorCode::kRefused, "the organisation's policy lets no case be opened by force",
                "Whoever answers for the organisation can allow it with `sacoche org policy "
                "--break-glass-hours N`.");
  if (asked && (*asked == 0 || *asked > most))
    return Fail(ErrorCode::kInvalidInput,
                "by the organisation's policy a case is opened by force for at most " +
                    std::to_string(most) + " h",
                "Give --hours between 1 and " + std::to_string(most) + ", or leave it out.");
  return asked.value_or(std::min(most, kHoursByDefault));
}

Result<std::vector<DeviceId>> SupervisorsLaptops(const Directory& directory,
                                                 const DeviceId& device) {
  const auto serves = [](const Member& member) {
    return !member.revoked && member.admission.role == Role::kTechnicalSupervisor;
  };
  const Member* named = directory.FindMember(device);
  if (named == nullptr || !serves(*named))
    return Fail(ErrorCode::kInvalidInput, "that is no laptop of a technical supervisor",
                "See `sacoche org show` for the laptops and their roles.");
  const UserId& user = named->admission.user;
  std::vector<DeviceId> laptops;
  for (const auto& [other, member] : directory.members())
    if (serves(member) && (other == device || (!user.is_zero() && member.admission.user == user)))
      laptops.push_back(other);
  return laptops;
}

Result<OpenedByForce> OpenByForce(Engine& emergency, const ForcedOpening& opening) {
  SACOCHE_ASSIGN(const std::uint64_t hours,
                 HoursByForce(emergency.directory().policy(), opening.hours));
  SACOCHE_ASSIGN(const auto guests, SupervisorsLaptops(emergency.directory(), opening.supervisor));
  SACOCHE_ASSIGN(const auto dossier, emergency.OriginalOf(opening.follow_up));
  const auto view = dossier ? emergency.Read(*dossier) : Result<std::optional<RecordView>>();
  if (!view) return Forward(view.error());
  if (!*view)
    return Fail(ErrorCode::kNotFound, "none of the post's cases is the one that is meant",
                "Check the follow-up record's number and the post.");
  // What is written down first cannot be left out afterwards.
  SACOCHE_TRY(LogAccess(emergency, AccessGesture::kBreakGlass, {*dossier, (*view)->head.space},
                        opening.reason));
  const SharingTerms terms{ReaderRole::kTechnicalSupervisor, SharedDossier::Grounds::kOnRequest,
                           emergency.Now().ms / 1000 + hours * kHourS};
  SACOCHE_ASSIGN(const SpaceId space, emergency.ShareDossier(*dossier, guests, terms));
  return OpenedByForce{*dossier, space, guests.size(), terms.until_s};
}

}  // namespace sacoche::casework
