// The part of Directory that tells of the keys of spaces: epochs, to whom they were granted, where
// those who left end, and keys that gave way.

#include "engine/membership/directory.h"
#include "engine/membership/distrust.h"

namespace sacoche {

// Before the first key there is nothing that somebody could take away.
void Directory::Leave(const DeviceId& device, const SpaceId& space) {
  if (CurrentEpoch(space) > 0) leavers_[space].insert(device);
}

void Directory::OpenEpoch(const EpochStatement& epoch, const DeviceId& opener) {
  Epoch& opened =
      epochs_.emplace(EpochKey{epoch.space, epoch.epoch}, Epoch{epoch, opener, {}}).first->second;
  if (epoch.own_key)
    opened.grants.emplace(opener, GrantStatement{epoch.space, epoch.epoch, opener, *epoch.own_key});
  if (!epoch.succession) return;
  for (const LeaverEnd& end : epoch.succession->leavers) ends_[{epoch.space, end.device}] = end;
  leavers_.erase(epoch.space);
}

Status Directory::CheckEpoch(const EpochStatement& payload, const DeviceId& signer) const {
  if (!IsMember(signer, payload.space))
    return UntrustedStatement("an epoch was opened by somebody outside the space");
  if (payload.epoch != CurrentEpoch(payload.space) + 1)
    return Fail(ErrorCode::kRefused, "the epoch was opened already by another device");
  return CheckSuccession(payload);
}

Status Directory::CheckSuccession(const EpochStatement& payload) const {
  if (payload.epoch == 1) {
    if (!payload.succession) return {};
    return UntrustedStatement("the first epoch of a space follows another");
  }
  if (!payload.succession)
    return UntrustedStatement("an epoch does not lead back to the one before it");
  const auto& ends = payload.succession->leavers;
  const std::vector<DeviceId> leavers = Leavers(payload.space);
  // Somebody else left, or came back, since it was made.
  if (leavers.empty() || !std::ranges::equal(leavers, ends, {}, {}, &LeaverEnd::device))
    return Fail(ErrorCode::kRefused, "an epoch does not say where those who left the space end");
  return {};
}

Status Directory::CheckGrant(const GrantStatement& payload, const DeviceId& signer) const {
  const bool may_give = signer.is_zero() ? MayRootGrant(payload) : IsMember(signer, payload.space);
  if (!may_give ||
      !(IsMember(payload.device, payload.space) || Recovers(payload.device, payload.space)))
    return UntrustedStatement("a key was granted by or to somebody outside the space");
  const auto epoch = epochs_.find(EpochKey{payload.space, payload.epoch});
  if (epoch == epochs_.end()) return Fail(ErrorCode::kRefused, "the epoch was never opened");
  if (epoch->second.grants.contains(payload.device))
    return Fail(ErrorCode::kRefused, "the device has this key already");
  return {};
}

Status Directory::CheckLostKey(const LostKeyStatement& payload, const DeviceId& signer) const {
  if (!IsMember(signer, payload.space))
    return UntrustedStatement("a lost key was said by somebody outside the space");
  const EpochStatement* under = FindEpoch(payload.space, payload.under);
  if (under == nullptr || under->key_commitment != payload.under_commitment)
    return Fail(ErrorCode::kRefused, "a lost key is sealed under one that does not stand");
  if (payload.epoch > CurrentEpoch(payload.space) + kLostKeysMax)
    return Fail(ErrorCode::kRefused, "a lost key is of an epoch that was never opened");
  const EpochStatement* standing = FindEpoch(payload.space, payload.epoch);
  if (standing != nullptr && standing->key_commitment == payload.key_commitment &&
      IsLedBackTo(payload.space, payload.epoch))
    return Fail(ErrorCode::kRefused, "the key is not lost");
  std::size_t by_signer = 0;
  for (const LostKey& known : FindLostKeys(payload.space, payload.epoch)) {
    if (known.signer != signer) continue;
    if (known.said.key_commitment == payload.key_commitment || ++by_signer == kLostKeysMax)
      return Fail(ErrorCode::kRefused, "the lost key was said already, or too many were");
  }
  return {};
}

const std::vector<Directory::LostKey>& Directory::FindLostKeys(const SpaceId& space,
                                                               std::uint64_t epoch) const {
  static const std::vector<LostKey> none;
  const auto found = lost_keys_.find(EpochKey{space, epoch});
  return found == lost_keys_.end() ? none : found->second;
}

bool Directory::LeadsBack(const SpaceId& space, std::uint64_t from, std::uint64_t to) const {
  while (from > to) from = FindEpoch(space, from)->LeadsTo();
  return from == to;
}

bool Directory::IsGivenToSomebody(const Epoch& epoch) const {
  const SpaceId& space = epoch.statement.space;
  return IsMember(epoch.opener, space) || std::ranges::any_of(epoch.grants, [&](const auto& grant) {
           return IsMember(grant.first, space) || Recovers(grant.first, space);
         });
}

bool Directory::IsKeyHeld(const SpaceId& space, std::uint64_t epoch) const {
  for (std::uint64_t at = CurrentEpoch(space); epoch > 0 && at >= epoch; --at)
    if (LeadsBack(space, at, epoch) && IsGivenToSomebody(epochs_.at(EpochKey{space, at})))
      return true;
  return false;
}

bool Directory::IsLedBackTo(const SpaceId& space, std::uint64_t epoch) const {
  return epoch > 0 && LeadsBack(space, CurrentEpoch(space), epoch);
}

std::uint64_t Directory::FirstEpoch(const SpaceId& space) const {
  std::uint64_t first = CurrentEpoch(space);
  while (first > 0) {
    const std::uint64_t before = FindEpoch(space, first)->LeadsTo();
    if (before == 0) break;
    first = before;
  }
  return first;
}

std::vector<DeviceId> Directory::Leavers(const SpaceId& space) const {
  const auto found = leavers_.find(space);
  if (found == leavers_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

const LeaverEnd* Directory::FindEnd(const SpaceId& space, const DeviceId& device) const {
  const auto found = ends_.find({space, device});
  return found == ends_.end() ? nullptr : &found->second;
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

const GrantStatement* Directory::FindGrant(const SpaceId& space, std::uint64_t epoch,
                                           const DeviceId& device) const {
  const auto found = epochs_.find(EpochKey{space, epoch});
  if (found == epochs_.end()) return nullptr;
  const auto grant = found->second.grants.find(device);
  return grant == found->second.grants.end() ? nullptr : &grant->second;
}

}  // namespace sacoche
