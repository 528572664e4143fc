#include "platform/vault/unlock_delay.h"

#include <gtest/gtest.h>

#include "platform/posix/posix_file_system.h"
#include "tests/fakes/manual_clock.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

class UnlockDelayTest : public testing::Test {
 protected:
  // As a program that has just been started sees it.
  UnlockDelay Fresh() { return {folder_ / "tries", &files_, &clock_}; }
  void Fail(int times) {
    for (int i = 0; i < times; ++i) Fresh().NoteFailure();
  }

  TemporaryDirectory folder_;
  PosixFileSystem files_;
  ManualClock clock_{1'000'000};
};

TEST_F(UnlockDelayTest, AFewSlipsCostNothing) {
  Fail(2);
  EXPECT_THAT(Fresh().Check(), Succeeds());
}

TEST_F(UnlockDelayTest, GrowsAndSurvivesARestart) {
  Fail(3);
  const auto status = Fresh().Check();
  ASSERT_THAT(status, FailsWith(ErrorCode::kLimit));
  EXPECT_EQ(status.error().message,
            "3 wrong passphrases were given; the next try is possible in 2 s");
  clock_.Advance(2'000);
  EXPECT_THAT(Fresh().Check(), Succeeds());
  Fail(1);
  clock_.Advance(2'000);
  EXPECT_THAT(Fresh().Check(), FailsWith(ErrorCode::kLimit));
  clock_.Advance(2'000);
  EXPECT_THAT(Fresh().Check(), Succeeds());
}

TEST_F(UnlockDelayTest, HasALimit) {
  EXPECT_EQ(UnlockDelay::DelayMs(2), 0U);
  EXPECT_EQ(UnlockDelay::DelayMs(5), 8'000U);
  EXPECT_EQ(UnlockDelay::DelayMs(1'000'000), UnlockDelay::kDelayMsMax);
}

TEST_F(UnlockDelayTest, EndsWithTheRightPassphrase) {
  Fail(10);
  Fresh().NoteSuccess();
  EXPECT_THAT(Fresh().Check(), Succeeds());
}

TEST_F(UnlockDelayTest, AClockSetBackDelaysOnceAndNotForYears) {
  Fail(4);
  clock_.Set(1'000);
  EXPECT_THAT(Fresh().Check(), FailsWith(ErrorCode::kLimit));
  clock_.Advance(4'000);
  EXPECT_THAT(Fresh().Check(), Succeeds());
}

TEST_F(UnlockDelayTest, ADamagedFileDoesNotLockTheOwnerOut) {
  ASSERT_THAT(files_.WriteFileAtomically(folder_ / "tries", Bytes(40, 0xff)), Succeeds());
  EXPECT_THAT(Fresh().Check(), Succeeds());
}

}  // namespace
}  // namespace sacoche
