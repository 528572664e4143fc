#include "sync-server/enrolment_handler.h"
#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;

class EnrolmentTest : public SyncFixture {
 protected:
  std::optional<ProblemType> Submit(const Bytes& request) {
    const auto submitted = handler_.Submit(request);
    if (submitted) return std::nullopt;
    return submitted.error().type;
  }
  std::vector<Bytes> Waiting() {
    return DecodeEnrolmentList(handler_.List().value(), kEnrolmentRequestBytesMax).value();
  }

  EnrolmentHandler handler_{store_, *directory_};
};

TEST_F(EnrolmentTest, ARequestWaitsUntilTheDeviceIsAdmitted) {
  EXPECT_EQ(Submit(stranger_.EnrolmentBytes()), std::nullopt);
  EXPECT_THAT(Waiting(), ElementsAre(stranger_.EnrolmentBytes()));
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Admit(stranger_, {space_})}}).problem);
  EXPECT_THAT(Waiting(), testing::IsEmpty());
}

TEST_F(EnrolmentTest, AskingAgainIsAskingOnce) {
  EXPECT_EQ(Submit(stranger_.EnrolmentBytes()), std::nullopt);
  EXPECT_EQ(Submit(stranger_.EnrolmentBytes()), std::nullopt);
  EXPECT_EQ(Waiting().size(), 1U);
}

TEST_F(EnrolmentTest, AMemberDoesNotWaitAgain) {
  EXPECT_EQ(Submit(a_.EnrolmentBytes()), std::nullopt);
  EXPECT_THAT(Waiting(), testing::IsEmpty());
}

TEST_F(EnrolmentTest, RefusesWhatIsNoRequest) {
  Bytes forged = stranger_.EnrolmentBytes();
  forged[forged.size() - 1] ^= 1;
  EXPECT_EQ(Submit(forged), ProblemType::kBadSignature);
  Bytes newer = stranger_.EnrolmentBytes();
  newer[0] = 9;
  EXPECT_EQ(Submit(newer), ProblemType::kUnsupported);
  EXPECT_EQ(Submit({}), ProblemType::kMalformed);
  EXPECT_EQ(Submit(Bytes(kEnrolmentRequestBytesMax + 1)), ProblemType::kTooLarge);
}

TEST_F(EnrolmentTest, SaysLaterWhenTooManyWait) {
  for (std::size_t i = 0; i < limits::kPendingEnrolmentsMax; ++i) {
    DeviceId device;
    device.bytes[0] = static_cast<std::uint8_t>(i);
    device.bytes[1] = static_cast<std::uint8_t>(1 + (i >> 8));
    ASSERT_TRUE(store_.PutEnrolment(device, Bytes{1}).has_value());
  }
  EXPECT_EQ(Submit(stranger_.EnrolmentBytes()), ProblemType::kBusy);
}

TEST_F(EnrolmentTest, SaysThatTheDiskIsFull) {
  store_.FailWrites(Error{ErrorCode::kDiskFull, "full", ""});
  EXPECT_EQ(Submit(stranger_.EnrolmentBytes()), ProblemType::kStorage);
}

}  // namespace
}  // namespace sacoche
