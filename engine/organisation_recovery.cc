// The part of Organisation that sets and uses the organisation's recovery key.

#include <set>

#include "engine/organisation.h"
#include "engine/seal/key_epoch.h"

namespace sacoche {
namespace {

struct OpenedEpoch {
  std::uint64_t epoch = 0;
  EpochKey key;
};

// The newest key of the space that was given to the recovery key. What a member sealed to it in the
// place of an epoch's key is passed over.
std::optional<OpenedEpoch> OpenNewest(const Directory& directory, const SpaceId& space,
                                      const BoxKey& recovery) {
  const DeviceId recipient = RecoveryRecipientOf(recovery.public_key());
  for (std::uint64_t epoch = directory.CurrentEpoch(space); epoch > 0; --epoch) {
    const GrantStatement* grant = directory.FindGrant(space, epoch, recipient);
    if (grant == nullptr) continue;
    const auto plain = recovery.Open(grant->sealed_key);
    if (!plain) continue;
    auto key = EpochKey::FromBytes(plain->view());
    if (key && key->Commitment(space) == directory.FindEpoch(space, epoch)->key_commitment)
      return OpenedEpoch{epoch, std::move(*key)};
  }
  return std::nullopt;
}

}  // namespace

Status Organisation::SetRecoveryKey(const BoxPublicKey& key) {
  SACOCHE_TRY(Refresh());
  return Say(RecoveryKeyStatement{key});
}

bool Organisation::IsRecoverable(const SpaceId& space) const {
  const RecoveryKey* key = directory().FindRecoveryKey(DeviceId());
  return key != nullptr &&
         directory().FindGrant(space, directory().CurrentEpoch(space), key->recipient) != nullptr;
}

Result<OrganisationRecovery> Organisation::UseRecoveryKey(const BoxKey& key,
                                                          const DeviceId& device) {
  SACOCHE_TRY(Refresh());
  const RecoveryKey* in_force = directory().FindRecoveryKey(DeviceId());
  if (in_force == nullptr || in_force->box_key != key.public_key())
    return Fail(ErrorCode::kInvalidInput, "the shares are of a recovery key that is not in force",
                "Use the shares that were made last.");
  const Member* member = directory().FindMember(device);
  if (member == nullptr || member->revoked)
    return Fail(ErrorCode::kNotFound, "no laptop of that id belongs to the organisation",
                "Admit the new laptop first; see `sacoche org show` for its id.");
  const DeviceId recipient = in_force->recipient;
  OrganisationRecovery result;
  std::vector<GrantStatement> grants;
  const auto& spaces = member->admission.spaces;
  for (const SpaceId& space : std::set<SpaceId>(spaces.begin(), spaces.end())) {
    const std::uint64_t current = directory().CurrentEpoch(space);
    if (current == 0) continue;  // there is nothing to read
    const auto opened = OpenNewest(directory(), space, key);
    const std::uint64_t best = opened ? opened->epoch : current;
    if (directory().FindGrant(space, current, device) != nullptr ||
        directory().FindGrant(space, best, device) != nullptr) {
      result.had_key.push_back(space);
    } else if (!opened) {
      result.not_given.push_back(space);
    } else if (const auto sealed = TrySealKeyTo(member->admission.box_key, opened->key.view())) {
      result.opened.push_back(space);
      grants.push_back({space, opened->epoch, device, *sealed});
    } else {
      return Fail(ErrorCode::kUntrusted, "nothing can be sealed to that laptop's key",
                  "Withdraw the laptop, and ask who admitted it.");
    }
  }
  if (result.opened.empty()) return result;
  SACOCHE_TRY(Say(RecoveryUseStatement{recipient, device, result.opened}));
  for (GrantStatement& grant : grants) SACOCHE_TRY(Say(std::move(grant)));
  return result;
}

}  // namespace sacoche
