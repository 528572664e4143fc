#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// A space that takes about 1,000 bytes.
class SpaceQuotaTest : public SyncFixture {
 protected:
  Answer SyncWithQuota(const TestDevice& device, const TestPush& push) {
    SyncHandler handler({store_, *directory_, clock_, &time_key_, &usage_, &metrics_},
                        device.signer());
    return Carry(handler, push.Encode());
  }
  std::uint64_t Held() { return store_.SpaceBytes(space_).value(); }

  SpaceUsage usage_{store_, 1000};
  ServerMetrics metrics_;
};

TEST_F(SpaceQuotaTest, WhatDoesNotFitIsRefusedAndAllBehindItAndTheRestGoesOn) {
  const Bytes fits = a_.NextEnvelopeBytes(space_, 400);
  const Envelope large = a_.NextEnvelope(space_, 600);
  const Envelope small = a_.NextEnvelope(space_, 10);
  const Answer answer =
      SyncWithQuota(a_, {.cursors = {{space_, 0}},
                         .envelopes = {fits, EncodeEnvelope(large), EncodeEnvelope(small)}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(answer.pull.acknowledgements, SizeIs(1));
  // Not `forked-chain` for the last, though its predecessor is not there.
  EXPECT_THAT(answer.pull.refusals,
              ElementsAre(RefusalFrame{large.header.id, ProblemType::kStorage},
                          RefusalFrame{small.header.id, ProblemType::kStorage}));
  EXPECT_EQ(Held(), fits.size());
  EXPECT_EQ(metrics_.envelopes_refused[ProblemType::kStorage], 2U);
  // A colleague still reads, and once there is room the same envelopes are taken.
  EXPECT_THAT(SyncWithQuota(b_, {.cursors = {{space_, 0}}}).pull.envelopes, SizeIs(1));
  usage_.SetMax(2000);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {EncodeEnvelope(large), EncodeEnvelope(small)}})
                  .pull.acknowledgements,
              SizeIs(2));
}

TEST_F(SpaceQuotaTest, WhatIsStoredAlreadyIsAcknowledgedAsEver) {
  const Bytes first = a_.NextEnvelopeBytes(space_, 700);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {first}}).pull.acknowledgements, SizeIs(1));
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {first}}).pull.acknowledgements, SizeIs(1));
  EXPECT_EQ(Held(), first.size());
}

TEST_F(SpaceQuotaTest, WhatWasNotStoredTakesNoRoom) {
  const Bytes first = a_.NextEnvelopeBytes(space_, 300);
  const Bytes second = a_.NextEnvelopeBytes(space_, 300);
  const Bytes third = a_.NextEnvelopeBytes(space_, 300);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {first}}).pull.acknowledgements, SizeIs(1));
  for (int i = 0; i < 5; ++i)
    EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {third}}).pull.refusals, SizeIs(1));
  store_.FailWrites(Error{ErrorCode::kDiskFull, "full", ""});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(SyncWithQuota(a_, {.envelopes = {second}}).problem, ProblemType::kStorage);
  store_.FailWrites(std::nullopt);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {second}}).pull.acknowledgements, SizeIs(1));
}

TEST_F(SpaceQuotaTest, AnotherSpaceHasItsOwn) {
  MakeOtherSpace();
  ASSERT_EQ(SyncRoot({}).problem, std::nullopt);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {a_.NextEnvelopeBytes(space_, 900)}}).pull.refusals,
              SizeIs(1));
  EXPECT_TRUE(usage_.HasRoom(other_space_, 1000).value());
  EXPECT_FALSE(usage_.HasRoom(other_space_, 1001).value());
}

TEST_F(SpaceQuotaTest, ASnapshotThatDoesNotFitEndsThere) {
  const Bytes first = a_.NextEnvelopeBytes(space_, 600);
  EXPECT_THAT(SyncWithQuota(a_, {.envelopes = {first}}).pull.acknowledgements, SizeIs(1));
  SnapshotIdentity identity;
  identity.space = space_;
  identity.epoch = 1;
  identity.id = IdNumber<SnapshotId>(1);
  identity.sequence = 1;
  identity.history = store_.HistoryAt(space_, 1).value();
  const TestSnapshot snapshot = TestSnapshot::Of(a_, identity, 4);
  const Answer answer = SyncWithQuota(a_, {.more = snapshot.Frames(0, 4)});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(answer.pull.snapshot_outcomes,
              ElementsAre(SnapshotOutcomeFrame{identity.id, 2, ProblemType::kStorage}));
  EXPECT_LE(Held(), 1000U);
}

}  // namespace
}  // namespace sacoche
