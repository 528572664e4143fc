#pragma once

#include <gtest/gtest.h>

#include "platform/sqlite/database.h"
#include "platform/vault/vault_vfs.h"
#include "tests/fakes/simulated_disk.h"

namespace sacoche {

inline constexpr const char* kStorePath = "store.db";

inline DataKey KeyOf(std::uint8_t byte) {
  SecretBytes bytes(DataKey::kBytes);
  std::ranges::fill(bytes.span(), byte);
  return DataKey(std::move(bytes));
}

// A vault's file system over a simulated disk, without key slots.
struct VaultOnDisk {
  explicit VaultOnDisk(SimulatedDisk::Files files = {}, std::uint8_t key = 1)
      : disk(std::move(files)) {
    static int made = 0;
    VaultVfs::Options options{.name = "vault-on-disk-" + std::to_string(++made),
                              .below = disk.vfs_name(),
                              .header_of_new_files = {}};
    options.header_of_new_files.vault[0] = 7;
    vfs = std::move(*VaultVfs::Register(options, KeyOf(key)));
  }

  [[nodiscard]] Result<std::unique_ptr<Database>> Open(int cache_kib = Database::kCacheKib) const {
    return Database::Open({.path = kStorePath, .vfs = vfs->name(), .cache_kib = cache_kib});
  }

  SimulatedDisk disk;
  std::unique_ptr<VaultVfs> vfs;
};

// How many rows the table `t` of the database in these files has.
inline Result<std::int64_t> CountRows(const SimulatedDisk::Files& files) {
  const VaultOnDisk vault(files);
  SACOCHE_ASSIGN(const auto database, vault.Open());
  SACOCHE_TRY(database->Execute("SELECT 1 FROM t"));
  auto query = database->Prepare("SELECT sum(length(body) > 0), count(*) FROM t");
  SACOCHE_TRY(query.Step());
  return query.Int(1);
}

inline bool Contains(ByteView haystack, std::string_view needle) {
  return TextOf(haystack).find(needle) != std::string_view::npos;
}

}  // namespace sacoche
