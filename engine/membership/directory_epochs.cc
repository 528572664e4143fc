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
  return CheckSuccession(payload, signer);
}

Status Directory::CheckSuccession(const EpochStatement& payload, const DeviceId& signer) const {
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
  // Of its own key it knows best.
  if (NewestHeldBesides(payload.space, signer) > payload.LeadsTo() &&
      payload.succession->passed_over > 0)
    return Fail(ErrorCode::kRefused, "an epoch passes over one whose key somebody holds");
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
  if (under == nullptr || under->key_commitment != payload.under_commitment ||
      !IsLedBackTo(payload.space, payload.under))
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
    const bool is_the_same = known.said.key_commitment == payload.key_commitment &&
                             IsLedBackTo(payload.space, known.said.under);
    if (is_the_same || ++by_signer == kLostKeysMax)
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

std::vector<bool> Directory::Held(const SpaceId& space, const Counts& counts) const {
  const auto holds = [&](const DeviceId& recipient) {
    return counts(recipient) || std::ranges::any_of(recovery_uses_, [&](const RecoveryUse& use) {
             return use.used.recipient == recipient && counts(use.used.device) &&
                    std::ranges::count(use.used.spaces, space) > 0;
           });
  };
  std::vector<bool> held(CurrentEpoch(space) + 1);
  for (std::uint64_t number = CurrentEpoch(space); number > 0; --number) {
    const Epoch& epoch = epochs_.at(EpochKey{space, number});
    if (!held[number])
      held[number] = holds(epoch.opener) || std::ranges::any_of(epoch.grants, [&](const auto& one) {
                       return holds(one.first);
                     });
    if (held[number]) held[epoch.statement.LeadsTo()] = true;
  }
  held[0] = false;
  return held;
}

Directory::Counts Directory::IsHolder(const SpaceId& space) const {
  return
      [this, space](const DeviceId& one) { return IsMember(one, space) || Recovers(one, space); };
}

bool Directory::IsKeyHeld(const SpaceId& space, std::uint64_t epoch) const {
  return epoch <= CurrentEpoch(space) && Held(space, IsHolder(space))[epoch];
}

bool Directory::MayKeyCome(const SpaceId& space, std::uint64_t epoch, const DeviceId& self) const {
  if (epoch > CurrentEpoch(space)) return false;
  return Held(space, [&](const DeviceId& one) {
    const bool is_another_laptop = one != self && FindMember(one) != nullptr;
    return Recovers(one, space) || (is_another_laptop && !IsRevoked(one));
  })[epoch];
}

std::uint64_t Directory::NewestHeldBesides(const SpaceId& space, const DeviceId& self) const {
  const Counts is_holder = IsHolder(space);
  const auto held = Held(space, [&](const DeviceId& one) { return one != self && is_holder(one); });
  std::uint64_t newest = CurrentEpoch(space);
  while (newest > 0 && !held[newest]) --newest;
  return newest;
}

std::vector<std::uint64_t> Directory::EpochsToSay(const SpaceId& space) const {
  const std::vector<bool> held = Held(space, IsHolder(space));
  std::uint64_t led_back_to = CurrentEpoch(space);
  std::vector<std::uint64_t> epochs;
  for (std::uint64_t epoch = CurrentEpoch(space); epoch > 0; --epoch) {
    const bool is_led_back_to = epoch == led_back_to;
    if (is_led_back_to) led_back_to = FindEpoch(space, epoch)->LeadsTo();
    if (!is_led_back_to || !held[epoch]) epochs.push_back(epoch);
  }
  std::ranges::reverse(epochs);
  return epochs;
}

bool Directory::IsLedBackTo(const SpaceId& space, std::uint64_t epoch) const {
  std::uint64_t at = CurrentEpoch(space);
  while (at > epoch) at = FindEpoch(space, at)->LeadsTo();
  return epoch > 0 && at == epoch;
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
