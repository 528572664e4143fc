#include "sync-server/sqlite/store_verifier.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/sync-server/store_files.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Four envelopes, of which the first two were dropped, and the snapshot that stands for them.
class StoreVerifierTest : public ::testing::Test {
 protected:
  StoreVerifierTest() {
    disk_.Append(disk_.a);
    disk_.Append(disk_.b);
    disk_.AppendSnapshot(disk_.a, 2);
    SACOCHE_CHECK(disk_.store->DropCovered(disk_.space, {UINT32_MAX}).value() == 2);
    disk_.Append(disk_.a);
    disk_.Append(disk_.b);
    SACOCHE_CHECK(disk_.store->PutEnrolment(disk_.stranger.id(), disk_.stranger.EnrolmentBytes())
                      .has_value());
  }

  std::vector<std::string> FaultsAfter(const char* sql) {
    disk_.Tamper(sql);
    const auto report = VerifyStore(disk_.path());
    SACOCHE_CHECK(report.has_value());
    EXPECT_EQ(report->is_whole(), report->faults.empty());
    return report->faults;
  }

  StoreOnDisk disk_;
};

TEST_F(StoreVerifierTest, FindsNothingWrongInAStoreThatAServerHasOpen) {
  const auto report = VerifyStore(disk_.path());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->spaces, 1U);
  EXPECT_EQ(report->envelopes, 2U);
  EXPECT_EQ(report->dropped, 2U);
  EXPECT_EQ(report->statements, 6U);
  EXPECT_EQ(report->snapshots, 1U);
  // And that server goes on.
  disk_.Append(disk_.a);
  EXPECT_EQ(VerifyStore(disk_.path())->envelopes, 3U);
}

TEST_F(StoreVerifierTest, ChangesNothing) {
  disk_.Close();
  const auto before = std::filesystem::last_write_time(disk_.path());
  std::ifstream file(disk_.path(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  ASSERT_TRUE(VerifyStore(disk_.path())->is_whole());
  std::ifstream again(disk_.path(), std::ios::binary);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(again), {}}), bytes);
  EXPECT_EQ(std::filesystem::last_write_time(disk_.path()), before);
}

TEST_F(StoreVerifierTest, AnEnvelopeWithAnotherByte) {
  EXPECT_THAT(FaultsAfter("UPDATE envelopes SET envelope = substr(envelope, 1, 110) || x'00' ||"
                          " substr(envelope, 112) WHERE sequence = 3"),
              ElementsAre(HasSubstr("envelope 3 of space 00000000 has another hash")));
}

TEST_F(StoreVerifierTest, AnEnvelopeWithAnotherSignature) {
  EXPECT_THAT(FaultsAfter("UPDATE envelopes SET envelope = substr(envelope, 1, 170) || x'00' ||"
                          " substr(envelope, 172) WHERE sequence = 3"),
              ElementsAre(HasSubstr("envelope 3 of space 00000000 is not signed by its device")));
}

TEST_F(StoreVerifierTest, AnEnvelopeThatIsNone) {
  EXPECT_THAT(FaultsAfter("UPDATE envelopes SET envelope = x'0102' WHERE sequence = 3"),
              ElementsAre(HasSubstr("envelope 3 of space 00000000 cannot be read")));
}

TEST_F(StoreVerifierTest, AnEnvelopeThatIsGoneWithoutASnapshot) {
  EXPECT_THAT(FaultsAfter("UPDATE envelopes SET envelope = x'' WHERE sequence = 4"),
              ElementsAre(HasSubstr("envelope 4 of space 00000000 cannot be read")));
}

TEST_F(StoreVerifierTest, ARowThatIsMissing) {
  EXPECT_THAT(FaultsAfter("DELETE FROM envelopes WHERE sequence = 3"),
              testing::Contains(HasSubstr("before envelope 4, 1 are missing")));
}

TEST_F(StoreVerifierTest, TheLastRowThatIsMissing) {
  EXPECT_THAT(FaultsAfter("DELETE FROM envelopes WHERE sequence = 4"),
              testing::Contains(HasSubstr("envelopes 4 to 4 are missing")));
}

TEST_F(StoreVerifierTest, ADroppedRowThatIsMissing) {
  EXPECT_THAT(FaultsAfter("DELETE FROM envelopes WHERE sequence = 1"),
              testing::Contains(HasSubstr("is not the successor of its device's envelope before")));
}

TEST_F(StoreVerifierTest, AChainThatEndsElsewhere) {
  EXPECT_THAT(FaultsAfter("UPDATE chains SET counter = 9 WHERE device ="
                          " (SELECT device FROM envelopes WHERE sequence = 3)"),
              ElementsAre(HasSubstr("ends elsewhere than noted")));
}

TEST_F(StoreVerifierTest, AChainWhoseEndIsNotNoted) {
  EXPECT_THAT(FaultsAfter("DELETE FROM chains WHERE device ="
                          " (SELECT device FROM envelopes WHERE sequence = 3)"),
              ElementsAre(HasSubstr("is not noted")));
}

TEST_F(StoreVerifierTest, AHistoryThatDoesNotFollow) {
  EXPECT_THAT(FaultsAfter("UPDATE arrivals SET tag = x'0102030405060708' WHERE sequence = 4"),
              ElementsAre(HasSubstr("envelope 4 of space 00000000: the tag of the history")));
}

TEST_F(StoreVerifierTest, AnArrivalOfNothing) {
  EXPECT_THAT(FaultsAfter("INSERT INTO arrivals SELECT space, 99, tag, 0 FROM arrivals LIMIT 1"),
              ElementsAre(HasSubstr("notes the arrival of 1 envelopes that are missing")));
}

TEST_F(StoreVerifierTest, ASnapshotThatLacksAPart) {
  EXPECT_THAT(FaultsAfter("DELETE FROM snapshot_parts WHERE position = 2"),
              ElementsAre(HasSubstr("has 2 parts of 3")));
}

TEST_F(StoreVerifierTest, ASnapshotWithAnotherPart) {
  EXPECT_THAT(FaultsAfter("UPDATE snapshot_parts SET part = x'00' WHERE position = 1"),
              ElementsAre(HasSubstr("part 1 is not the one that was sent")));
}

TEST_F(StoreVerifierTest, AStatementThatIsMissing) {
  EXPECT_THAT(FaultsAfter("DELETE FROM statements WHERE sequence = 2"),
              testing::Contains(HasSubstr("statement 2 of the directory is missing")));
}

TEST_F(StoreVerifierTest, AStatementThatNobodyMaySay) {
  const Bytes forged = TestOrganisation(101).Found();
  disk_.Tamper(("INSERT INTO statements VALUES(7, x'" + ToHex(forged) + "')").c_str());
  EXPECT_THAT(VerifyStore(disk_.path())->faults,
              ElementsAre(HasSubstr("statement 7 of the directory does not hold")));
}

TEST_F(StoreVerifierTest, AnEnvelopeByAStranger) {
  disk_.Append(disk_.stranger);
  EXPECT_THAT(VerifyStore(disk_.path())->faults,
              ElementsAre(HasSubstr("envelope 5 of space 00000000 is by a device that was never")));
}

TEST_F(StoreVerifierTest, ARequestThatItsDeviceDidNotSign) {
  EXPECT_THAT(FaultsAfter("UPDATE enrolments SET request = x'01'"),
              ElementsAre(HasSubstr("the request to be let in number 1")));
}

TEST_F(StoreVerifierTest, AnIndexThatIsMissing) {
  EXPECT_THAT(FaultsAfter("DROP INDEX envelopes_by_id"),
              ElementsAre(HasSubstr("`envelopes_by_id` is missing")));
}

TEST_F(StoreVerifierTest, AFileThatIsDamaged) {
  for (int i = 0; i < 200; ++i) disk_.Append(disk_.a, 1000);
  disk_.Close();
  std::fstream file(disk_.path(), std::ios::in | std::ios::out | std::ios::binary);
  for (int page = 5; page < 40; ++page) {
    file.seekp(page * 4096);
    file << std::string(200, '\x5a');
  }
  file.close();
  const auto report = VerifyStore(disk_.path());
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->is_whole());
}

TEST_F(StoreVerifierTest, AFileThatIsNoStore) {
  std::ofstream(disk_.folder / "text") << std::string(5000, 'x');
  EXPECT_FALSE(VerifyStore(disk_.folder / "text")->is_whole());
  EXPECT_EQ(VerifyStore(disk_.folder / "none").error().code, ErrorCode::kNotFound);
  std::ofstream(disk_.folder / "empty").close();
  EXPECT_EQ(VerifyStore(disk_.folder / "empty").error().code, ErrorCode::kInvalidInput);
}

TEST_F(StoreVerifierTest, TheStoreOfAnotherOrganisation) {
  EXPECT_TRUE(VerifyStore(disk_.path(), disk_.organisation.root().public_key())->is_whole());
  EXPECT_THAT(VerifyStore(disk_.path(), TestKey(101).public_key())->faults,
              testing::Contains(HasSubstr("statement 1 of the directory does not hold")));
}

TEST_F(StoreVerifierTest, ShowsNoMoreFaultsThanTheLimit) {
  for (int i = 0; i < 100; ++i) disk_.Append(disk_.a);
  disk_.Tamper("UPDATE envelopes SET envelope = x'00' WHERE sequence > 2");
  const auto report = VerifyStore(disk_.path());
  EXPECT_EQ(report->faults.size(), kStoreFaultsShownMax);
  EXPECT_EQ(report->faults_not_shown, 102 - kStoreFaultsShownMax);
}

}  // namespace
}  // namespace sacoche
