// The part of KeyExchange that says recovery keys, and opens what one was given.

#include <set>

#include "engine/sync/key_exchange.h"
#include "engine/sync/recovery_chest.h"

namespace sacoche {

Status KeyExchange::ProposeOwnCode(std::vector<Bytes>& proposals) {
  if (Spaces().empty()) return {};
  SACOCHE_ASSIGN(const auto code_key, RecoveryChest(store_).CodeKey());
  const RecoveryKey* said = directory_->FindRecoveryKey(identity_->device());
  if (!code_key || (said != nullptr && said->box_key == *code_key)) return {};
  SACOCHE_ASSIGN(const bool must_wait, NeedsEarlierCode());
  if (!must_wait) ProposeIfGood(RecoveryKeyStatement{*code_key}, proposals);
  return {};
}

// Recorded before it is used: the key opens nothing until the directory shows this.
Status KeyExchange::ProposeUse(std::vector<Bytes>& proposals) {
  if (Spaces().empty()) return {};
  SACOCHE_ASSIGN(const auto typed, RecoveryChest(store_).Typed());
  if (!typed) return {};
  const DeviceId recipient = RecoveryRecipientOf(typed->public_key());
  SACOCHE_ASSIGN(std::vector<SpaceId> spaces, SpacesToRecover(recipient));
  if (!spaces.empty())
    ProposeIfGood(RecoveryUseStatement{recipient, identity_->device(), std::move(spaces)},
                  proposals);
  if (!proposals.empty()) return {};
  // Colleagues granted the keys meanwhile, or the code ended.
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(RecoveryChest(store_).DropTyped());
  return transaction.Commit();
}

// A statement that the server must refuse would keep all others from it.
void KeyExchange::ProposeIfGood(StatementPayload payload, std::vector<Bytes>& proposals) {
  const Statement next{identity_->device(), directory_->NextCounter(identity_->device()),
                       directory_->LastHash(identity_->device()), payload};
  if (directory_->Check(SignStatement(next, identity_->signing_key)))
    proposals.push_back(SignNext(std::move(payload)));
}

Result<bool> KeyExchange::NeedsEarlierCode() {
  const DeviceId self = identity_->device();
  for (const SpaceId& space : Spaces()) {
    SACOCHE_ASSIGN(const auto key, Key(space, directory_->CurrentEpoch(space)));
    if (key) continue;
    for (const RecoveryKey& recovery : directory_->RecoveryKeysOf(space)) {
      const DeviceId holder = *directory_->HolderOf(recovery.recipient);
      if (directory_->IsRevoked(holder) && directory_->IsOfSamePerson(holder, self)) return true;
    }
  }
  return false;
}

Result<std::vector<SpaceId>> KeyExchange::SpacesToRecover(const DeviceId& recipient) {
  std::set<SpaceId> spaces;
  for (const SpaceId& space : Spaces()) {
    const std::uint64_t current = directory_->CurrentEpoch(space);
    SACOCHE_ASSIGN(const auto key, Key(space, current));
    if (key || !directory_->Recovers(recipient, space)) continue;
    for (std::uint64_t epoch = current; epoch > 0; --epoch)
      if (directory_->FindGrant(space, epoch, recipient) != nullptr) spaces.insert(space);
  }
  return std::vector<SpaceId>(spaces.begin(), spaces.end());
}

Status KeyExchange::TakeRecovered(const RecoveryUseStatement& use) {
  RecoveryChest chest(store_);
  SACOCHE_ASSIGN(const auto typed, chest.Typed());
  if (!typed || RecoveryRecipientOf(typed->public_key()) != use.recipient) return {};
  for (const SpaceId& space : use.spaces)
    SACOCHE_TRY(TakeNewestGrant(space, use.recipient, *typed));
  return chest.DropTyped();
}

// A grant that does not open is left aside, as one to this device would be.
Status KeyExchange::TakeNewestGrant(const SpaceId& space, const DeviceId& recipient,
                                    const BoxKey& box_key) {
  for (std::uint64_t epoch = directory_->CurrentEpoch(space); epoch > 0; --epoch) {
    const GrantStatement* grant = directory_->FindGrant(space, epoch, recipient);
    if (grant == nullptr) continue;
    SACOCHE_TRY(TakeGrant(*grant, box_key));
    SACOCHE_ASSIGN(const auto key, Key(space, epoch));
    if (key) return {};
  }
  return {};
}

}  // namespace sacoche
