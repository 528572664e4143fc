// The store's keys and its health, through the real program.

#include "platform/sqlite/database.h"
#include "platform/vault/vault_header.h"
#include "samples/cli/exit_code.h"
#include "tests/samples/command_line_fixture.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

constexpr const char* kOther = "une phrase de passe neuve";
constexpr const char* kCanary = "Le canari de Brocéliande a disparu";

class StoreCommandsTest : public CommandLineFixture {
 protected:
  [[nodiscard]] Outcome RunWith(std::vector<std::string> arguments,
                                std::map<std::string, std::string> environment) const {
    environment["SACOCHE_STORE"] = store_;
    arguments.insert(arguments.begin(), {"--unlock-ms", "50"});
    return RunSacoche({std::move(arguments), "", std::move(environment)});
  }
  // The recovery code on the error stream.
  static std::string CodeIn(const std::string& err) {
    const std::size_t at = err.find("    ");
    return at == std::string::npos ? "" : err.substr(at + 4, 41);
  }
  static void DamagePage(const std::string& path, std::uint64_t page) {
    std::string content = ReadWholeFile(path);
    content.at(VaultHeader::kBytes + (page - 1) * 4136 + 500) ^= 1;
    WriteFile(path, content);
  }
  std::string StoreFile() const { return EnrolledStores::StoreIn(store_); }
};

TEST_F(StoreCommandsTest, AWrongPassphraseOpensNothing) {
  const Outcome outcome = RunWith({"list"}, {{"SACOCHE_STORE_PASSPHRASE", kOther}});
  EXPECT_EQ(outcome.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_NE(outcome.err.find("does not open the store"), std::string::npos) << outcome.err;
}

TEST_F(StoreCommandsTest, ThePassphraseIsChanged) {
  EXPECT_EQ(RunWith({"passphrase", "change"}, {{"SACOCHE_NEW_PASSPHRASE", kOther}}).status, 0);
  EXPECT_NE(RunWith({"list"}, {}).status, 0);
  EXPECT_EQ(RunWith({"list"}, {{"SACOCHE_STORE_PASSPHRASE", kOther}}).status, 0);
}

TEST_F(StoreCommandsTest, TheCodeOnPaperSetsANewPassphrase) {
  const Outcome made = RunWith({"recovery-code"}, {});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string code = CodeIn(made.err);
  ASSERT_EQ(code.size(), 41U) << made.err;
  std::string mistyped = code;
  mistyped[7] = mistyped[7] == 'X' ? 'Y' : 'X';
  const Outcome wrong = RunWith({"passphrase", "reset"}, {{"SACOCHE_RECOVERY_CODE", mistyped},
                                                          {"SACOCHE_NEW_PASSPHRASE", kOther}});
  EXPECT_NE(wrong.err.find("mistyped in group 2"), std::string::npos) << wrong.err;
  EXPECT_EQ(RunWith({"passphrase", "reset"},
                    {{"SACOCHE_RECOVERY_CODE", code}, {"SACOCHE_NEW_PASSPHRASE", kOther}})
                .status,
            0);
  EXPECT_EQ(RunWith({"list"}, {{"SACOCHE_STORE_PASSPHRASE", kOther}}).status, 0);
}

TEST_F(StoreCommandsTest, TheDataKeyIsChangedAndNothingIsLost) {
  const std::string id = Print({"create", "situation", std::string("intitule=") + kCanary});
  const std::string before = Print({"export"});
  const Outcome outcome = RunWith({"rekey"}, {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(CodeIn(outcome.err).size(), 41U);
  EXPECT_EQ(Print({"export"}), before);
}

TEST_F(StoreCommandsTest, VerifyFindsAWholeStoreWholeAndNamesADamagedPage) {
  EXPECT_NE(Print({"verify"}).find("The store is whole."), std::string::npos);
  DamagePage(StoreFile(), 4);
  const Outcome outcome = Run({"verify"});
  EXPECT_EQ(outcome.status, static_cast<int>(ExitCode::kUnusableFile));
  EXPECT_NE(outcome.err.find("1 page of"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("(4)"), std::string::npos) << outcome.err;
}

TEST_F(StoreCommandsTest, BackupsOpenAsStoresAndOnlyTheNewestStay) {
  const std::string id = Print({"create", "situation", std::string("intitule=") + kCanary});
  const std::string backups = folder_ / "backups";
  for (const char* old : {"sacoche-20200101T000000Z.backup", "sacoche-20210101T000000Z.backup"}) {
    std::filesystem::create_directories(backups);
    WriteFile(backups + "/" + old, "old");
  }
  WriteFile(backups + "/letter.txt", "kept");
  const auto made = PrintJson({"backup", backups, "--keep", "2"});
  EXPECT_EQ(made["removed"], 1);
  EXPECT_TRUE(std::filesystem::exists(backups + "/sacoche-20210101T000000Z.backup"));
  EXPECT_TRUE(std::filesystem::exists(backups + "/letter.txt"));
  const std::string restored = folder_ / "restored";
  std::filesystem::create_directory(restored);
  std::filesystem::copy_file(made["backup"].get<std::string>(), EnrolledStores::StoreIn(restored));
  const Outcome shown = RunSacoche({{"show", id, "--store", restored}});
  EXPECT_NE(shown.out.find(kCanary), std::string::npos) << shown.err;
}

TEST_F(StoreCommandsTest, AStoreOfTheTimeBeforeEncryptionIsEncryptedOnFirstUse) {
  const std::string old_store = folder_ / "old";
  std::filesystem::create_directory(old_store);
  const std::string path = EnrolledStores::StoreIn(old_store);
  {
    const TestVault vault(StoreFile());
    const auto database = Database::Open({.path = StoreFile(), .vfs = vault.vfs_name()});
    ASSERT_TRUE(database.has_value());
    ASSERT_TRUE((*database)->CopyTo({.path = path}).has_value());
  }
  ASSERT_EQ(ReadWholeFile(path).substr(0, 15), "SQLite format 3");
  const Outcome first = RunSacoche({{"status", "--store", old_store, "--unlock-ms", "50"}});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(CodeIn(first.err).size(), 41U);
  EXPECT_EQ(ReadWholeFile(path).substr(0, 13), "SACOCHE VAULT");
  EXPECT_EQ(RunSacoche({{"digest", "--store", old_store}}).out, Run({"digest"}).out);
}

TEST_F(StoreCommandsTest, ARestoredBackupKeepsWhatWasWrittenSince) {
  const std::string before = Print({"create", "situation", "intitule=avant"});
  const auto backup = PrintJson({"backup", folder_ / "backups"})["backup"].get<std::string>();
  const std::string since = Print({"create", "situation", "intitule=depuis"});
  const auto restored = PrintJson({"restore", backup});
  EXPECT_EQ(restored["taken_over"], 1);
  EXPECT_EQ(restored["unreadable"], 0);
  EXPECT_TRUE(std::filesystem::exists(restored["replaced"].get<std::string>()));
  EXPECT_NE(Print({"show", before}).find("avant"), std::string::npos);
  EXPECT_NE(Print({"show", since}).find("depuis"), std::string::npos);
  EXPECT_NE(Print({"verify"}).find("The store is whole."), std::string::npos);
}

TEST_F(StoreCommandsTest, ABackupIsRestoredOnALaptopWithoutAStore) {
  const std::string id = Print({"create", "situation", "intitule=avant"});
  const auto backup = PrintJson({"backup", folder_ / "backups"})["backup"].get<std::string>();
  std::filesystem::remove_all(store_);
  EXPECT_EQ(PrintJson({"restore", backup})["replaced"], nullptr);
  EXPECT_NE(Print({"show", id}).find("avant"), std::string::npos);
}

TEST_F(StoreCommandsTest, AStoreThatOpensOtherwiseIsNotReplacedUnasked) {
  const auto backup = PrintJson({"backup", folder_ / "backups"})["backup"].get<std::string>();
  const std::string since = Print({"create", "situation", "intitule=depuis"});
  ASSERT_EQ(RunWith({"passphrase", "change"}, {{"SACOCHE_NEW_PASSPHRASE", kOther}}).status, 0);
  const Outcome refused = Run({"restore", backup});
  EXPECT_EQ(refused.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_NE(refused.err.find("another passphrase"), std::string::npos) << refused.err;
  EXPECT_EQ(RunWith({"show", since}, {{"SACOCHE_STORE_PASSPHRASE", kOther}}).status, 0);
  EXPECT_EQ(Run({"restore", backup, "--leave-present"}).status, 0);
  EXPECT_NE(Run({"show", since}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(StoreFile() + "-replaced"));
}

TEST_F(StoreCommandsTest, ADamagedBackupReplacesNothing) {
  const std::string id = Print({"create", "situation", "intitule=avant"});
  const auto backup = PrintJson({"backup", folder_ / "backups"})["backup"].get<std::string>();
  DamagePage(backup, 4);
  const Outcome outcome = Run({"restore", backup});
  EXPECT_EQ(outcome.status, static_cast<int>(ExitCode::kUnusableFile));
  EXPECT_NE(outcome.err.find("the backup is damaged"), std::string::npos) << outcome.err;
  EXPECT_NE(Print({"show", id}).find("avant"), std::string::npos);
}

// The page that a record's text lies on is the one that search needs least.
TEST_F(StoreCommandsTest, ADamagedStoreIsOnlyReadUntilItIsRebuilt) {
  std::vector<std::string> ids;
  for (int i = 0; i < 30; ++i)
    ids.push_back(Print({"create", "situation", "intitule=numéro " + std::to_string(i),
                         "synthese=" + std::string(500, static_cast<char>('a' + i % 26))}));
  std::uint64_t page = 1;
  // The first page whose damage does not keep the store from being opened.
  const std::string whole = ReadWholeFile(StoreFile());
  do {
    WriteFile(StoreFile(), whole);
    DamagePage(StoreFile(), ++page);
  } while (Run({"status"}).status != 0 || Run({"digest"}).status == 0);
  EXPECT_EQ(Run({"verify"}).status, static_cast<int>(ExitCode::kUnusableFile));
  const Outcome refused = Run({"create", "situation", "intitule=x"});
  EXPECT_EQ(refused.status, static_cast<int>(ExitCode::kUnusableFile));
  EXPECT_NE(refused.err.find("for reading only"), std::string::npos) << refused.err;
  const auto rebuilt = PrintJson({"rebuild"});
  EXPECT_GE(rebuilt["taken_over"].get<int>() + rebuilt["unreadable"].get<int>(), 30);
  EXPECT_NE(Print({"verify"}).find("The store is whole."), std::string::npos);
  int shown = 0;
  for (const std::string& id : ids) shown += Run({"show", id}).status == 0 ? 1 : 0;
  EXPECT_GE(shown, 30 - rebuilt["unreadable"].get<int>());
  EXPECT_EQ(Run({"create", "situation", "intitule=x"}).status, 0);
}

std::string Utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += {c, '\0'};
  return wide;
}

// Invariant 6: what is typed is in no file, in no encoding.
TEST_F(StoreCommandsTest, WhatIsTypedIsFoundInNoFile) {
  const std::string canary = "canari-jaune-8127";
  const std::string id = Print({"create", "situation", "intitule=" + canary, "synthese=" + canary});
  EXPECT_EQ(Run({"note", id, canary}).status, 0);
  EXPECT_NE(Print({"search", canary}).find(canary), std::string::npos);
  EXPECT_EQ(Run({"backup", folder_ / "backups"}).status, 0);
  EXPECT_EQ(RunWith({"rekey"}, {}).status, 0);
  EXPECT_NE(Print({"export"}).find(canary), std::string::npos);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    const std::string content = ReadWholeFile(entry.path().string());
    EXPECT_EQ(content.find(canary), std::string::npos) << entry.path();
    EXPECT_EQ(content.find(Utf16(canary)), std::string::npos) << entry.path();
    EXPECT_EQ(content.find("SQLite format"), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 2U);
}

}  // namespace
}  // namespace sacoche
