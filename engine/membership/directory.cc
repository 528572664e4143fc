#include "engine/membership/directory.h"
#include "engine/membership/distrust.h"

namespace sacoche {
Status Directory::Apply(const SignedStatement& statement) {
  SACOCHE_TRY(Check(statement));
  const Statement& said = statement.statement;
  Take(said);
  if (const auto* use = std::get_if<RecoveryUseStatement>(&said.payload))
    recovery_uses_.push_back({statement.hash, said.signer, *use});
  chains_[said.signer] = ChainHead{said.counter, statement.hash};
  known_.insert(statement.hash);
  return {};
}

void Directory::Take(const Statement& said) {
  if (const auto* organisation = std::get_if<OrganisationStatement>(&said.payload)) {
    organisation_ = *organisation;
    root_ = organisation->root_signing_key;
  } else if (const auto* space = std::get_if<SpaceStatement>(&said.payload)) {
    spaces_.emplace(space->space, *space);
  } else if (const auto* admission = std::get_if<AdmissionStatement>(&said.payload)) {
    Admit(*admission);
  } else if (const auto* epoch = std::get_if<EpochStatement>(&said.payload)) {
    OpenEpoch(*epoch, said.signer);
  } else if (const auto* grant = std::get_if<GrantStatement>(&said.payload)) {
    epochs_.at(EpochKey{grant->space, grant->epoch}).grants.emplace(grant->device, *grant);
  } else if (const auto* lost = std::get_if<LostKeyStatement>(&said.payload)) {
    lost_keys_[{lost->space, lost->epoch}].push_back({said.signer, *lost});
  } else if (const auto* view = std::get_if<ReplacedViewStatement>(&said.payload)) {
    for (const ReplacedViewStatement::LastEnvelope& last : view->envelopes) {
      std::uint64_t& end = replaced_views_ends_[{last.space, said.signer}];
      end = std::max(end, last.counter);
    }
  } else if (const auto* server = std::get_if<ServerStatement>(&said.payload)) {
    time_key_ = server->time_key;
  } else if (const auto* officer = std::get_if<OfficerStatement>(&said.payload)) {
    officers_.insert_or_assign(DeviceIdOf(officer->signing_key), *officer);
  } else if (const auto* revocation = std::get_if<RevocationStatement>(&said.payload)) {
    Revoke(*revocation);
  } else if (const auto* sharing = std::get_if<SharingStatement>(&said.payload)) {
    TakeSharing(*sharing);
  } else if (const auto* policy = std::get_if<PolicyStatement>(&said.payload)) {
    policy_ = *policy;
  } else if (const auto* key = std::get_if<RecoveryKeyStatement>(&said.payload)) {
    HoldRecoveryKey(*key, said.signer);
  }
}

void Directory::Admit(const AdmissionStatement& admission) {
  const DeviceId device = DeviceIdOf(admission.signing_key);
  const RecoveryRights rights_before = RightsAround(device);
  Member& member = members_[device];
  const std::vector<SpaceId> before = std::move(member.admission.spaces);
  member.device = device;
  member.admission = admission;
  for (const SpaceId& space : before) {
    if (IsMember(device, space)) continue;
    Leave(device, space);
    LeaveSharings(device, space);
  }
  for (const SpaceId& space : admission.spaces) {
    member.ever_in.insert(space);
    leavers_[space].erase(device);
    ends_.erase({space, device});
    JoinSharings(device, space);
  }
  SettleRights(rights_before, RightsAround(device));
}

Result<bool> Directory::Uphold(const SignedStatement& statement) {
  const auto* revocation = std::get_if<RevocationStatement>(&statement.statement.payload);
  if (revocation == nullptr)
    return Fail(ErrorCode::kInvalidInput, "only a revocation holds outside the directory's log");
  SACOCHE_ASSIGN(const SigningPublicKey key, SignerKey(statement.statement));
  if (!VerifyStatementSignature(statement, key) || !MaySay(statement.statement))
    return UntrustedStatement("a revocation is signed by somebody who may not make it");
  // Until it is admitted again.
  if (FindMember(revocation->device) == nullptr) return true;
  const bool is_gone = IsRevoked(revocation->device);
  if (is_gone && !EndsRecovery(*revocation)) return false;
  Revoke(*revocation);
  members_.at(revocation->device).upheld |= !is_gone;
  return true;
}

void Directory::Revoke(const RevocationStatement& revocation) {
  Member& member = members_.at(revocation.device);
  const RecoveryRights rights_before = RightsAround(revocation.device);
  const bool is_gone = member.revoked.has_value();
  if (!is_gone)
    for (const SpaceId& space : SpacesOf(revocation.device)) Leave(revocation.device, space);
  // A later departure says more of why it is gone, not when.
  if (!is_gone || std::exchange(member.upheld, false)) member.revoked_by = statement_count() + 1;
  member.revoked = revocation.reason;
  if (revocation.reason == RevocationStatement::Reason::kDeparture)
    EndRecoveryOfGoneLaptops(revocation.device);
  SettleRights(rights_before, RightsAround(revocation.device));
}

Status Directory::Check(const SignedStatement& statement) const {
  if (known_.contains(statement.hash))
    return Fail(ErrorCode::kAlreadyExists, "the statement is in the directory already");
  SACOCHE_ASSIGN(const SigningPublicKey key, SignerKey(statement.statement));
  if (!VerifyStatementSignature(statement, key))
    return UntrustedStatement("a directory statement has a wrong signature");
  const Statement& said = statement.statement;
  if (said.counter != NextCounter(said.signer) || said.previous != LastHash(said.signer))
    return UntrustedStatement("a directory statement does not follow its signer's previous one");
  return CheckPayload(said);
}

Result<SigningPublicKey> Directory::SignerKey(const Statement& statement) const {
  if (!statement.by_root()) {
    if (IsRevoked(statement.signer))
      return UntrustedStatement("a directory statement is signed by a laptop that was withdrawn");
    if (const Member* member = FindMember(statement.signer)) return member->admission.signing_key;
    if (const OfficerStatement* officer = FindOfficer(statement.signer))
      return officer->signing_key;
    return UntrustedStatement("a directory statement is signed by a stranger");
  }
  if (root_) return *root_;
  const auto* first = std::get_if<OrganisationStatement>(&statement.payload);
  if (first == nullptr)
    return UntrustedStatement("the directory does not begin with an organisation");
  return first->root_signing_key;
}

bool Directory::MaySay(const Statement& statement) const {
  const StatementPayload& payload = statement.payload;
  if (std::holds_alternative<EpochStatement>(payload) ||
      std::holds_alternative<LostKeyStatement>(payload) ||
      std::holds_alternative<SharingStatement>(payload))
    return !statement.by_root();
  if (statement.by_root() || std::holds_alternative<GrantStatement>(payload)) return true;
  if (std::holds_alternative<RecoveryKeyStatement>(payload) ||
      std::holds_alternative<ReplacedViewStatement>(payload) ||
      std::holds_alternative<RecoveryUseStatement>(payload))
    return FindMember(statement.signer) != nullptr;
  const OfficerStatement* officer = FindOfficer(statement.signer);
  if (officer == nullptr) return false;
  if (const auto* admission = std::get_if<AdmissionStatement>(&payload))
    return MayAdmit(*officer, *admission);
  if (const auto* revocation = std::get_if<RevocationStatement>(&payload))
    return MayRevoke(*officer, *revocation);
  return std::holds_alternative<SpaceStatement>(payload) &&
         officer->rank == OfficerStatement::Rank::kAdministrator;
}

namespace {

bool HoldsAll(const std::vector<SpaceId>& scope, const std::vector<SpaceId>& spaces) {
  return std::ranges::all_of(
      spaces, [&](const SpaceId& space) { return std::ranges::count(scope, space) > 0; });
}

bool IsWithin(const OfficerStatement& officer, const Member& member) {
  return !member.admission.spaces.empty() && HoldsAll(officer.spaces, member.admission.spaces);
}

}  // namespace

// A referent speaks for one post: neither before nor afterwards may the device be anywhere else.
// Nor may it become another laptop of somebody who has one elsewhere: what is said of that person,
// as whom a dossier is shared with, would go to it too.
bool Directory::MayAdmit(const OfficerStatement& officer, const AdmissionStatement& payload) const {
  if (officer.rank == OfficerStatement::Rank::kAdministrator) return true;
  if (!HoldsAll(officer.spaces, payload.spaces)) return false;
  const DeviceId device = DeviceIdOf(payload.signing_key);
  return std::ranges::all_of(members_, [&](const auto& entry) {
    const Member& member = entry.second;
    const bool is_concerned = member.device == device ||
                              (!payload.user.is_zero() && member.admission.user == payload.user);
    return !is_concerned || IsWithin(officer, member);
  });
}

bool Directory::MayRevoke(const OfficerStatement& officer,
                          const RevocationStatement& payload) const {
  if (officer.rank == OfficerStatement::Rank::kAdministrator) return true;
  const Member* member = FindMember(payload.device);
  return member != nullptr && IsWithin(officer, *member);
}

Status Directory::CheckPayload(const Statement& statement) const {
  const auto* organisation = std::get_if<OrganisationStatement>(&statement.payload);
  if (organisation == nullptr && !organisation_)
    return UntrustedStatement("the directory does not begin with an organisation");
  if (!MaySay(statement))
    return UntrustedStatement("a directory statement is signed by somebody who may not make it");
  if (organisation != nullptr) return CheckOrganisation(*organisation);
  if (const auto* space = std::get_if<SpaceStatement>(&statement.payload))
    return CheckSpace(*space);
  if (const auto* admission = std::get_if<AdmissionStatement>(&statement.payload))
    return CheckAdmission(*admission);
  if (const auto* epoch = std::get_if<EpochStatement>(&statement.payload))
    return CheckEpoch(*epoch, statement.signer);
  if (const auto* grant = std::get_if<GrantStatement>(&statement.payload))
    return CheckGrant(*grant, statement.signer);
  if (const auto* lost = std::get_if<LostKeyStatement>(&statement.payload))
    return CheckLostKey(*lost, statement.signer);
  if (const auto* view = std::get_if<ReplacedViewStatement>(&statement.payload))
    return CheckReplacedView(*view, statement.signer);
  if (const auto* revocation = std::get_if<RevocationStatement>(&statement.payload))
    return CheckRevocation(*revocation);
  if (const auto* sharing = std::get_if<SharingStatement>(&statement.payload))
    return CheckSharing(*sharing, statement.signer);
  if (const auto* key = std::get_if<RecoveryKeyStatement>(&statement.payload))
    return CheckRecoveryKey(*key, statement.signer);
  if (const auto* use = std::get_if<RecoveryUseStatement>(&statement.payload))
    return CheckRecoveryUse(*use, statement.signer);
  return {};
}

Status Directory::CheckOrganisation(const OrganisationStatement& payload) const {
  if (organisation_) return Fail(ErrorCode::kRefused, "the directory has an organisation already");
  if (root_ && *root_ != payload.root_signing_key)
    return UntrustedStatement("the directory belongs to another organisation");
  return {};
}

Status Directory::CheckSpace(const SpaceStatement& payload) const {
  if (spaces_.contains(payload.space)) return Fail(ErrorCode::kRefused, "the space exists already");
  return {};
}

Status Directory::CheckAdmission(const AdmissionStatement& payload) const {
  for (const SpaceId& space : payload.spaces)
    if (!spaces_.contains(space) || FindSharing(space) != nullptr)
      return Fail(ErrorCode::kRefused, "the space does not exist");
  // A later admission of the same device changes its spaces and role, not its keys or its person.
  const Member* member = FindMember(DeviceIdOf(payload.signing_key));
  if (member == nullptr) return {};
  if (member->revoked)
    return Fail(ErrorCode::kRefused, "the laptop was withdrawn for good",
                "Enrol it anew, as another laptop.");
  if (member->admission.box_key != payload.box_key)
    return UntrustedStatement("a device was admitted twice with different keys");
  if (!member->admission.user.is_zero() && member->admission.user != payload.user)
    return UntrustedStatement("a device was admitted twice for different people");
  return {};
}

Status Directory::CheckRevocation(const RevocationStatement& payload) const {
  const Member* member = FindMember(payload.device);
  if (member == nullptr)
    return Fail(ErrorCode::kRefused, "a laptop that was never admitted cannot be withdrawn");
  if (member->revoked && !member->upheld && !EndsRecovery(payload))
    return Fail(ErrorCode::kRefused, "the laptop was withdrawn already");
  return {};
}

Status Directory::CheckReplacedView(const ReplacedViewStatement& payload,
                                    const DeviceId& signer) const {
  bool is_new = false;
  for (const auto& [space, counter] : payload.envelopes) {
    if (!WasEverMember(signer, space))
      return UntrustedStatement("a device speaks of envelopes in a space that it was never in");
    is_new |= counter > ReplacedViewsEnd(space, signer);
  }
  if (is_new) return {};
  return Fail(ErrorCode::kRefused, "a replaced view was said already");
}

std::uint64_t Directory::ReplacedViewsEnd(const SpaceId& space, const DeviceId& device) const {
  const auto found = replaced_views_ends_.find({space, device});
  return found == replaced_views_ends_.end() ? 0 : found->second;
}

const Member* Directory::FindMember(const DeviceId& device) const {
  const auto found = members_.find(device);
  return found == members_.end() ? nullptr : &found->second;
}

bool Directory::IsRevoked(const DeviceId& device) const {
  const Member* member = FindMember(device);
  return member != nullptr && member->revoked.has_value();
}

const OfficerStatement* Directory::FindOfficer(const DeviceId& signer) const {
  const auto found = officers_.find(signer);
  const bool is_one =
      found != officers_.end() && found->second.rank != OfficerStatement::Rank::kNone;
  return is_one ? &found->second : nullptr;
}

std::vector<DeviceId> Directory::MembersOf(const SpaceId& space) const {
  std::vector<DeviceId> devices;
  for (const auto& [device, member] : members_)
    if (IsMember(device, space)) devices.push_back(device);
  return devices;
}

std::uint64_t Directory::NextCounter(const DeviceId& signer) const {
  const auto found = chains_.find(signer);
  return found == chains_.end() ? 1 : found->second.counter + 1;
}

Hash256 Directory::LastHash(const DeviceId& signer) const {
  const auto found = chains_.find(signer);
  return found == chains_.end() ? Hash256{} : found->second.hash;
}

}  // namespace sacoche
