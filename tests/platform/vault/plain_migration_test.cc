#include "platform/vault/plain_migration.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/platform/vault/killing_files.h"
#include "tests/platform/vault/vault_fixture.h"

namespace sacoche {
namespace {

constexpr std::string_view kCanary = "le canari est en cage";

class PlainMigrationTest : public VaultFixture {
 protected:
  void SetUp() override {
    const auto database = Database::Open({.path = folder_ / "store.db"});
    ASSERT_THAT(database, Succeeds());
    Fill(**database);
    ASSERT_THAT(
        (*database)->Prepare("UPDATE t SET body = body WHERE body <> ?").Bind(kCanary).Run(),
        Succeeds());
    ASSERT_THAT((*database)->Execute("CREATE TABLE c(x); PRAGMA user_version=1"), Succeeds());
    ASSERT_THAT((*database)->Prepare("INSERT INTO c VALUES (?)").Bind(kCanary).Run(), Succeeds());
  }
  auto Encrypt(FileSystem* files = nullptr) {
    Vault::Options options = At();
    if (files != nullptr) options.files = files;
    return EncryptPlainStore(options, ViewOf(kPassphrase), kQuick, 1);
  }
  bool CanaryIsOnDisk() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const Bytes content = Content(entry.path().filename().string());
      if (TextOf(content).find(kCanary) != std::string_view::npos) return true;
    }
    return false;
  }
};

TEST_F(PlainMigrationTest, TheStoreBecomesAVaultWithAllThatWasInIt) {
  ASSERT_TRUE(CanaryIsOnDisk());
  {
    const auto made = Encrypt();
    ASSERT_THAT(made, Succeeds());
    EXPECT_EQ(CountRows(*made->vault), 100);
    EXPECT_EQ(*(*OpenDatabase(*made->vault))->FormatVersion(), 1);
  }
  EXPECT_EQ(Vault::Inspect(At()), StoreFileState::kVault);
  EXPECT_FALSE(CanaryIsOnDisk());
}

TEST_F(PlainMigrationTest, TheOldFileIsOverwritten) {
  std::filesystem::create_hard_link(folder_ / "store.db", folder_ / "other-name");
  ASSERT_THAT(Encrypt(), Succeeds());
  EXPECT_EQ(Content("other-name"), Bytes(Content("other-name").size(), 0));
}

TEST_F(PlainMigrationTest, ANewerStoreIsRefusedAndUntouched) {
  {
    const auto database = Database::Open({.path = folder_ / "store.db"});
    ASSERT_THAT((*database)->Execute("PRAGMA user_version=2"), Succeeds());
  }
  const Bytes before = Content("store.db");
  EXPECT_THAT(Encrypt(), FailsWith(ErrorCode::kNewerFormat));
  EXPECT_EQ(Content("store.db"), before);
}

TEST_F(PlainMigrationTest, AStoreInUseIsRefused) {
  const auto database = Database::Open({.path = folder_ / "store.db"});
  ASSERT_THAT(database, Succeeds());
  const pid_t child = fork();
  if (child == 0) {
    const auto made = Encrypt();
    _exit(!made && made.error().code == ErrorCode::kBusy ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(PlainMigrationTest, KilledAnywhereItLeavesThePlainStoreOrTheVault) {
  int kills = 0;
  for (int steps = 0; Vault::Inspect(At()) == StoreFileState::kPlainDatabase; ++steps) {
    ASSERT_LT(steps, 50);
    const pid_t child = fork();
    if (child == 0) {
      KillingFiles files(steps);
      _exit(Encrypt(&files) ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    kills += WIFSIGNALED(status) ? 1 : 0;
    if (Vault::Inspect(At()) == StoreFileState::kPlainDatabase) {
      const auto database = Database::Open({.path = folder_ / "store.db"});
      ASSERT_THAT(database, Succeeds());
      EXPECT_THAT((*database)->CheckIntegrity(), Succeeds());
    }
  }
  EXPECT_GE(kills, 4);
  const auto vault = Unlock();
  ASSERT_THAT(vault, Succeeds());
  EXPECT_EQ(CountRows(**vault), 100);
}

}  // namespace
}  // namespace sacoche
