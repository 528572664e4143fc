// The part of Directory that knows who belongs to a space, by admission or because one of its
// dossiers is shared.

#include <algorithm>

#include "engine/membership/directory.h"
#include "engine/membership/distrust.h"

namespace sacoche {
namespace {

bool IsGuest(const SharingStatement& sharing, const DeviceId& device) {
  return std::ranges::binary_search(sharing.guests, device);
}

}  // namespace

const SharingStatement* Directory::FindSharing(const SpaceId& space) const {
  const auto found = sharings_.find(space);
  return found == sharings_.end() ? nullptr : &found->second;
}

bool Directory::IsMember(const DeviceId& device, const SpaceId& space) const {
  const Member* member = FindMember(device);
  if (member == nullptr || member->revoked) return false;
  const SharingStatement* sharing = FindSharing(space);
  if (sharing == nullptr) return std::ranges::count(member->admission.spaces, space) > 0;
  // Once it has ended, nobody has anything more to say or to hear there.
  if (sharing->guests.empty()) return false;
  return IsGuest(*sharing, device) || IsMember(device, sharing->parent);
}

bool Directory::WasEverMember(const DeviceId& device, const SpaceId& space) const {
  const Member* member = FindMember(device);
  if (member == nullptr) return false;
  if (member->ever_in.contains(space)) return true;
  const SharingStatement* sharing = FindSharing(space);
  return sharing != nullptr && member->ever_in.contains(sharing->parent);
}

std::vector<SpaceId> Directory::SpacesOf(const DeviceId& device) const {
  const Member* member = FindMember(device);
  if (member == nullptr || member->revoked) return {};
  std::vector<SpaceId> spaces = member->admission.spaces;
  for (const auto& [space, sharing] : sharings_)
    if (IsMember(device, space)) spaces.push_back(space);
  return spaces;
}

Status Directory::CheckSharing(const SharingStatement& payload, const DeviceId& signer) const {
  if (FindSharing(payload.parent) != nullptr || !IsMember(signer, payload.parent))
    return UntrustedStatement("a dossier was shared by somebody outside its space");
  for (const DeviceId& guest : payload.guests)
    if (FindMember(guest) == nullptr || IsRevoked(guest))
      return Fail(ErrorCode::kRefused,
                  "a dossier cannot be shared with a laptop that is not there");
  const SharingStatement* before = FindSharing(payload.space);
  if (before == nullptr) {
    if (!spaces_.contains(payload.space) && !payload.guests.empty()) return {};
    return Fail(ErrorCode::kRefused, "a sharing needs a space of its own, and a guest");
  }
  if (before->parent != payload.parent || before->sealed_label != payload.sealed_label)
    return Fail(ErrorCode::kRefused, "a sharing cannot become another one's");
  if (before->guests.empty()) return Fail(ErrorCode::kRefused, "the sharing has ended already");
  return {};
}

void Directory::TakeSharing(const SharingStatement& payload) {
  spaces_.try_emplace(payload.space, SpaceStatement{payload.space, payload.sealed_label});
  const auto [found, is_new] = sharings_.try_emplace(payload.space, payload);
  const SharingStatement before = std::exchange(found->second, payload);
  for (const DeviceId& guest : payload.guests) {
    members_.at(guest).ever_in.insert(payload.space);
    leavers_[payload.space].erase(guest);
    ends_.erase({payload.space, guest});
  }
  // Of one that has ended there is nothing more to keep from anybody.
  if (payload.guests.empty()) {
    leavers_.erase(payload.space);
    return;
  }
  for (const DeviceId& guest : before.guests)
    if (!IsMember(guest, payload.space) && !IsRevoked(guest)) Leave(guest, payload.space);
}

void Directory::JoinSharings(const DeviceId& device, const SpaceId& parent) {
  for (const auto& [space, sharing] : sharings_) {
    if (sharing.parent != parent) continue;
    leavers_[space].erase(device);
    ends_.erase({space, device});
  }
}

void Directory::LeaveSharings(const DeviceId& device, const SpaceId& parent) {
  for (const auto& [space, sharing] : sharings_)
    if (sharing.parent == parent && !sharing.guests.empty() && !IsMember(device, space))
      Leave(device, space);
}

}  // namespace sacoche
