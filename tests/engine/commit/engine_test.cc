#include "engine/engine.h"

#include <gtest/gtest.h>

#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

class EngineTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Engine>> Open() {
    return Engine::Open({folder_ / "sacoche.db", &TestSchema(), &clock_, &random_});
  }

  TemporaryDirectory folder_;
  ManualClock clock_;
  SeededRandom random_{1};
};

TEST_F(EngineTest, ADeviceThatIsNotAdmittedIsToldHowToGoOn) {
  const auto engine = Open();
  ASSERT_THAT(engine, Succeeds());
  const auto edited = (*engine)->Edit(EditOf((*engine)->NewRecordId(), kName, Value::Text("Anne")));
  ASSERT_THAT(edited, FailsWith(ErrorCode::kNotEnrolled));
  EXPECT_FALSE(edited.error().advice.empty());
}

TEST_F(EngineTest, TheDeviceKeepsItsIdentity) {
  const DeviceId first = (*Open())->device();
  EXPECT_EQ((*Open())->device(), first);
}

TEST_F(EngineTest, ASecondProgramIsToldThatTheStoreIsInUse) {
  const auto engine = Open();
  EXPECT_THAT(Open(), FailsWith(ErrorCode::kBusy));
}

TEST_F(EngineTest, AStoreBelongsToOneOrganisation) {
  const auto engine = Open();
  Invitation invitation{"https://one.test", "ca", SigningPublicKey{1}, BoxPublicKey{2}};
  ASSERT_THAT((*engine)->Join(invitation), Succeeds());
  EXPECT_THAT((*engine)->Join(invitation), Succeeds());
  invitation.organisation = SigningPublicKey{3};
  EXPECT_THAT((*engine)->Join(invitation), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ((*engine)->JoinedTo()->value().server_url, "https://one.test");
}

TEST_F(EngineTest, NewRecordIdsAreInTheOrderOfTime) {
  const auto engine = Open();
  const RecordId before = (*engine)->NewRecordId();
  clock_.AdvanceSeconds(1);
  EXPECT_LT(before, (*engine)->NewRecordId());
}

}  // namespace
}  // namespace sacoche
