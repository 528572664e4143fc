#include "platform/vault/rekey.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/platform/vault/killing_files.h"
#include "tests/platform/vault/vault_fixture.h"

namespace sacoche {
namespace {

class RekeyTest : public VaultFixture {
 protected:
  void SetUp() override {
    auto created = Create();
    ASSERT_THAT(created, Succeeds());
    old_code_ = std::string(TextOf(created->recovery_code.text.view()));
    Fill(**OpenDatabase(*created->vault));
  }
  auto RekeyNow(std::string_view passphrase = kPassphrase) {
    return Rekey(std::move(*Unlock()), ViewOf(passphrase), kQuick);
  }
  std::string old_code_;
};

TEST_F(RekeyTest, SealsEveryPageAnew) {
  const Bytes before = Content("store.db");
  const auto changed = RekeyNow();
  ASSERT_THAT(changed, Succeeds());
  EXPECT_EQ(CountRows(*changed->vault), 100);
  const Bytes after = Content("store.db");
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t at = 0; at + 16 <= before.size() - VaultHeader::kBytes; at += 4136)
    EXPECT_FALSE(Equal(ByteView(before).subspan(VaultHeader::kBytes + at, 16),
                       ByteView(after).subspan(VaultHeader::kBytes + at, 16)));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store.db-rekey"));
}

TEST_F(RekeyTest, TheOldCodeIsNoMoreAndTheNewOneOpens) {
  const auto changed = RekeyNow();
  ASSERT_THAT(changed, Succeeds());
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), ViewOf(old_code_)),
              FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), changed->recovery_code.text.view()), Succeeds());
  for (const KeySlot& slot : changed->vault->slots())
    EXPECT_NE(slot.kind, KeySlotKind::kPreviousDataKey);
}

TEST_F(RekeyTest, AWrongPassphraseChangesNothing) {
  const Bytes before = Content("store.db");
  EXPECT_THAT(RekeyNow(kOtherPassphrase), FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_EQ(Content("store.db"), before);
}

TEST_F(RekeyTest, ADamagedPageStopsIt) {
  Bytes content = Content("store.db");
  content[VaultHeader::kBytes + 5 * 4136 + 100] ^= 1;
  ASSERT_THAT(files_.WriteFileAtomically(folder_ / "store.db", content), Succeeds());
  EXPECT_THAT(RekeyNow(), FailsWith(ErrorCode::kCorrupt));
  EXPECT_EQ(Content("store.db"), content);
}

// Killed at a step that moves on by one until the change is through: every try finds the store
// whole, with all that was written in between, and the last one finishes.
TEST_F(RekeyTest, KilledAnywhereItLeavesAWholeStoreAndTheNextTryGoesOn) {
  bool finished = false;
  int kills = 0;
  for (int calls = 0; !finished; ++calls) {
    ASSERT_LT(calls, 50);
    const pid_t child = fork();
    if (child == 0) {
      KillingFiles files(calls);
      Vault::Options options = At();
      options.files = &files;
      auto vault = Vault::UnlockWithPassphrase(options, ViewOf(kPassphrase));
      _exit(vault && Rekey(std::move(*vault), ViewOf(kPassphrase), kQuick) ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    finished = WIFEXITED(status);
    if (finished) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    kills += finished ? 0 : 1;
    const auto vault = Unlock();
    ASSERT_THAT(vault, Succeeds()) << calls;
    EXPECT_EQ(CountRows(**vault), 100 + calls);
    const auto database = OpenDatabase(**vault);
    ASSERT_THAT((*database)->Execute("INSERT INTO t(body) VALUES (hex(zeroblob(2000)))"),
                Succeeds());
  }
  EXPECT_GE(kills, 4);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store.db-rekey"));
}

}  // namespace
}  // namespace sacoche
