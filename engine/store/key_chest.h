#pragma once

#include <functional>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/secret_bytes.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// Keys and the few single values that a device keeps. Names are literals of the callers.
class KeyChest {
 public:
  explicit KeyChest(Database* database) : database_(database) {}

  // Empty if there is none.
  [[nodiscard]] Result<SecretBytes> Read(std::string_view name);
  Status Write(std::string_view name, ByteView value);
  Status Drop(std::string_view name);

  // These values, and every epoch's key.
  Status DropAllKeys(std::initializer_list<std::string_view> names);

  // All of them, for another store of this device; the visitor's error ends it.
  Status ForEachValue(const std::function<Status(std::string_view, ByteView)>& visit);
  using EpochKeyVisitor = std::function<Status(const SpaceId&, std::uint64_t, ByteView)>;
  Status ForEachEpochKey(const EpochKeyVisitor& visit);
  Status ForEachPendingEpochKey(const EpochKeyVisitor& visit);
  Status ForEachLostEpochKey(const EpochKeyVisitor& visit);

  [[nodiscard]] Result<SecretBytes> EpochKey(const SpaceId& space, std::uint64_t epoch);
  Status PutEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key);
  Status DropEpochKey(const SpaceId& space, std::uint64_t epoch);

  // The key of an epoch that this device offered to open and that may not be the one that came to
  // be.
  [[nodiscard]] Result<SecretBytes> PendingEpochKey(const SpaceId& space, std::uint64_t epoch);
  Status PutPendingEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key);
  Status DropPendingEpochKey(const SpaceId& space, std::uint64_t epoch);

  // Keys of epochs that gave way to others of their numbers: what they sealed is still there.
  struct LostEpochKey {
    std::uint64_t epoch = 0;
    SecretBytes key;
  };
  [[nodiscard]] Result<std::vector<LostEpochKey>> LostEpochKeys(const SpaceId& space);
  Status PutLostEpochKey(const SpaceId& space, std::uint64_t epoch, ByteView key);

 private:
  Status ForEachKeyOf(StatementHandle query, const EpochKeyVisitor& visit);

  Database* database_;
};

}  // namespace sacoche
