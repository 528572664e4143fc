// The part of OrgCommands that opens one case by force, for a supervisor and for some hours.

#include "engine/casework/break_glass.h"
#include "engine/casework/posts.h"
#include "samples/cli/emergency_laptop.h"
#include "samples/cli/org_commands.h"

namespace sacoche {
namespace {

// The post's cases, and the log in which the reason is to stand.
std::vector<SpaceId> SpacesToOpen(const std::vector<LabelledSpace>& known, const RecordId& post) {
  std::vector<SpaceId> spaces;
  for (const auto& [space, label] : known)
    if (label.post == post &&
        (label.kind == SpaceKind::kDossiers || label.kind == SpaceKind::kAccessLog))
      spaces.push_back(space);
  return spaces;
}

}  // namespace

void OrgCommands::AddBreakGlass(CLI::App& org) {
  CLI::App* command = AddCommand(org, "break-glass",
                                 "With the recovery key's shares, let a technical supervisor read "
                                 "one case for some hours; the "
                                 "post sees it");
  command->add_option("--invitation", invitation_file_,
                      "The invitation file, instead of --server and --ca");
  command->add_option("FOLLOW-UP", follow_up_, "The follow-up record's whole id")->required();
  command->add_option("--post", name_, "The post whose case it is")->required();
  command->add_option("--for", device_, "A laptop of the supervisor's: its id from `org show`")
      ->required();
  command->add_option("--reason", reason_, "Why; it is written into the post's access log")
      ->required();
  command->add_option("--hours", hours_, "For how many hours (3, or as few as the policy lets)")
      ->check(CLI::Range(std::uint64_t{1}, kBreakGlassHoursMax));
  command->add_option("--share-file", share_files_, "Files with the shares, else they are typed")
      ->allow_extra_args(false);
  context_.On(command, [this] { return BreakGlass(); });
}

Status OrgCommands::BreakGlass() {
  const auto follow_up = RecordId::FromUuid(follow_up_);
  if (!follow_up)
    return Fail(ErrorCode::kInvalidInput, "this is not the id of a follow-up record",
                "Copy all of it from the supervisor's `sacoche list suivi --json`.");
  SACOCHE_TRY(ReadPlace());
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->RequireRoot());
  Organisation& organisation = *office.organisation;
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  // Before the shares are typed.
  SACOCHE_ASSIGN(const std::uint64_t hours,
                 casework::HoursByForce(organisation.directory().policy(), hours_));
  SACOCHE_ASSIGN(const Member supervisor, FindMember(organisation, device_));
  SACOCHE_TRY(casework::SupervisorsLaptops(organisation.directory(), supervisor.device));
  SACOCHE_ASSIGN(const BoxKey key, JoinShares());
  SACOCHE_ASSIGN(const RecordId post, casework::FindPost(known, name_));
  SACOCHE_ASSIGN(const auto laptop,
                 EmergencyLaptop::Make(context_, office.invitation, *office.http));
  SACOCHE_TRY(laptop->LetIn(organisation, SpacesToOpen(known, post)));
  const DeviceId device = laptop->engine().device();
  const auto opened =
      OpenWith(*laptop, organisation, key, {*follow_up, supervisor.device, reason_, hours});
  // Whatever came of it, that laptop is to be no more.
  SACOCHE_TRY(organisation.Revoke(device, RevocationStatement::Reason::kDeparture));
  if (!opened) return Forward(opened.error());
  context_.Print("Opened for " + Counted(hours, "hour") +
                     ". The supervisor reads the case after her next sync, and the post sees it "
                     "after its own:\nthe reason in the access log, the use of the recovery key, "
                     "and the sharing.\n",
                 {{"space", opened->space.ToUuid()},
                  {"until_s", opened->until_s},
                  {"laptops", opened->laptops}});
  return {};
}

Result<casework::OpenedByForce> OrgCommands::OpenWith(EmergencyLaptop& laptop,
                                                      Organisation& organisation, const BoxKey& key,
                                                      const casework::ForcedOpening& opening) {
  SACOCHE_ASSIGN(const OrganisationRecovery given,
                 organisation.UseRecoveryKey(key, laptop.engine().device()));
  if (!given.not_given.empty())
    return Fail(ErrorCode::kRefused, "the recovery key was never given the keys of that post",
                "The post's laptops give it with their next sync, if any is left.");
  SACOCHE_TRY(laptop.Synchronise());
  SACOCHE_ASSIGN(const casework::OpenedByForce opened,
                 casework::OpenByForce(laptop.engine(), opening));
  SACOCHE_TRY(laptop.Synchronise());
  return opened;
}

}  // namespace sacoche
