#include "engine/membership/directory.h"

namespace sacoche {
namespace {

tl::unexpected<Error> Untrusted(std::string message) {
  return Fail(ErrorCode::kUntrusted, std::move(message),
              "Do not continue; tell your administrator.");
}

}  // namespace

Status Directory::Apply(const SignedStatement& statement) {
  SACOCHE_TRY(Check(statement));
  const Statement& said = statement.statement;
  if (const auto* organisation = std::get_if<OrganisationStatement>(&said.payload)) {
    organisation_ = *organisation;
    root_ = organisation->root_signing_key;
  } else if (const auto* space = std::get_if<SpaceStatement>(&said.payload)) {
    spaces_.emplace(space->space, *space);
  } else if (const auto* admission = std::get_if<AdmissionStatement>(&said.payload)) {
    const DeviceId device = DeviceIdOf(admission->signing_key);
    members_.insert_or_assign(device, Member{device, *admission});
  } else if (const auto* epoch = std::get_if<EpochStatement>(&said.payload)) {
    epochs_.emplace(EpochKey{epoch->space, epoch->epoch}, Epoch{*epoch, said.signer, {}});
  } else if (const auto* grant = std::get_if<GrantStatement>(&said.payload)) {
    epochs_.at(EpochKey{grant->space, grant->epoch}).grants.emplace(grant->device, *grant);
  } else if (const auto* server = std::get_if<ServerStatement>(&said.payload)) {
    time_key_ = server->time_key;
  }
  chains_[said.signer] = ChainHead{said.counter, statement.hash};
  known_.insert(statement.hash);
  return {};
}

Status Directory::Check(const SignedStatement& statement) const {
  if (known_.contains(statement.hash))
    return Fail(ErrorCode::kAlreadyExists, "the statement is in the directory already");
  SACOCHE_ASSIGN(const SigningPublicKey key, SignerKey(statement.statement));
  if (!VerifyStatementSignature(statement, key))
    return Untrusted("a directory statement has a wrong signature");
  const Statement& said = statement.statement;
  if (said.counter != NextCounter(said.signer) || said.previous != LastHash(said.signer))
    return Untrusted("a directory statement does not follow its signer's previous one");
  return CheckPayload(said);
}

Result<SigningPublicKey> Directory::SignerKey(const Statement& statement) const {
  if (!statement.by_root()) {
    const Member* member = FindMember(statement.signer);
    if (member == nullptr) return Untrusted("a directory statement is signed by a stranger");
    return member->admission.signing_key;
  }
  if (root_) return *root_;
  const auto* first = std::get_if<OrganisationStatement>(&statement.payload);
  if (first == nullptr) return Untrusted("the directory does not begin with an organisation");
  return first->root_signing_key;
}

Status Directory::CheckPayload(const Statement& statement) const {
  const auto* organisation = std::get_if<OrganisationStatement>(&statement.payload);
  if (organisation == nullptr && !organisation_)
    return Untrusted("the directory does not begin with an organisation");
  const bool names_server = std::holds_alternative<ServerStatement>(statement.payload);
  const bool needs_root = statement.payload.index() <= 2 || names_server;
  if (needs_root != statement.by_root())
    return Untrusted("a directory statement is signed by somebody who may not make it");
  if (names_server) return {};
  if (organisation != nullptr) return CheckOrganisation(*organisation);
  if (const auto* space = std::get_if<SpaceStatement>(&statement.payload))
    return CheckSpace(*space);
  if (const auto* admission = std::get_if<AdmissionStatement>(&statement.payload))
    return CheckAdmission(*admission);
  if (const auto* epoch = std::get_if<EpochStatement>(&statement.payload))
    return CheckEpoch(*epoch, statement.signer);
  return CheckGrant(std::get<GrantStatement>(statement.payload), statement.signer);
}

Status Directory::CheckOrganisation(const OrganisationStatement& payload) const {
  if (organisation_) return Fail(ErrorCode::kRefused, "the directory has an organisation already");
  if (root_ && *root_ != payload.root_signing_key)
    return Untrusted("the directory belongs to another organisation");
  return {};
}

Status Directory::CheckSpace(const SpaceStatement& payload) const {
  if (spaces_.contains(payload.space)) return Fail(ErrorCode::kRefused, "the space exists already");
  return {};
}

Status Directory::CheckAdmission(const AdmissionStatement& payload) const {
  for (const SpaceId& space : payload.spaces)
    if (!spaces_.contains(space)) return Fail(ErrorCode::kRefused, "the space does not exist");
  // A later admission of the same device only changes its spaces and role, not its keys.
  const Member* member = FindMember(DeviceIdOf(payload.signing_key));
  if (member != nullptr && member->admission.box_key != payload.box_key)
    return Untrusted("a device was admitted twice with different keys");
  return {};
}

Status Directory::CheckEpoch(const EpochStatement& payload, const DeviceId& signer) const {
  if (!IsMember(signer, payload.space))
    return Untrusted("an epoch was opened by somebody outside the space");
  if (payload.epoch != CurrentEpoch(payload.space) + 1)
    return Fail(ErrorCode::kRefused, "the epoch was opened already by another device");
  return {};
}

Status Directory::CheckGrant(const GrantStatement& payload, const DeviceId& signer) const {
  if (!IsMember(signer, payload.space) || !IsMember(payload.device, payload.space))
    return Untrusted("a key was granted by or to somebody outside the space");
  const auto epoch = epochs_.find(EpochKey{payload.space, payload.epoch});
  if (epoch == epochs_.end()) return Fail(ErrorCode::kRefused, "the epoch was never opened");
  if (epoch->second.grants.contains(payload.device))
    return Fail(ErrorCode::kRefused, "the device has this key already");
  return {};
}

const Member* Directory::FindMember(const DeviceId& device) const {
  const auto found = members_.find(device);
  return found == members_.end() ? nullptr : &found->second;
}

bool Directory::IsMember(const DeviceId& device, const SpaceId& space) const {
  const Member* member = FindMember(device);
  return member != nullptr && std::ranges::count(member->admission.spaces, space) > 0;
}

std::vector<DeviceId> Directory::MembersOf(const SpaceId& space) const {
  std::vector<DeviceId> devices;
  for (const auto& [device, member] : members_)
    if (IsMember(device, space)) devices.push_back(device);
  return devices;
}

std::uint64_t Directory::CurrentEpoch(const SpaceId& space) const {
  const auto after = epochs_.upper_bound(EpochKey{space, UINT64_MAX});
  if (after == epochs_.begin()) return 0;
  const auto& [key, epoch] = *std::prev(after);
  return key.first == space ? key.second : 0;
}

const EpochStatement* Directory::FindEpoch(const SpaceId& space, std::uint64_t epoch) const {
  const auto found = epochs_.find(EpochKey{space, epoch});
  return found == epochs_.end() ? nullptr : &found->second.statement;
}

std::optional<DeviceId> Directory::EpochOpener(const SpaceId& space, std::uint64_t epoch) const {
  const auto found = epochs_.find(EpochKey{space, epoch});
  if (found == epochs_.end()) return std::nullopt;
  return found->second.opener;
}

const GrantStatement* Directory::FindGrant(const SpaceId& space, std::uint64_t epoch,
                                           const DeviceId& device) const {
  const auto found = epochs_.find(EpochKey{space, epoch});
  if (found == epochs_.end()) return nullptr;
  const auto grant = found->second.grants.find(device);
  return grant == found->second.grants.end() ? nullptr : &grant->second;
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
