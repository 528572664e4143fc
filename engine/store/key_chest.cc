#include "engine/store/key_chest.h"

namespace sacoche {
namespace {

Result<SecretBytes> OneBlob(StatementHandle query) {
  SACOCHE_ASSIGN(const bool found, query.Step());
  return found ? SecretBytes(query.Blob(0)) : SecretBytes();
}

}  // namespace

Result<SecretBytes> KeyChest::Read(std::string_view name) {
  auto query = database_->Prepare("SELECT value FROM meta WHERE name = ?");
  query.Bind(name);
  return OneBlob(std::move(query));
}

Status KeyChest::Write(std::string_view name, ByteView value) {
  return database_->Prepare("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)")
      .Bind(name)
      .Bind(value)
      .Run();
}

Status KeyChest::Drop(std::string_view name) {
  return database_->Prepare("DELETE FROM meta WHERE name = ?").Bind(name).Run();
}

Status KeyChest::DropAllKeys(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) SACOCHE_TRY(Drop(name));
  SACOCHE_TRY(database_->Prepare("DELETE FROM epoch_key").Run());
  SACOCHE_TRY(database_->Prepare("DELETE FROM lost_epoch_key").Run());
  return database_->Prepare("DELETE FROM pending_epoch").Run();
}

Status KeyChest::ForEachValue(const std::function<Status(std::string_view, ByteView)>& visit) {
  auto query = database_->Prepare("SELECT name, value FROM meta ORDER BY name");
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return {};
    SACOCHE_TRY(visit(query.Text(0), query.Blob(1)));
  }
}

Status KeyChest::ForEachKeyOf(StatementHandle query, const EpochKeyVisitor& visit) {
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return {};
    SACOCHE_TRY(visit(query.IdAt<SpaceId>(0), query.Uint(1), query.Blob(2)));
  }
}

Status KeyChest::ForEachEpochKey(const EpochKeyVisitor& visit) {
  return ForEachKeyOf(
      database_->Prepare("SELECT space, epoch, key FROM epoch_key ORDER BY space, epoch"), visit);
}

Status KeyChest::ForEachPendingEpochKey(const EpochKeyVisitor& visit) {
  return ForEachKeyOf(
      database_->Prepare("SELECT space, epoch, key FROM pending_epoch ORDER BY space, epoch"),
      visit);
}

Status KeyChest::ForEachLostEpochKey(const EpochKeyVisitor& visit) {
  return ForEachKeyOf(
      database_->Prepare("SELECT space, epoch, key FROM lost_epoch_key ORDER BY space, epoch, key"),
      visit);
}

Result<SecretBytes> KeyChest::EpochKey(const SpaceId& space, std::uint64_t epoch) {
  auto query = database_->Prepare("SELECT key FROM epoch_key WHERE space = ? AND epoch = ?");
  query.Bind(space.view()).Bind(epoch);
  return OneBlob(std::move(query));
}

Status KeyChest::PutEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key) {
  return database_->Prepare("INSERT OR REPLACE INTO epoch_key(space, epoch, key) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(epoch)
      .Bind(key)
      .Run();
}

Status KeyChest::DropEpochKey(const SpaceId& space, std::uint64_t epoch) {
  return database_->Prepare("DELETE FROM epoch_key WHERE space = ? AND epoch = ?")
      .Bind(space.view())
      .Bind(epoch)
      .Run();
}

Result<SecretBytes> KeyChest::PendingEpochKey(const SpaceId& space, std::uint64_t epoch) {
  auto query = database_->Prepare("SELECT key FROM pending_epoch WHERE space = ? AND epoch = ?");
  query.Bind(space.view()).Bind(epoch);
  return OneBlob(std::move(query));
}

Status KeyChest::PutPendingEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key) {
  return database_
      ->Prepare("INSERT OR REPLACE INTO pending_epoch(space, epoch, key) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(epoch)
      .Bind(key)
      .Run();
}

Status KeyChest::DropPendingEpochKey(const SpaceId& space, std::uint64_t epoch) {
  return database_->Prepare("DELETE FROM pending_epoch WHERE space = ? AND epoch = ?")
      .Bind(space.view())
      .Bind(epoch)
      .Run();
}

Result<std::vector<KeyChest::LostEpochKey>> KeyChest::LostEpochKeys(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT epoch, key FROM lost_epoch_key WHERE space = ? ORDER BY epoch, key");
  query.Bind(space.view());
  std::vector<LostEpochKey> keys;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return keys;
    keys.push_back({query.Uint(0), SecretBytes(query.Blob(1))});
  }
}

Status KeyChest::PutLostEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key) {
  return database_
      ->Prepare("INSERT OR IGNORE INTO lost_epoch_key(space, epoch, key) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(epoch)
      .Bind(key)
      .Run();
}

}  // namespace sacoche
