// What a wrong command line, wrong values, wrong files and a hostile environment must come to: one
// sentence on what happened, one on what to do, a status, and a store that is as it was.

#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/casework/schema.h"
#include "engine/engine.h"
#include "platform/sqlite/database.h"
#include "samples/cli/exit_code.h"
#include "tests/samples/command_line_fixture.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

using testing::Test;

constexpr std::size_t kSentenceBytesMax = 400;
constexpr std::uint64_t kOnePage = 4096;

// The first is what happened, the second what to do; and that is all.
void ExpectTwoSentences(const std::string& err) {
  std::istringstream lines(err);
  std::string happened;
  std::string advice;
  std::string rest;
  std::getline(lines, happened);
  std::getline(lines, advice);
  EXPECT_FALSE(std::getline(lines, rest)) << err;
  EXPECT_TRUE(happened.starts_with("sacoche: ")) << err;
  EXPECT_TRUE(happened.ends_with('.')) << err;
  EXPECT_GT(advice.size(), 5U) << err;
  EXPECT_TRUE(advice.ends_with('.')) << err;
  EXPECT_LT(err.size(), 2 * kSentenceBytesMax) << err;
}

void ExpectRefusal(const Outcome& outcome, ExitCode exit_code) {
  EXPECT_EQ(outcome.status, static_cast<int>(exit_code)) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.out, "");
  ExpectTwoSentences(outcome.err);
}

// With SQLite itself, as another program would.
bool Execute(const std::string& file, const std::string& sql) {
  sqlite3* db = nullptr;
  const bool done = sqlite3_open(file.c_str(), &db) == SQLITE_OK &&
                    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(db);
  return done;
}

class BadInputTest : public CommandLineFixture {
 protected:
  BadInputTest() {
    dossier_ = Print({"create", "situation", "intitule=Dossier canari", "statut=EN_COURS"});
    before_ = Content(store_);
  }

  // All that the store shows, conflicts and the names of authors included.
  [[nodiscard]] static std::string Content(const std::string& store) {
    const Outcome digest = RunSacoche({{"digest", "--store", store}});
    const Outcome records = RunSacoche({{"export", "--store", store}});
    EXPECT_EQ(digest.status, 0) << digest.err;
    EXPECT_EQ(records.status, 0) << records.err;
    return digest.out + records.out;
  }

  [[nodiscard]] bool ExecuteInStore(const char* sql) const {
    const std::string path = EnrolledStores::StoreIn(store_);
    const TestVault vault(path);
    const auto database = Database::Open({.path = path, .vfs = vault.vfs_name()});
    return database && (*database)->Execute(sql);
  }

  // In words, and once more as JSON; and nothing was lost or changed.
  void ExpectRefused(const std::vector<std::string>& arguments, ExitCode exit_code,
                     const std::string& input = "") const {
    SCOPED_TRACE(testing::PrintToString(arguments).substr(0, kSentenceBytesMax));
    ExpectRefusal(Run(arguments, input), exit_code);
    std::vector<std::string> with_json = {"--json"};
    with_json.insert(with_json.end(), arguments.begin(), arguments.end());
    const Outcome as_json = Run(with_json, input);
    EXPECT_EQ(as_json.status, static_cast<int>(exit_code));
    const auto json = nlohmann::json::parse(as_json.err, nullptr, false);
    ASSERT_TRUE(json.is_object()) << as_json.err;
    EXPECT_TRUE(json["error"]["code"].is_number_integer());
    EXPECT_NE(json["error"]["message"], "");
    EXPECT_NE(json["error"]["advice"], "");
    EXPECT_EQ(Content(store_), before_);
  }

  void ExpectRefusedValue(const std::string& argument) const {
    ExpectRefused({"edit", dossier_, argument}, ExitCode::kCannotDo);
    ExpectRefused({"create", "situation", "intitule=Autre", argument}, ExitCode::kCannotDo);
  }

  // The administrator's files.
  std::string WriteKey(const std::string& passphrase) const {
    WriteFile(folder_ / "org.key", TextOf(stores_.KeyFile(passphrase)));
    return folder_ / "org.key";
  }
  std::string WriteCa() const {
    WriteFile(folder_ / "ca.pem", EnrolledStores::CaPem());
    return folder_ / "ca.pem";
  }

  std::string dossier_;
  std::string before_;
};

TEST_F(BadInputTest, ACommandLineThatIsNotUnderstoodHasItsOwnStatus) {
  ExpectRefused({}, ExitCode::kCommandLine);
  ExpectRefused({"frobnicate"}, ExitCode::kCommandLine);
  ExpectRefused({"org", "frobnicate"}, ExitCode::kCommandLine);
  ExpectRefused({"list", "--frobnicate"}, ExitCode::kCommandLine);
  ExpectRefused({"list", "--limit", "many"}, ExitCode::kCommandLine);
  ExpectRefused({"edit"}, ExitCode::kCommandLine);
  ExpectRefused({"edit", dossier_}, ExitCode::kCommandLine);
  ExpectRefused({"resolve", dossier_, "statut", "--take", "1", "--value", "CLOSE"},
                ExitCode::kCommandLine);
}

TEST_F(BadInputTest, AKindThatDoesNotExistIsRefused) {
  ExpectRefused({"create", "chimere", "nom=X"}, ExitCode::kCannotDo);
  ExpectRefused({"list", "chimere"}, ExitCode::kCannotDo);
  ExpectRefused({"schema", "chimere"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AFieldThatDoesNotExistIsRefused) {
  ExpectRefusedValue("couleur=rouge");
  ExpectRefusedValue("=rouge");
  ExpectRefusedValue("intitule");
  ExpectRefused({"list", "situation", "--where", "couleur=rouge"}, ExitCode::kCannotDo);
  ExpectRefused({"resolve", dossier_, "couleur", "--take", "1"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AValueOfTheWrongFormIsRefused) {
  ExpectRefusedValue("date_ouverture=2026-02-30");
  ExpectRefusedValue("date_ouverture=hier");
  ExpectRefusedValue("statut=EN_COURSE");
  ExpectRefusedValue("problematiques=VC,CHOUX");
  ExpectRefusedValue("problematiques=VC,,VIF");
  ExpectRefusedValue("intitule+=deux");
  ExpectRefusedValue("saisine-=FDO_ORAL");
  ExpectRefusedValue("saisine=");
  ExpectRefused({"create", "intervention", "--in", dossier_, "duree_min=une heure"},
                ExitCode::kCannotDo);
  ExpectRefused({"create", "intervention", "--in", dossier_, "duree_min=99999999999999999999"},
                ExitCode::kCannotDo);
  ExpectRefused({"create", "tache", "--in", dossier_, "fait=yes"}, ExitCode::kCannotDo);
  ExpectRefused({"create", "personne", "--in", dossier_, "responsable_legal=personne"},
                ExitCode::kCannotDo);
}

TEST_F(BadInputTest, NothingOfAnEditIsDoneIfOneValueIsWrong) {
  ExpectRefused({"edit", dossier_, "intitule=Nouveau", "statut=FAUX"}, ExitCode::kCannotDo);
  ExpectRefused({"edit", dossier_, "intitule=Un", "intitule=Deux"}, ExitCode::kCannotDo);
  ExpectRefused({"edit", dossier_, "problematiques+=VC", "problematiques=VIF"},
                ExitCode::kCannotDo);
}

TEST_F(BadInputTest, BytesThatAreNotUtf8AreRefused) {
  ExpectRefusedValue("intitule=caf\xe9");
  ExpectRefusedValue("statut=caf\xe9");
  ExpectRefusedValue("caf\xe9=x");
  ExpectRefusedValue("problematiques+=\xff\xfe");
  ExpectRefused({"search", "caf\xe9"}, ExitCode::kCannotDo);
  ExpectRefused({"note", dossier_, "-"}, ExitCode::kCannotDo, "caf\xe9\n");
  ExpectRefused({"caf\xe9"}, ExitCode::kCommandLine);
}

TEST_F(BadInputTest, ATextThatIsTooLongIsRefused) {
  const std::string too_long(64 * 1024 + 1, 'a');
  ExpectRefusedValue("intitule=" + too_long);
  WriteFile(folder_ / "long.txt", too_long);
  ExpectRefusedValue("synthese=@" + folder_ / "long.txt");
  WriteFile(folder_ / "huge.txt", std::string(2 * 1024 * 1024, 'a'));
  ExpectRefusedValue("synthese=@" + folder_ / "huge.txt");
  ExpectRefused({"note", dossier_, "-"}, ExitCode::kCannotDo, too_long + too_long);
  ExpectRefused({"search", std::string(1000, 'a')}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AFileThatIsMissingIsRefused) {
  const std::string nowhere = folder_ / "nowhere";
  ExpectRefusedValue("synthese=@" + nowhere);
  ExpectRefused({"enrol", "--invitation", nowhere, "--person", "A", "--device", "B"},
                ExitCode::kCannotDo);
  const std::string ca = WriteCa();
  ExpectRefused(
      {"org", "requests", "--key", nowhere, "--server", "https://127.0.0.1:1", "--ca", ca},
      ExitCode::kCannotDo);
  const std::string key = WriteKey("une phrase de passe");
  ExpectRefused(
      {"org", "requests", "--key", key, "--server", "https://127.0.0.1:1", "--ca", nowhere},
      ExitCode::kCannotDo);
  ExpectRefused({"org", "requests", "--key", key, "--server", "https://127.0.0.1:1", "--ca", ca,
                 "--passphrase-file", nowhere},
                ExitCode::kCannotDo);
  ExpectRefused({"export", "--out", nowhere + "/deeper/export.jsonl"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, ADamagedInvitationIsRefusedAndAStoreStaysWhereItBelongs) {
  const std::string file = folder_ / "invitation.json";
  const auto enrol = [&](const std::string& content, ExitCode exit_code) {
    WriteFile(file, content);
    ExpectRefused({"enrol", "--invitation", file, "--person", "A", "--device", "B"}, exit_code);
  };
  enrol("not json", ExitCode::kUnusableFile);
  enrol("{\"sacoche_invitation\":2}", ExitCode::kUnusableFile);
  enrol(std::string(70'000, ' '), ExitCode::kCannotDo);
  const nlohmann::json of_another = {{"sacoche_invitation", 1},
                                     {"server", "https://127.0.0.1:1"},
                                     {"ca_pem", EnrolledStores::CaPem()},
                                     {"organisation", std::string(64, 'a')},
                                     {"organisation_box", std::string(64, 'b')}};
  enrol(of_another.dump(), ExitCode::kRefused);
}

TEST_F(BadInputTest, AWrongOrMissingPassphraseIsRefused) {
  std::vector<std::string> requests = {"org",      "requests",
                                       "--key",    WriteKey("une phrase de passe"),
                                       "--server", "https://127.0.0.1:1",
                                       "--ca",     WriteCa()};
  ExpectRefused(requests, ExitCode::kCannotDo);  // there is no terminal to ask on
  WriteFile(folder_ / "pass", "une autre phrase\n");
  requests.insert(requests.end(), {"--passphrase-file", folder_ / "pass"});
  ExpectRefused(requests, ExitCode::kCannotDo);
  WriteFile(folder_ / "pass", std::string(5000, 'x'));
  ExpectRefused(requests, ExitCode::kCannotDo);
  WriteFile(folder_ / "org.key", "not a key file");
  ExpectRefused(requests, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AServerThatIsAwayIsAnErrorOfItsOwnStatus) {
  ExpectRefused({"sync"}, ExitCode::kServerAway);
  WriteFile(folder_ / "pass", "une phrase de passe\nsecond line\n");
  ExpectRefused({"org", "requests", "--key", WriteKey("une phrase de passe"), "--server",
                 "https://127.0.0.1:1", "--ca", WriteCa(), "--passphrase-file", folder_ / "pass"},
                ExitCode::kServerAway);
}

TEST_F(BadInputTest, AnIdThatNamesNothingOrTooMuchIsRefused) {
  // The first eight digits tell the time to a minute or so. Of three ids made in a few seconds, the
  // second shares them with at least one other.
  const std::string second = Print({"create", "situation", "intitule=Autre"});
  (void)Print({"create", "situation", "intitule=Encore un autre"});
  before_ = Content(store_);
  ExpectRefused({"show", second.substr(0, 8)}, ExitCode::kCannotDo);
  ExpectRefused({"show", dossier_.substr(0, 7)}, ExitCode::kCannotDo);
  ExpectRefused({"show", "not-an-id"}, ExitCode::kCannotDo);
  ExpectRefused({"show", "00000000-0000-0000-0000-000000000000"}, ExitCode::kCannotDo);
  ExpectRefused({"history", dossier_ + "00"}, ExitCode::kCannotDo);
  ExpectRefused({"edit", "ffffffff", "intitule=X"}, ExitCode::kCannotDo);
  ExpectRefused({"note", "ffffffff", "text"}, ExitCode::kCannotDo);
  ExpectRefused({"create", "personne", "--in", "ffffffff", "nom=X"}, ExitCode::kCannotDo);
  ExpectRefused({"create", "situation", "--space", "Ailleurs", "intitule=X"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, ARecordInTheWrongPlaceIsRefused) {
  ExpectRefused({"create", "personne", "nom=X"}, ExitCode::kCannotDo);
  ExpectRefused({"create", "situation", "--in", dossier_, "intitule=X"}, ExitCode::kCannotDo);
  ExpectRefused({"create", "situation"}, ExitCode::kCannotDo);
  const std::string person = Print({"create", "personne", "--in", dossier_, "nom=X"});
  before_ = Content(store_);
  ExpectRefused({"create", "tache", "--in", person, "intitule=X"}, ExitCode::kCannotDo);
  ExpectRefused({"note", person, "text"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AResolutionWithoutConflictIsRefused) {
  ExpectRefused({"resolve", dossier_, "statut", "--take", "1"}, ExitCode::kCannotDo);
  ExpectRefused({"resolve", dossier_, "statut"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, ACorrectionOfNothingIsRefused) {
  ExpectRefused({"edit", dossier_, "--correct", "00000000", "saisine=FDO_FICHE"},
                ExitCode::kCannotDo);
  ExpectRefused({"edit", dossier_, "--correct", "00000000", "intitule=X"}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AListByAFieldWithoutIndexIsRefused) {
  ExpectRefused({"list", "situation", "--where", "intitule=X"}, ExitCode::kCannotDo);
  ExpectRefused({"list", "--where", "statut=EN_COURS"}, ExitCode::kCannotDo);
  ExpectRefused({"list", "situation", "--where", "statut"}, ExitCode::kCannotDo);
  ExpectRefused({"list", "situation", "--where", "statut="}, ExitCode::kCannotDo);
}

TEST_F(BadInputTest, AResultThatCannotBeWrittenIsNoSuccess) {
  const Outcome outcome = RunSacoche({{"export", "--store", store_}, {}, {}, {}, "/dev/full"});
  ExpectRefusal(outcome, ExitCode::kUnusableFile);
}

// -- Stores that cannot be used --------------------------------------------------------------

TEST_F(BadInputTest, WithoutEnrolmentNothingIsMadeAndTheStatusSaysSo) {
  const std::string empty = folder_ / "empty";
  for (const char* command : {"list", "status", "sync", "digest", "conflicts", "export"})
    ExpectRefusal(RunSacoche({{command, "--store", empty}}), ExitCode::kNotEnrolled);
  EXPECT_FALSE(std::filesystem::exists(empty));

  std::filesystem::create_directory(empty);
  stores_.Join(empty);
  ExpectRefusal(RunSacoche({{"create", "situation", "intitule=X", "--store", empty}}),
                ExitCode::kNotEnrolled);
}

TEST_F(BadInputTest, AStoreFolderThatIsAFileIsRefused) {
  WriteFile(folder_ / "file", "content");
  ExpectRefusal(RunSacoche({{"list", "--store", folder_ / "file"}}), ExitCode::kUnusableFile);
  ExpectRefusal(RunSacoche({{"list", "--store", folder_ / "file/deeper"}}),
                ExitCode::kUnusableFile);
  EXPECT_EQ(ReadWholeFile(folder_ / "file"), "content");
}

TEST_F(BadInputTest, AStoreFolderThatMayNotBeWrittenIsRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  ASSERT_EQ(chmod(store_.c_str(), 0500), 0);
  ExpectRefusal(Run({"edit", dossier_, "intitule=X"}), ExitCode::kUnusableFile);
  ASSERT_EQ(chmod(store_.c_str(), 0700), 0);
  EXPECT_EQ(Content(store_), before_);
}

TEST_F(BadInputTest, AStoreThatIsGarbageIsRefusedAndLeftAsItIs) {
  const std::string other = folder_ / "garbage";
  std::filesystem::create_directory(other);
  const std::string garbage(20'000, 'g');
  WriteFile(EnrolledStores::StoreIn(other), garbage);
  for (const char* command : {"list", "status", "sync"})
    ExpectRefusal(RunSacoche({{command, "--store", other}}), ExitCode::kUnusableFile);
  EXPECT_EQ(ReadWholeFile(EnrolledStores::StoreIn(other)), garbage);
}

TEST_F(BadInputTest, ADatabaseOfAnotherProgramIsRefusedAndKeepsItsContent) {
  for (const char* format : {"0", "1", "-1"}) {
    const std::string other = folder_ / ("foreign" + std::string(format));
    std::filesystem::create_directory(other);
    const std::string file = EnrolledStores::StoreIn(other);
    ASSERT_TRUE(Execute(file,
                        "CREATE TABLE theirs(a); INSERT INTO theirs VALUES ('kept');"
                        "PRAGMA user_version=" +
                            std::string(format)));
    for (const char* command : {"list", "status"})
      ExpectRefusal(RunSacoche({{command, "--store", other}}), ExitCode::kUnusableFile);
    EXPECT_TRUE(Execute(file, "SELECT a FROM theirs"));
    EXPECT_FALSE(Execute(file, "SELECT * FROM meta"));
  }
}

TEST_F(BadInputTest, AStoreWithADamagedPageIsRefusedInWords) {
  const std::string file = EnrolledStores::StoreIn(store_);
  std::string content = ReadWholeFile(file);
  for (std::size_t at = kOnePage; at < content.size(); ++at) content[at] = 'x';
  WriteFile(file, content);
  ExpectRefusal(Run({"list"}), ExitCode::kUnusableFile);
  ExpectRefusal(Run({"edit", dossier_, "intitule=X"}), ExitCode::kUnusableFile);
  EXPECT_EQ(ReadWholeFile(file), content);
}

TEST_F(BadInputTest, AStoreOfANewerReleaseIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(ExecuteInStore("PRAGMA user_version=9999"));
  const std::string newer = ReadWholeFile(EnrolledStores::StoreIn(store_));
  ExpectRefusal(Run({"list"}), ExitCode::kUnusableFile);
  ExpectRefusal(Run({"edit", dossier_, "intitule=X"}), ExitCode::kUnusableFile);
  EXPECT_EQ(ReadWholeFile(EnrolledStores::StoreIn(store_)), newer);
  ASSERT_TRUE(
      ExecuteInStore(("PRAGMA user_version=" + std::to_string(kStoreFormatOfRelease)).c_str()));
  EXPECT_EQ(Content(store_), before_);
}

TEST_F(BadInputTest, AStoreThatAnotherProgramHoldsIsRefused) {
  SystemClock clock;
  SystemRandom random;
  {
    const TestVault vault(EnrolledStores::StoreIn(store_));
    const auto holder = Engine::Open({EnrolledStores::StoreIn(store_), &casework::CaseworkSchema(),
                                      &clock, &random, vault.vfs_name()});
    ASSERT_TRUE(holder.has_value());
    ExpectRefusal(Run({"list"}), ExitCode::kUnusableFile);
    ExpectRefusal(Run({"edit", dossier_, "intitule=X"}), ExitCode::kUnusableFile);
  }
  EXPECT_EQ(Content(store_), before_);
}

// -- Full disks ------------------------------------------------------------------------------

TEST_F(BadInputTest, AFileSizeLimitFailsTheEditAndLosesNothing) {
  const std::vector<std::string> edit = {"edit", dossier_, "intitule=X", "--store", store_};
  ExpectRefusal(RunSacoche({edit, {}, {}, kOnePage}), ExitCode::kUnusableFile);
  EXPECT_EQ(Content(store_), before_);
  EXPECT_EQ(Run({"edit", dossier_, "intitule=X"}).status, 0);
}

TEST_F(BadInputTest, AnExportThatDoesNotFitLeavesTheOldFile) {
  const std::string file = folder_ / "export.jsonl";
  EXPECT_EQ(Run({"export", "--out", file}).status, 0);
  const std::string before = ReadWholeFile(file);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(Run({"create", "situation", "intitule=Encore un"}).status, 0);
  const Outcome outcome =
      RunSacoche({{"export", "--out", file, "--store", store_}, {}, {}, kOnePage});
  ExpectRefusal(outcome, ExitCode::kUnusableFile);
  EXPECT_EQ(ReadWholeFile(file), before);
}

// A small file system in a mount namespace of this process's own, gone with it.
bool MountSmallDisk(const std::string& folder, const std::string& size) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

TEST_F(BadInputTest, AFullDiskFailsTheEditAndLosesNothingAcknowledged) {
  const std::string disk = folder_ / "disk";
  std::filesystem::create_directory(disk);
  if (!MountSmallDisk(disk, "1m")) GTEST_SKIP() << "this user may not mount";
  const std::string store = disk + "/store";
  std::filesystem::create_directory(store);
  stores_.Enrol(store, {"Marc Petit", "Portable Etampes"});
  const std::string text(20'000, 'n');
  std::vector<std::string> acknowledged;
  Outcome last;
  for (int i = 0; i < 100; ++i) {
    last = RunSacoche(
        {{"create", "situation", "intitule=Dossier", "synthese=" + text, "--store", store}});
    if (last.status != 0) break;
    acknowledged.push_back(last.out.substr(0, last.out.size() - 1));
  }
  ExpectRefusal(last, ExitCode::kUnusableFile);
  EXPECT_NE(last.err.find("full"), std::string::npos) << last.err;
  EXPECT_GT(acknowledged.size(), 3U);
  for (const std::string& id : acknowledged)
    EXPECT_NE(RunSacoche({{"show", id, "--store", store}}).out.find(text), std::string::npos);
  const auto listed = RunSacoche({{"list", "--json", "--store", store}});
  EXPECT_EQ(nlohmann::json::parse(listed.out).size(), acknowledged.size());
  umount(disk.c_str());
}

}  // namespace
}  // namespace sacoche
