// The part of KeyExchange for epochs that were opened on a server which has forgotten them since,
// and gave way to others of their numbers (docs/decisions/0034-keys-that-gave-way.md), and for
// those that were passed over (docs/decisions/0036-epochs-that-nobody-holds.md).

#include "engine/sync/key_exchange.h"

namespace sacoche {
namespace {

std::string NotEmptyMark(const SpaceId& space) { return "not-empty." + space.ToHex(); }

}  // namespace

Status KeyExchange::Lose(const Statement& statement) {
  if (const auto* epoch = std::get_if<EpochStatement>(&statement.payload)) {
    SACOCHE_ASSIGN(const auto key, Key(epoch->space, epoch->epoch));
    if (!key || key->Commitment(epoch->space) != epoch->key_commitment) return {};
    SACOCHE_TRY(store_->keys().PutLostEpochKey(epoch->space, epoch->epoch, key->view()));
    // What was sealed with it and is not at the server whole would be opened by nobody who comes.
    SACOCHE_ASSIGN(const auto leaving,
                   store_->snapshots().Find(epoch->space, Snapshots::State::kLeaving));
    if (leaving) SACOCHE_TRY(store_->snapshots().Drop(*leaving));
    return store_->keys().DropEpochKey(epoch->space, epoch->epoch);
  }
  // It was sealed under a key that gave way itself.
  const auto* lost = std::get_if<LostKeyStatement>(&statement.payload);
  if (lost == nullptr) return {};
  SACOCHE_ASSIGN(const auto under, KeyOf(lost->space, lost->under, lost->under_commitment));
  if (!under) return {};
  const auto key = OpenLostKey(*under, lost->space, lost->sealed_key);
  if (!key || key->Commitment(lost->space) != lost->key_commitment) return {};
  return store_->keys().PutLostEpochKey(lost->space, lost->epoch, key->view());
}

Result<std::vector<EpochKey>> KeyExchange::LostKeys(const SpaceId& space, std::uint64_t epoch) {
  std::vector<EpochKey> keys;
  for (const Directory::LostKey& lost : directory_->FindLostKeys(space, epoch)) {
    SACOCHE_ASSIGN(const auto under, Key(space, lost.said.under));
    if (!under) continue;
    auto key = OpenLostKey(*under, space, lost.said.sealed_key);
    if (key && key->Commitment(space) == lost.said.key_commitment) keys.push_back(std::move(*key));
  }
  SACOCHE_ASSIGN(const auto held, store_->keys().LostEpochKeys(space));
  for (const KeyChest::LostEpochKey& lost : held) {
    if (lost.epoch != epoch) continue;
    SACOCHE_ASSIGN(EpochKey key, EpochKey::FromBytes(lost.key.view()));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<std::optional<std::uint64_t>> KeyExchange::MissingFor(const SpaceId& space,
                                                             std::uint64_t epoch) {
  const auto& said = directory_->FindLostKeys(space, epoch);
  SACOCHE_ASSIGN(const auto key, Key(space, epoch));
  // Of a number that the directory does not know at all, it is about to. A laptop that holds no key
  // yet leaves all as it is.
  const bool is_known = directory_->FindEpoch(space, epoch) != nullptr;
  SACOCHE_ASSIGN(const bool opens_any, OpensAny(space));
  const auto may_be_given = [&](std::uint64_t which) {
    return !opens_any || directory_->MayKeyCome(space, which, identity_->device());
  };
  const bool may_come = is_known ? may_be_given(epoch) : said.empty();
  if (!key && may_come) return std::optional(epoch);
  for (const Directory::LostKey& lost : said) {
    SACOCHE_ASSIGN(const auto under, Key(space, lost.said.under));
    if (!under && may_be_given(lost.said.under)) return std::optional(lost.said.under);
  }
  return std::optional<std::uint64_t>();
}

Result<bool> KeyExchange::MayBeginAnew(const SpaceId& space) {
  if (directory_->CurrentEpoch(space) == 0 ||
      directory_->NewestHeldBesides(space, identity_->device()) > 0)
    return false;
  SACOCHE_ASSIGN(const SecretBytes mark, store_->keys().Read(NotEmptyMark(space)));
  return mark.empty();
}

Status KeyExchange::NoteNotEmpty(const SpaceId& space) {
  SACOCHE_ASSIGN(const bool matters, MayBeginAnew(space));
  if (!matters) return {};
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->keys().Write(NotEmptyMark(space), ViewOf("1")));
  return transaction.Commit();
}

Result<std::optional<std::uint64_t>> KeyExchange::FirstUnsaidLostKey(const SpaceId& space) {
  SACOCHE_ASSIGN(const auto held, KeysToSay(space));
  std::optional<std::uint64_t> first;
  for (const KeyChest::LostEpochKey& lost : held) {
    SACOCHE_ASSIGN(const EpochKey key, EpochKey::FromBytes(lost.key.view()));
    SACOCHE_ASSIGN(const bool is_said, IsSaid(space, lost.epoch, key.Commitment(space)));
    if (!is_said) first = std::min(first.value_or(lost.epoch), lost.epoch);
  }
  return first;
}

// What was granted to this device was forgotten by the server, and whoever granted it is gone.
Result<std::vector<KeyChest::LostEpochKey>> KeyExchange::KeysToSay(const SpaceId& space) {
  SACOCHE_ASSIGN(auto keys, store_->keys().LostEpochKeys(space));
  for (const std::uint64_t epoch : directory_->EpochsToSay(space)) {
    SACOCHE_ASSIGN(SecretBytes key, store_->keys().EpochKey(space, epoch));
    const bool is_among_them = std::ranges::any_of(keys, [&](const KeyChest::LostEpochKey& lost) {
      return lost.epoch == epoch && Equal(lost.key.view(), key.view());
    });
    if (!key.empty() && !is_among_them) keys.push_back({epoch, std::move(key)});
  }
  return keys;
}

// It may stand again: the server was put back once more, to before it gave way. A colleague's
// program may have said it wrongly.
Result<bool> KeyExchange::IsSaid(const SpaceId& space, std::uint64_t epoch,
                                 const Hash256& key_commitment) {
  const EpochStatement* standing = directory_->FindEpoch(space, epoch);
  if (standing != nullptr && standing->key_commitment == key_commitment &&
      std::ranges::count(directory_->EpochsToSay(space), epoch) == 0)
    return true;
  for (const Directory::LostKey& lost : directory_->FindLostKeys(space, epoch)) {
    if (lost.said.key_commitment != key_commitment) continue;
    if (!directory_->IsLedBackTo(space, lost.said.under)) continue;
    SACOCHE_ASSIGN(const auto under, Key(space, lost.said.under));
    if (!under) continue;
    const auto key = OpenLostKey(*under, space, lost.said.sealed_key);
    if (key && key->Commitment(space) == key_commitment) return true;
  }
  return false;
}

Status KeyExchange::ProposeLostKeys(const SpaceId& space, std::uint64_t current,
                                    std::vector<Bytes>& proposals) {
  SACOCHE_ASSIGN(const auto held, KeysToSay(space));
  if (held.empty()) return {};
  SACOCHE_ASSIGN(const auto key, Key(space, current));
  if (!key) return {};
  const Hash256 under = directory_->FindEpoch(space, current)->key_commitment;
  for (const KeyChest::LostEpochKey& one : held) {
    SACOCHE_ASSIGN(const EpochKey lost, EpochKey::FromBytes(one.key.view()));
    const Hash256 commitment = lost.Commitment(space);
    SACOCHE_ASSIGN(const bool is_said, IsSaid(space, one.epoch, commitment));
    if (!is_said)
      ProposeIfGood(LostKeyStatement{space, one.epoch, commitment, current, under,
                                     SealLostKey(*key, space, lost)},
                    proposals);
  }
  return {};
}

Status KeyExchange::Keep(const SpaceId& space, std::uint64_t epoch, const EpochKey& key) {
  SACOCHE_ASSIGN(const SecretBytes before, store_->keys().EpochKey(space, epoch));
  if (!before.empty() && !Equal(before.view(), key.view()))
    SACOCHE_TRY(store_->keys().PutLostEpochKey(space, epoch, before.view()));
  return store_->keys().PutEpochKey(space, epoch, key.view());
}

Result<std::optional<EpochKey>> KeyExchange::KeyOf(const SpaceId& space, std::uint64_t epoch,
                                                   const Hash256& commitment) {
  SACOCHE_ASSIGN(auto key, Key(space, epoch));
  if (key && key->Commitment(space) == commitment) return key;
  SACOCHE_ASSIGN(const auto held, store_->keys().LostEpochKeys(space));
  for (const KeyChest::LostEpochKey& lost : held) {
    if (lost.epoch != epoch) continue;
    SACOCHE_ASSIGN(EpochKey one, EpochKey::FromBytes(lost.key.view()));
    if (one.Commitment(space) == commitment) return std::optional(std::move(one));
  }
  return std::optional<EpochKey>();
}

}  // namespace sacoche
