#include "platform/vault/vault.h"

#include <sys/wait.h>
#include <unistd.h>

#include "platform/vault/page_check.h"
#include "tests/platform/vault/vault_fixture.h"

namespace sacoche {
namespace {

class VaultTest : public VaultFixture {
 protected:
  void CreateAndFill() {
    auto created = Create();
    ASSERT_THAT(created, Succeeds());
    code_ = std::string(TextOf(created->recovery_code.text.view()));
    Fill(**OpenDatabase(*created->vault));
  }
  std::string code_;
};

TEST_F(VaultTest, OpensWithItsPassphraseAndWithItsCode) {
  CreateAndFill();
  const auto by_passphrase = Unlock();
  ASSERT_THAT(by_passphrase, Succeeds());
  EXPECT_EQ(CountRows(**by_passphrase), 100);
  const auto by_code = Vault::UnlockWithRecoveryCode(At(), ViewOf(code_));
  ASSERT_THAT(by_code, Succeeds());
  EXPECT_EQ(CountRows(**by_code), 100);
}

TEST_F(VaultTest, AWrongPassphraseIsSaidAsSuchAndThenHasToWait) {
  CreateAndFill();
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(Unlock("un autre passe tout faux"), FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_THAT(Unlock(), FailsWith(ErrorCode::kLimit));
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), ViewOf(code_)), Succeeds());
  clock_.Advance(2'000);
  EXPECT_THAT(Unlock(), Succeeds());
}

TEST_F(VaultTest, TheCodeOfAnotherVaultDoesNotOpenIt) {
  CreateAndFill();
  const RecoveryCode other = RecoveryCode::Generate();
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), other.text.view()),
              FailsWith(ErrorCode::kWrongPassphrase));
}

TEST_F(VaultTest, AShortPassphraseIsRefused) {
  EXPECT_THAT(Vault::Create(At(), ViewOf("onze lettre"), kQuick),
              FailsWith(ErrorCode::kInvalidInput));
  // Counted in characters, as people count.
  EXPECT_THAT(Vault::Create(At(), ViewOf("éééééé"), kQuick), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ(Vault::Inspect(At()), StoreFileState::kMissing);
}

TEST_F(VaultTest, WhatIsThereIsNotOverwritten) {
  CreateAndFill();
  EXPECT_THAT(Create(), FailsWith(ErrorCode::kAlreadyExists));
  EXPECT_THAT(Unlock(), Succeeds());
}

TEST_F(VaultTest, ChangingThePassphraseRewritesNoData) {
  CreateAndFill();
  const Bytes before = Content("store.db");
  {
    const auto vault = Unlock();
    ASSERT_THAT((*vault)->ChangePassphrase(ViewOf(kOtherPassphrase), kQuick), Succeeds());
  }
  const Bytes after = Content("store.db");
  ASSERT_EQ(before.size(), after.size());
  EXPECT_TRUE(Equal(ByteView(before).subspan(VaultHeader::kBytes),
                    ByteView(after).subspan(VaultHeader::kBytes)));
  EXPECT_THAT(Unlock(), FailsWith(ErrorCode::kWrongPassphrase));
  const auto vault = Unlock(kOtherPassphrase);
  ASSERT_THAT(vault, Succeeds());
  EXPECT_EQ(CountRows(**vault), 100);
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), ViewOf(code_)), Succeeds());
}

TEST_F(VaultTest, ASecondPassphraseComesAndGoes) {
  CreateAndFill();
  const auto vault = Unlock();
  ASSERT_THAT((*vault)->AddPassphrase(ViewOf(kOtherPassphrase), kQuick), Succeeds());
  EXPECT_THAT(Unlock(), Succeeds());
  EXPECT_THAT(Unlock(kOtherPassphrase), Succeeds());
  ASSERT_THAT((*vault)->RemovePassphrase(ViewOf(kPassphrase)), Succeeds());
  EXPECT_THAT(Unlock(), FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_THAT(Unlock(kOtherPassphrase), Succeeds());
  EXPECT_THAT((*vault)->RemovePassphrase(ViewOf(kOtherPassphrase)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT((*vault)->RemovePassphrase(ViewOf(kPassphrase)),
              FailsWith(ErrorCode::kWrongPassphrase));
}

TEST_F(VaultTest, ThereIsRoomForSoManyPassphrases) {
  CreateAndFill();
  const auto vault = Unlock();
  for (std::size_t i = 2; i < VaultHeader::kSlotsMax; ++i)
    ASSERT_THAT((*vault)->AddPassphrase(ViewOf(kOtherPassphrase), kQuick), Succeeds());
  EXPECT_THAT((*vault)->AddPassphrase(ViewOf(kOtherPassphrase), kQuick),
              FailsWith(ErrorCode::kLimit));
}

TEST_F(VaultTest, ANewRecoveryCodeReplacesTheOld) {
  CreateAndFill();
  const auto code = (*Unlock())->ReplaceRecoveryCode();
  ASSERT_THAT(code, Succeeds());
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), ViewOf(code_)),
              FailsWith(ErrorCode::kWrongPassphrase));
  EXPECT_THAT(Vault::UnlockWithRecoveryCode(At(), code->text.view()), Succeeds());
}

// Closing any file descriptor of its own on the file would drop SQLite's locks (POSIX).
TEST_F(VaultTest, TheKeySlotsChangeWhileTheStoreIsOpenAndItsLockHolds) {
  CreateAndFill();
  const auto vault = Unlock();
  const auto database = OpenDatabase(**vault);
  ASSERT_THAT(database, Succeeds());
  ASSERT_THAT((*vault)->ChangePassphrase(ViewOf(kOtherPassphrase), kQuick), Succeeds());
  const pid_t child = fork();
  if (child == 0) {
    const auto second = Vault::UnlockWithPassphrase(At(), ViewOf(kOtherPassphrase));
    if (!second) _exit(2);
    const auto opened = OpenDatabase(**second);
    _exit(!opened && opened.error().code == ErrorCode::kBusy ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(VaultTest, InspectTellsWhatIsThere) {
  EXPECT_EQ(Vault::Inspect(At()), StoreFileState::kMissing);
  CreateAndFill();
  EXPECT_EQ(Vault::Inspect(At()), StoreFileState::kVault);
  Fill(**Database::Open({.path = folder_ / "plain.db"}), 1);
  EXPECT_EQ(Vault::Inspect(At("plain.db")), StoreFileState::kPlainDatabase);
  ASSERT_THAT(files_.WriteFileAtomically(folder_ / "letter", Bytes(9000, 'a')), Succeeds());
  EXPECT_EQ(Vault::Inspect(At("letter")), StoreFileState::kForeign);
  EXPECT_THAT(Vault::UnlockWithPassphrase(At("letter"), ViewOf(kPassphrase)),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Vault::UnlockWithPassphrase(At("nothing"), ViewOf(kPassphrase)),
              FailsWith(ErrorCode::kNotFound));
}

TEST_F(VaultTest, ThePageCheckNamesTheDamagedPages) {
  CreateAndFill();
  const auto vault = Unlock();
  const auto whole = PageCheck(**vault).Run();
  ASSERT_THAT(whole, Succeeds());
  EXPECT_GT(whole->pages, 50U);
  EXPECT_EQ(whole->damaged_count, 0U);
  Bytes content = Content("store.db");
  const std::size_t record = VaultHeader::kBlockBytes + PageCipher::kOverheadBytes;
  content[VaultHeader::kBytes + 6 * record + 9] ^= 1;
  content[VaultHeader::kBytes + 30 * record + 9] ^= 1;
  ASSERT_THAT(files_.WriteFileAtomically(folder_ / "store.db", content), Succeeds());
  const auto damaged = PageCheck(**vault).Run();
  ASSERT_THAT(damaged, Succeeds());
  EXPECT_EQ(damaged->damaged, (std::vector<std::uint64_t>{7, 31}));
}

TEST_F(VaultTest, TheCostFollowsTheMachineWithinItsBounds) {
  std::uint64_t now_ms = 0;
  const auto with_step = [&](std::uint64_t target_ms, std::uint64_t step_ms) {
    return CalibrateCost(target_ms, [&now_ms, step_ms] { return now_ms += step_ms; });
  };
  // Too slow for the target: the least that is still sound.
  EXPECT_EQ(with_step(100, 500), (Argon2Cost{2, 19 * 1024}));
  // Each step counts 100 ms: memory doubles while there is time, then passes.
  const Argon2Cost usual = with_step(700, 100);
  EXPECT_EQ(usual.memory_kib, 256U * 1024);
  EXPECT_EQ(usual.ops, 14U);
  EXPECT_LE(with_step(1'000'000, 1).ops, Argon2Cost::kOpsMax);
}

}  // namespace
}  // namespace sacoche
