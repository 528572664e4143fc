#include "tests/support/enrolled_store.h"

#include "engine/casework/schema.h"
#include "engine/commit/commit.h"
#include "engine/engine.h"
#include "engine/store/store.h"
#include "engine/sync/device_identity.h"
#include "platform/base/check.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

constexpr std::size_t kChangesMax = 10'000;
constexpr PassphraseCost kCheapCost{1, 8};

template <class T>
T Get(Result<T> result) {
  SACOCHE_CHECK(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

EnrolledStores::EnrolledStores() : key_(OrganisationKey::Generate()) {
  Say(OrganisationStatement{key_.signing_key.public_key(), key_.box_key.public_key()});
  AddSpace(kSpaceName);
}

void EnrolledStores::Say(StatementPayload payload) {
  Statement statement{DeviceId{}, statements_.size() + 1, {}, std::move(payload)};
  if (!statements_.empty()) statement.previous = statements_.back().hash;
  statements_.push_back(SignStatement(std::move(statement), key_.signing_key));
}

SpaceId EnrolledStores::AddSpace(const std::string& name) {
  const auto space = random_.NextId<SpaceId>();
  Say(SpaceStatement{space, SealName(key_.directory_key.view(), name)});
  spaces_.push_back(space);
  for (const std::string& folder : folders_) BringUpToDate(folder);
  return space;
}

void EnrolledStores::Join(const std::string& folder) {
  const TestVault vault(StoreIn(folder));
  const auto engine = Get(Engine::Open(
      {StoreIn(folder), &casework::CaseworkSchema(), &clock_, &random_, vault.vfs_name()}));
  Get(engine->Join(
      {kServerUrl, CaPem(), key_.signing_key.public_key(), key_.box_key.public_key()}));
}

void EnrolledStores::Enrol(const std::string& folder, const Profile& profile) {
  Join(folder);
  const std::string plain = Get(EncodeProfile(profile));
  AdmissionStatement admission;
  {
    const TestVault vault(StoreIn(folder));
    const auto store = Get(Store::Open(StoreIn(folder), vault.vfs_name()));
    const DeviceIdentity identity = Get(DeviceIdentity::LoadOrMake(*store, random_));
    admission.signing_key = identity.signing_key.public_key();
    admission.box_key = identity.box_key.public_key();
  }
  admission.spaces = spaces_;
  admission.sealed_directory_key = SealKeyTo(admission.box_key, key_.directory_key.view());
  admission.sealed_profile = SealName(key_.directory_key.view(), plain);
  Say(std::move(admission));
  folders_.push_back(folder);
  for (const std::string& each : folders_) BringUpToDate(each);
}

void EnrolledStores::BringUpToDate(const std::string& folder) {
  const TestVault vault(StoreIn(folder));
  const auto store = Get(Store::Open(StoreIn(folder), vault.vfs_name()));
  for (std::uint64_t seq = Get(store->directory().Head()); seq < statements_.size(); ++seq)
    Get(store->directory().Append(seq + 1, statements_[seq].bytes));
}

void EnrolledStores::CarryChanges(const std::string& from, const std::string& to) {
  const TestVault source_vault(StoreIn(from));
  const TestVault target_vault(StoreIn(to));
  const auto source = Get(Store::Open(StoreIn(from), source_vault.vfs_name()));
  const auto target = Get(Store::Open(StoreIn(to), target_vault.vfs_name()));
  const DeviceIdentity author = Get(DeviceIdentity::LoadOrMake(*source, random_));
  Committer committer(target.get(), &casework::CaseworkSchema());
  std::uint64_t& carried = carried_[{from, to}];
  for (const SpaceId& each : spaces_) {
    std::vector<Change> changes;
    for (auto& unsealed : Get(source->log().ReadUnsealed(each, kChangesMax)))
      changes.push_back(std::move(unsealed.change));
    if (changes.empty()) continue;
    const std::uint64_t cursor = Get(target->progress().Cursor(each));
    Get(committer.CommitPulled(each, changes,
                               {cursor + 1, author.device(), ChainHead{++carried, Hash256{}}}));
  }
}

Bytes EnrolledStores::KeyFile(const std::string& passphrase) const {
  return Get(EncodeOrganisationKey(key_, ViewOf(passphrase), kCheapCost));
}

const char* EnrolledStores::CaPem() {
  return "-----BEGIN CERTIFICATE-----\nnever read: no connection gets that far\n"
         "-----END CERTIFICATE-----\n";
}

}  // namespace sacoche
