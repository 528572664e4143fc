#include "engine/sync/device_identity.h"

namespace sacoche {
namespace {

constexpr std::string_view kSigning = "identity.signing";
constexpr std::string_view kBox = "identity.box";
constexpr std::string_view kReplica = "identity.replica";

Result<DeviceIdentity> Make(Store& store, Random& random) {
  DeviceIdentity identity{SigningKey::Generate(), BoxKey::Generate(), random.NextId<ReplicaId>()};
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  const SecretBytes seed = identity.signing_key.seed();
  SACOCHE_TRY(store.keys().Write(kSigning, seed.view()));
  SACOCHE_TRY(store.keys().Write(kBox, identity.box_key.secret()));
  SACOCHE_TRY(store.keys().Write(kReplica, identity.replica.view()));
  SACOCHE_TRY(transaction.Commit());
  return identity;
}

}  // namespace

Result<DeviceIdentity> DeviceIdentity::LoadOrMake(Store& store, Random& random) {
  SACOCHE_ASSIGN(const SecretBytes seed, store.keys().Read(kSigning));
  if (seed.empty()) return Make(store, random);
  SACOCHE_ASSIGN(const SecretBytes box, store.keys().Read(kBox));
  SACOCHE_ASSIGN(const SecretBytes replica, store.keys().Read(kReplica));
  SACOCHE_ASSIGN(SigningKey signing_key, SigningKey::FromSeed(seed.view()));
  SACOCHE_ASSIGN(BoxKey box_key, BoxKey::FromSecret(box.view()));
  const auto id = ReplicaId::FromView(replica.view());
  if (!id) return Fail(ErrorCode::kCorrupt, "the store has no valid replica id");
  return DeviceIdentity{std::move(signing_key), std::move(box_key), *id};
}

}  // namespace sacoche
