#pragma once

#include <gtest/gtest.h>

#include "platform/posix/posix_file_system.h"
#include "platform/sqlite/database.h"
#include "platform/vault/vault.h"
#include "tests/fakes/manual_clock.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {

inline constexpr Argon2Cost kQuick{.ops = 1, .memory_kib = 8};
inline constexpr std::string_view kPassphrase = "quatre mots pris au hasard";
inline constexpr std::string_view kOtherPassphrase = "cinq mots tout aussi hasardeux";

// A vault in a real folder.
class VaultFixture : public testing::Test {
 protected:
  [[nodiscard]] Vault::Options At(const std::string& name = "store.db") {
    return {.path = folder_ / name, .files = &files_, .clock = &clock_, .below = ""};
  }
  [[nodiscard]] auto Create() { return Vault::Create(At(), ViewOf(kPassphrase), kQuick); }
  [[nodiscard]] auto Unlock(std::string_view passphrase = kPassphrase) {
    return Vault::UnlockWithPassphrase(At(), ViewOf(passphrase));
  }
  static auto OpenDatabase(const Vault& vault) {
    return Database::Open({.path = vault.path(), .vfs = vault.vfs_name()});
  }
  static void Fill(Database& database, int rows = 100) {
    ASSERT_THAT(database.Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"), Succeeds());
    for (int i = 0; i < rows; ++i)
      ASSERT_THAT(database.Prepare("INSERT INTO t(body) VALUES (hex(zeroblob(2000)))").Run(),
                  Succeeds());
  }
  static std::int64_t CountRows(const Vault& vault) {
    const auto database = OpenDatabase(vault);
    if (!database) return -1;
    auto query = (*database)->Prepare("SELECT count(*) FROM t WHERE length(body) = 4000");
    return query.Step() ? query.Int(0) : -1;
  }
  [[nodiscard]] Bytes Content(const std::string& name) {
    return *files_.ReadFile(folder_ / name, std::size_t{1} << 30);
  }

  TemporaryDirectory folder_;
  PosixFileSystem files_;
  ManualClock clock_;
};

}  // namespace sacoche
