// The part of Directory that knows recovery keys: to whom they open what, and when they end.

#include <algorithm>

#include "engine/membership/directory.h"
#include "engine/membership/distrust.h"

namespace sacoche {
const RecoveryKey* Directory::FindRecoveryKey(const DeviceId& holder) const {
  const auto found = recovery_keys_.find(holder);
  return found == recovery_keys_.end() ? nullptr : &found->second;
}

std::optional<DeviceId> Directory::HolderOf(const DeviceId& recipient) const {
  for (const auto& [holder, key] : recovery_keys_)
    if (key.recipient == recipient) return holder;
  return std::nullopt;
}

bool Directory::IsOfSamePerson(const DeviceId& one, const DeviceId& other) const {
  if (one == other) return true;
  const Member* first = FindMember(one);
  const Member* second = FindMember(other);
  return first != nullptr && second != nullptr && !first->admission.user.is_zero() &&
         first->admission.user == second->admission.user;
}

// What keeps a withdrawn laptop's key in force is only that it has not been ended.
bool Directory::HolderRecovers(const DeviceId& holder, const SpaceId& space) const {
  if (holder.is_zero()) return spaces_.contains(space);
  const Member* member = FindMember(holder);
  return member != nullptr && std::ranges::count(member->admission.spaces, space) > 0;
}

bool Directory::Recovers(const DeviceId& recipient, const SpaceId& space) const {
  const auto holder = HolderOf(recipient);
  return holder && HolderRecovers(*holder, space);
}

std::vector<RecoveryKey> Directory::RecoveryKeysOf(const SpaceId& space) const {
  std::vector<RecoveryKey> keys;
  for (const auto& [holder, key] : recovery_keys_)
    if (HolderRecovers(holder, space)) keys.push_back(key);
  return keys;
}

bool Directory::WasRecoveredFor(const DeviceId& device, const SpaceId& space) const {
  return std::ranges::any_of(recovery_uses_, [&](const RecoveryUse& use) {
    return use.used.device == device && std::ranges::count(use.used.spaces, space) > 0;
  });
}

Status Directory::CheckRecoveryKey(const RecoveryKeyStatement& payload,
                                   const DeviceId& signer) const {
  const DeviceId recipient = RecoveryRecipientOf(payload.box_key);
  const auto holder = HolderOf(recipient);
  if (holder && *holder == signer)
    return Fail(ErrorCode::kRefused, "this recovery key is in force already");
  // Two would share one recipient, and end each other's grants.
  if (holder) return UntrustedStatement("a recovery key was said by two");
  return {};
}

Status Directory::CheckRecoveryUse(const RecoveryUseStatement& payload,
                                   const DeviceId& signer) const {
  const auto holder = HolderOf(payload.recipient);
  if (!holder) return Fail(ErrorCode::kRefused, "the recovery key is not in force any more");
  const bool is_own = signer.is_zero() ? holder->is_zero()
                                       : !holder->is_zero() && payload.device == signer &&
                                             IsOfSamePerson(*holder, signer);
  if (!is_own) return UntrustedStatement("a recovery key was used by somebody whose it is not");
  for (const SpaceId& space : payload.spaces)
    if (!IsMember(payload.device, space) || !HolderRecovers(*holder, space))
      return UntrustedStatement(
          "a recovery key was used for a space that it does not open to that laptop");
  return {};
}

bool Directory::MayRootGrant(const GrantStatement& payload) const {
  return IsMember(payload.device, payload.space) &&
         std::ranges::any_of(recovery_uses_, [&](const RecoveryUse& use) {
           return use.signer.is_zero() && use.used.device == payload.device &&
                  std::ranges::count(use.used.spaces, payload.space) > 0 &&
                  FindGrant(payload.space, payload.epoch, use.used.recipient) != nullptr;
         });
}

void Directory::HoldRecoveryKey(const RecoveryKeyStatement& payload, const DeviceId& holder) {
  const RecoveryRights before = RightsAround(holder);
  recovery_keys_.insert_or_assign(
      holder, RecoveryKey{payload.box_key, RecoveryRecipientOf(payload.box_key)});
  if (!holder.is_zero()) EndRecoveryOfGoneLaptops(holder);
  SettleRights(before, RightsAround(holder));
}

bool Directory::EndsRecovery(const RevocationStatement& revocation) const {
  return revocation.reason == RevocationStatement::Reason::kDeparture &&
         FindRecoveryKey(revocation.device) != nullptr;
}

void Directory::EndRecoveryOfGoneLaptops(const DeviceId& device) {
  std::erase_if(recovery_keys_, [&](const auto& entry) {
    return IsRevoked(entry.first) && IsOfSamePerson(entry.first, device);
  });
}

Directory::RecoveryRights Directory::RightsAround(const DeviceId& holder) const {
  RecoveryRights rights;
  for (const auto& [each, key] : recovery_keys_) {
    if (each.is_zero() && holder.is_zero()) {
      for (const auto& [space, statement] : spaces_) rights.insert({space, key.recipient});
    } else if (!each.is_zero() && IsOfSamePerson(each, holder)) {
      for (const SpaceId& space : FindMember(each)->admission.spaces)
        rights.insert({space, key.recipient});
    }
  }
  return rights;
}

void Directory::SettleRights(const RecoveryRights& before, const RecoveryRights& after) {
  for (const auto& [space, recipient] : before)
    if (!after.contains({space, recipient}) &&
        FindGrant(space, CurrentEpoch(space), recipient) != nullptr)
      leavers_[space].insert(recipient);
  for (const auto& [space, recipient] : after) {
    if (before.contains({space, recipient})) continue;
    leavers_[space].erase(recipient);
    ends_.erase({space, recipient});
  }
}

}  // namespace sacoche
