#pragma once

#include <functional>

#include "engine/membership/directory.h"
#include "engine/seal/key_epoch.h"
#include "engine/store/key_chest.h"
#include "engine/sync/device_identity.h"

namespace sacoche {

// The keys that follow from the directory for this device: takes the epoch keys that are granted,
// opens the first epoch of a space, grants keys to members and recovery keys that lack them, and
// uses a recovery code that was typed.
class KeyExchange {
 public:
  // Whether the organisation's recovery key is given the keys of a space; nothing: of every space.
  using OrganisationRecovers = std::function<bool(const SpaceId&)>;

  // All must outlive this.
  KeyExchange(Store* store, Directory* directory, const DeviceIdentity* identity,
              OrganisationRecovers organisation_recovers = nullptr)
      : store_(store),
        directory_(directory),
        identity_(identity),
        organisation_recovers_(std::move(organisation_recovers)) {}

  // What a statement that is new here brings this device. Within the caller's transaction.
  Status TakeKeys(const Statement& statement);

  // What was held here, and has no place in the server's directory, which this device's is by now:
  // the key of an epoch that gave way is kept beside. Within the caller's transaction.
  Status Lose(const Statement& statement);

  // Keys that gave way to the epoch of that number, as far as this device holds them or can open
  // them.
  [[nodiscard]] Result<std::vector<EpochKey>> LostKeys(const SpaceId& space, std::uint64_t epoch);
  // The first epoch with a key that gave way, that this device holds, and that the directory does
  // not hold yet: nobody else could open what it sealed.
  [[nodiscard]] Result<std::optional<std::uint64_t>> FirstUnsaidLostKey(const SpaceId& space);
  // The first epoch whose key only this device holds, though there are others whom it will give it
  // to: should it be lost before, nobody could open what was sealed under it. Nothing: there is
  // none, or the grants go with this request.
  [[nodiscard]] Result<std::optional<std::uint64_t>> FirstUngranted(const SpaceId& space);
  // A request begins; or not all that was proposed goes with it.
  void NothingGoesAlong() { granted_along_.clear(); }
  // Of what no key opens that this device holds: the epoch whose key may, and that it lacks.
  // Nothing: it holds all that will ever come.
  [[nodiscard]] Result<std::optional<std::uint64_t>> MissingFor(const SpaceId& space,
                                                                std::uint64_t epoch);

  // The spaces that this device has read to their heads, and so knows where those who left them
  // end: of these devices, at what a file brought and the server cannot be given yet.
  using ReadToHead = std::map<SpaceId, std::set<DeviceId>>;

  // What this device should add to the directory now, in order.
  [[nodiscard]] Result<std::vector<Bytes>> Proposals(const ReadToHead& at_head,
                                                     std::optional<ReplacedViewStatement> view);

  // Whether this session proposed the key of the space to a laptop that never had one of its keys.
  [[nodiscard]] bool LetsInANewcomer(const SpaceId& space) const {
    return newcomers_.contains(space);
  }

  // This device's spaces whose newest key it lacks and that recovery key was given.
  [[nodiscard]] Result<std::vector<SpaceId>> SpacesToRecover(const DeviceId& recipient);

  // Nothing if this device does not hold it (yet).
  [[nodiscard]] Result<std::optional<EpochKey>> Key(const SpaceId& space, std::uint64_t epoch);

  // Whether there is no key yet in the space, or this device holds one of its keys.
  [[nodiscard]] Result<bool> OpensAny(const SpaceId& space);
  // Whether nobody holds any key of the space, and it was not seen to hold anything: any member may
  // begin it anew.
  [[nodiscard]] Result<bool> MayBeginAnew(const SpaceId& space);
  // An envelope is there that this device cannot open.
  Status NoteNotEmpty(const SpaceId& space);

  // Whether somebody left who still holds the space's newest key: nothing more is sealed with it.
  [[nodiscard]] bool NeedsNewKey(const SpaceId& space) const {
    return !directory_->Leavers(space).empty();
  }

  // Of which this device is a member.
  [[nodiscard]] std::vector<SpaceId> Spaces() const;

 private:
  Status TakeOpenedEpoch(const EpochStatement& epoch, const DeviceId& opener);
  Status TakeGrant(const GrantStatement& grant, const BoxKey& box_key);
  Status TakeSealed(const EpochStatement& epoch, const SealedKey& sealed, const BoxKey& box_key);
  // Once the directory shows that this device uses the code that was typed.
  Status TakeRecovered(const RecoveryUseStatement& use);
  Status TakeNewestGrant(const SpaceId& space, const DeviceId& recipient, const BoxKey& box_key);
  // The keys of the epochs before, each from the one after it.
  Status TakeEarlierKeys(const EpochStatement& newest);
  // The use of a code that was typed.
  Status ProposeUse(std::vector<Bytes>& proposals);
  // The key of this laptop's own code on paper.
  Status ProposeOwnCode(std::vector<Bytes>& proposals);
  // Whether saying this laptop's own code would end another that is still of use here.
  Result<bool> NeedsEarlierCode();
  void ProposeIfGood(StatementPayload payload, std::vector<Bytes>& proposals);
  Status ProposeFirstEpoch(const SpaceId& space, std::vector<Bytes>& proposals);
  Status ProposeSuccessor(const SpaceId& space, const std::set<DeviceId>& ends_in_file,
                          std::vector<Bytes>& proposals);
  Status ProposeGrants(const SpaceId& space, std::uint64_t epoch, std::vector<Bytes>& proposals);
  // To members, then to recovery keys; nothing if this device does not hold the key.
  Result<std::vector<GrantStatement>> MissingGrants(const SpaceId& space, std::uint64_t epoch);
  Status ProposeLostKeys(const SpaceId& space, std::uint64_t current,
                         std::vector<Bytes>& proposals);
  // What this device holds, and others cannot be led back to: keys that gave way, and those of
  // epochs that were passed over.
  [[nodiscard]] Result<std::vector<KeyChest::LostEpochKey>> KeysToSay(const SpaceId& space);
  // Whether whoever holds the directory's newest keys can open it.
  [[nodiscard]] Result<bool> IsSaid(const SpaceId& space, std::uint64_t epoch,
                                    const Hash256& key_commitment);
  // Takes the place of another of its number, which is kept beside.
  Status Keep(const SpaceId& space, std::uint64_t epoch, const EpochKey& key);
  // Of those that this device holds or held: the one with that commitment.
  Result<std::optional<EpochKey>> KeyOf(const SpaceId& space, std::uint64_t epoch,
                                        const Hash256& commitment);
  [[nodiscard]] bool HadAnyKey(const SpaceId& space, const DeviceId& device) const;
  Result<EpochKey> OfferedKey(const SpaceId& space, std::uint64_t epoch);
  [[nodiscard]] SealedKey SealToSelf(const EpochKey& key) const;
  Bytes SignNext(StatementPayload payload);

  Store* store_;
  Directory* directory_;
  const DeviceIdentity* identity_;
  OrganisationRecovers organisation_recovers_;
  // The signer's chain, continued over the proposals of one round.
  std::uint64_t next_counter_ = 0;
  Hash256 last_hash_{};
  std::set<SpaceId> newcomers_;
  std::set<SpaceId> granted_along_;
};

}  // namespace sacoche
