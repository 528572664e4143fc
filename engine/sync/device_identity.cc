#include "engine/sync/device_identity.h"

#include "engine/sync/recovery_chest.h"

namespace sacoche {
namespace {

constexpr std::string_view kSigning = "identity.signing";
constexpr std::string_view kBox = "identity.box";
constexpr std::string_view kReplica = "identity.replica";
constexpr std::string_view kWithdrawn = "identity.withdrawn";

}  // namespace

tl::unexpected<Error> Withdrawn() {
  return Fail(ErrorCode::kRevoked,
              "this laptop was withdrawn from the organisation and has forgotten its keys",
              "If this is a mistake, call your administrator: the laptop has to be enrolled anew.");
}

Status DeviceIdentity::Save(Store& store) const {
  const SecretBytes seed = signing_key.seed();
  SACOCHE_TRY(store.keys().Write(kSigning, seed.view()));
  SACOCHE_TRY(store.keys().Write(kBox, box_key.secret()));
  return store.keys().Write(kReplica, replica.view());
}

Status DeviceIdentity::Forget(Store& store) {
  KeyChest& keys = store.keys();
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(keys.DropAllKeys({kSigning, kBox, kReplica, RecoveryChest::kTyped}));
  SACOCHE_TRY(keys.Write(kWithdrawn, ViewOf("yes")));
  return transaction.Commit();
}

Result<std::optional<DeviceIdentity>> DeviceIdentity::Load(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes withdrawn, store.keys().Read(kWithdrawn));
  if (!withdrawn.empty()) return Withdrawn();
  SACOCHE_ASSIGN(const SecretBytes seed, store.keys().Read(kSigning));
  if (seed.empty()) return std::optional<DeviceIdentity>();
  SACOCHE_ASSIGN(const SecretBytes box, store.keys().Read(kBox));
  SACOCHE_ASSIGN(const SecretBytes replica, store.keys().Read(kReplica));
  SACOCHE_ASSIGN(SigningKey signing_key, SigningKey::FromSeed(seed.view()));
  SACOCHE_ASSIGN(BoxKey box_key, BoxKey::FromSecret(box.view()));
  const auto id = ReplicaId::FromView(replica.view());
  if (!id) return Fail(ErrorCode::kCorrupt, "the store has no valid replica id");
  return std::optional(DeviceIdentity{std::move(signing_key), std::move(box_key), *id});
}

Result<DeviceIdentity> DeviceIdentity::LoadOrMake(Store& store, Random& random) {
  SACOCHE_ASSIGN(auto known, Load(store));
  if (known) return std::move(*known);
  DeviceIdentity made{SigningKey::Generate(), BoxKey::Generate(), random.NextId<ReplicaId>()};
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(made.Save(store));
  SACOCHE_TRY(transaction.Commit());
  return made;
}

}  // namespace sacoche
