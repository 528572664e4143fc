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

}  // namespace sacoche
