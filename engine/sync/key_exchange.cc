#include "engine/sync/key_exchange.h"

#include "engine/sync/sharing_wishes.h"

namespace sacoche {

Status KeyExchange::TakeKeys(const Statement& statement) {
  if (const auto* epoch = std::get_if<EpochStatement>(&statement.payload))
    return TakeOpenedEpoch(*epoch, statement.signer);
  if (const auto* grant = std::get_if<GrantStatement>(&statement.payload);
      grant != nullptr && grant->device == identity_->device())
    return TakeGrant(*grant, identity_->box_key);
  if (const auto* use = std::get_if<RecoveryUseStatement>(&statement.payload);
      use != nullptr && statement.signer == identity_->device())
    return TakeRecovered(*use);
  return {};
}

// The directory does not know the epoch yet.
Status KeyExchange::TakeOpenedEpoch(const EpochStatement& epoch, const DeviceId& opener) {
  SACOCHE_ASSIGN(const SecretBytes offered,
                 store_->keys().PendingEpochKey(epoch.space, epoch.epoch));
  if (!offered.empty()) {
    SACOCHE_ASSIGN(const EpochKey key, EpochKey::FromBytes(offered.view()));
    SACOCHE_TRY(store_->keys().DropPendingEpochKey(epoch.space, epoch.epoch));
    if (key.Commitment(epoch.space) == epoch.key_commitment)
      return Keep(epoch.space, epoch.epoch, key);
  }
  // It gave way to another once, and stands again.
  SACOCHE_ASSIGN(const auto held, KeyOf(epoch.space, epoch.epoch, epoch.key_commitment));
  if (held) return Keep(epoch.space, epoch.epoch, *held);
  // Of a store that was put back, from before it offered the key.
  const bool is_own = opener == identity_->device() && epoch.own_key;
  return is_own ? TakeSealed(epoch, *epoch.own_key, identity_->box_key) : Status();
}

Status KeyExchange::TakeGrant(const GrantStatement& grant, const BoxKey& box_key) {
  const EpochStatement* epoch = directory_->FindEpoch(grant.space, grant.epoch);
  return epoch == nullptr ? Status() : TakeSealed(*epoch, grant.sealed_key, box_key);
}

// What is not the epoch's key is left aside; the space then still waits for its key.
Status KeyExchange::TakeSealed(const EpochStatement& epoch, const SealedKey& sealed,
                               const BoxKey& box_key) {
  const auto opened = box_key.Open(sealed);
  if (!opened) return {};
  const auto key = EpochKey::FromBytes(opened->view());
  if (!key || key->Commitment(epoch.space) != epoch.key_commitment) return {};
  SACOCHE_TRY(Keep(epoch.space, epoch.epoch, *key));
  return TakeEarlierKeys(epoch);
}

Status KeyExchange::TakeEarlierKeys(const EpochStatement& newest) {
  const EpochStatement* after = &newest;
  while (after->LeadsTo() > 0) {
    SACOCHE_ASSIGN(const auto known, Key(after->space, after->LeadsTo()));
    if (known) return {};
    SACOCHE_ASSIGN(const auto key, Key(after->space, after->epoch));
    const EpochStatement* before = directory_->FindEpoch(after->space, after->LeadsTo());
    const auto previous = OpenPreviousKey(*key, after->space, after->succession->previous_key);
    // Whoever opened the epoch led nowhere: what lies before stays closed here, and is waited for.
    if (!previous || previous->Commitment(after->space) != before->key_commitment) return {};
    SACOCHE_TRY(Keep(after->space, before->epoch, *previous));
    after = before;
  }
  return {};
}

Result<std::vector<Bytes>> KeyExchange::Proposals(const ReadToHead& at_head,
                                                  std::optional<ReplacedViewStatement> view) {
  next_counter_ = directory_->NextCounter(identity_->device());
  last_hash_ = directory_->LastHash(identity_->device());
  std::vector<Bytes> proposals;
  // First: this device's envelopes follow in the same request.
  if (view) ProposeIfGood(std::move(*view), proposals);
  const std::size_t before = proposals.size();
  SACOCHE_TRY(ProposeUse(proposals));
  // What follows from these is proposed once they stand.
  if (proposals.size() > before) return proposals;
  const std::vector<SpaceId> spaces = Spaces();
  // What is refused takes with it what follows: what may be comes last.
  for (const SpaceId& space : spaces) {
    const std::uint64_t current = directory_->CurrentEpoch(space);
    if (current == 0 || NeedsNewKey(space)) continue;
    SACOCHE_TRY(ProposeGrants(space, current, proposals));
    SACOCHE_TRY(ProposeLostKeys(space, current, proposals));
  }
  for (const SpaceId& space : spaces)
    if (directory_->CurrentEpoch(space) == 0) SACOCHE_TRY(ProposeFirstEpoch(space, proposals));
  for (const auto& [space, ends_in_file] : at_head)
    if (std::ranges::count(spaces, space) > 0 && NeedsNewKey(space))
      SACOCHE_TRY(ProposeSuccessor(space, ends_in_file, proposals));
  SACOCHE_ASSIGN(const auto wishes, SharingWishes(*store_));
  for (const SharingStatement& wish : wishes)
    if (IsOpenWish(*directory_, identity_->device(), wish)) proposals.push_back(SignNext(wish));
  // Last: should a server of an earlier release refuse it, the others stand.
  SACOCHE_TRY(ProposeOwnCode(proposals));
  return proposals;
}

Status KeyExchange::ProposeFirstEpoch(const SpaceId& space, std::vector<Bytes>& proposals) {
  SACOCHE_ASSIGN(const EpochKey key, OfferedKey(space, 1));
  proposals.push_back(
      SignNext(EpochStatement{space, 1, key.Commitment(space), {}, SealToSelf(key)}));
  return {};
}

// The space was read to its head after its leavers had left, and the server takes nothing more from
// them: what this device has of them is all that there is.
Status KeyExchange::ProposeSuccessor(const SpaceId& space, const std::set<DeviceId>& ends_in_file,
                                     std::vector<Bytes>& proposals) {
  const std::uint64_t current = directory_->CurrentEpoch(space);
  const std::uint64_t held = directory_->NewestHeldBesides(space, identity_->device());
  std::uint64_t newest = current;
  std::optional<EpochKey> key;
  for (; newest > 0; --newest) {
    SACOCHE_ASSIGN(key, Key(space, newest));
    if (key) break;
    // Whoever was given it opens the next one, or grants it here.
    if (held >= newest) return {};
  }
  SACOCHE_ASSIGN(const EpochKey next, OfferedKey(space, current + 1));
  // Where there is nothing to lead back to, a key that sealed nothing stands for it.
  if (!key) key = EpochKey::Generate();
  EpochStatement::Succession succession{SealPreviousKey(next, space, *key), {}, current - newest};
  for (const DeviceId& device : directory_->Leavers(space)) {
    SACOCHE_ASSIGN(ChainHead chain, store_->progress().PeerChain(space, device));
    if (ends_in_file.contains(device)) {
      SACOCHE_ASSIGN(const ChainHead carried, store_->carried().Chain(space, device));
      if (carried.counter > chain.counter) chain = carried;
    }
    succession.leavers.push_back({device, chain.counter, chain.hash});
  }
  if (succession.leavers.size() > kStatementLeaversMax)
    return Fail(ErrorCode::kLimit, "too many laptops left a space at once",
                "Tell your administrator.");
  proposals.push_back(SignNext(EpochStatement{space, current + 1, next.Commitment(space),
                                              std::move(succession), SealToSelf(next)}));
  return {};
}

Status KeyExchange::ProposeGrants(const SpaceId& space, std::uint64_t epoch,
                                  std::vector<Bytes>& proposals) {
  SACOCHE_ASSIGN(auto grants, MissingGrants(space, epoch));
  for (GrantStatement& grant : grants) {
    const bool is_member = directory_->FindMember(grant.device) != nullptr;
    if (is_member && !HadAnyKey(space, grant.device)) newcomers_.insert(space);
    proposals.push_back(SignNext(std::move(grant)));
  }
  granted_along_.insert(space);
  return {};
}

Result<std::vector<GrantStatement>> KeyExchange::MissingGrants(const SpaceId& space,
                                                               std::uint64_t epoch) {
  std::vector<GrantStatement> grants;
  SACOCHE_ASSIGN(const auto key, Key(space, epoch));
  if (!key) return grants;
  const auto add = [&](const DeviceId& recipient, const BoxPublicKey& box_key) {
    if (directory_->FindGrant(space, epoch, recipient) != nullptr) return;
    const auto sealed = TrySealKeyTo(box_key, key->view());
    if (sealed) grants.push_back({space, epoch, recipient, *sealed});
  };
  for (const DeviceId& device : directory_->MembersOf(space))
    add(device, directory_->FindMember(device)->admission.box_key);
  for (const RecoveryKey& recovery : directory_->RecoveryKeysOf(space)) {
    const bool is_organisations = directory_->HolderOf(recovery.recipient)->is_zero();
    if (is_organisations && organisation_recovers_ && !organisation_recovers_(space)) continue;
    add(recovery.recipient, recovery.box_key);
  }
  return grants;
}

Result<std::optional<std::uint64_t>> KeyExchange::FirstUngranted(const SpaceId& space) {
  const std::uint64_t current = directory_->CurrentEpoch(space);
  const std::uint64_t held = directory_->NewestHeldBesides(space, identity_->device());
  if (held == current || granted_along_.contains(space)) return std::optional<std::uint64_t>();
  SACOCHE_ASSIGN(const auto key, Key(space, current));
  SACOCHE_ASSIGN(const auto missing, MissingGrants(space, current));
  // The next one is to be opened first.
  const bool is_unheld = !key && !directory_->MayKeyCome(space, current, identity_->device()) &&
                         directory_->MembersOf(space).size() > 1;
  if (missing.empty() && !is_unheld) return std::optional<std::uint64_t>();
  return std::optional(held + 1);
}

bool KeyExchange::HadAnyKey(const SpaceId& space, const DeviceId& device) const {
  for (std::uint64_t epoch = directory_->CurrentEpoch(space); epoch > 0; --epoch)
    if (directory_->FindGrant(space, epoch, device) != nullptr) return true;
  return false;
}

// The key is stored before it is offered: if the server took it and the answer was lost, it is
// still the epoch's key.
Result<EpochKey> KeyExchange::OfferedKey(const SpaceId& space, std::uint64_t epoch) {
  SACOCHE_ASSIGN(const SecretBytes known, store_->keys().PendingEpochKey(space, epoch));
  if (!known.empty()) return EpochKey::FromBytes(known.view());
  EpochKey key = EpochKey::Generate();
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->keys().PutPendingEpochKey(space, epoch, key.view()));
  SACOCHE_TRY(transaction.Commit());
  return key;
}

// For the day when this store is put back to a moment before it made the key.
SealedKey KeyExchange::SealToSelf(const EpochKey& key) const {
  return SealKeyTo(identity_->box_key.public_key(), key.view());
}

Bytes KeyExchange::SignNext(StatementPayload payload) {
  const SignedStatement statement =
      SignStatement(Statement{identity_->device(), next_counter_, last_hash_, std::move(payload)},
                    identity_->signing_key);
  ++next_counter_;
  last_hash_ = statement.hash;
  return statement.bytes;
}

Result<std::optional<EpochKey>> KeyExchange::Key(const SpaceId& space, std::uint64_t epoch) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store_->keys().EpochKey(space, epoch));
  if (bytes.empty()) return std::optional<EpochKey>();
  SACOCHE_ASSIGN(EpochKey key, EpochKey::FromBytes(bytes.view()));
  return std::optional<EpochKey>(std::move(key));
}

Result<bool> KeyExchange::OpensAny(const SpaceId& space) {
  const std::uint64_t current = directory_->CurrentEpoch(space);
  for (std::uint64_t epoch = current; epoch > 0; --epoch) {
    SACOCHE_ASSIGN(const auto key, Key(space, epoch));
    if (key) return true;
  }
  return current == 0;
}

std::vector<SpaceId> KeyExchange::Spaces() const {
  return directory_->SpacesOf(identity_->device());
}

}  // namespace sacoche
