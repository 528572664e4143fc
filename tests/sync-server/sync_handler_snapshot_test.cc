#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncHandlerSnapshot : public SyncFixture {
 protected:
  void SetUp() override {
    for (int i = 0; i < 4; ++i) ASSERT_EQ(Push(a_, a_.NextEnvelope(space_)), std::nullopt);
  }

  TestSnapshot SnapshotAt(std::uint64_t sequence, std::size_t parts = 3, std::uint8_t number = 1) {
    SnapshotIdentity identity;
    identity.space = space_;
    identity.epoch = 1;
    identity.id = IdNumber<SnapshotId>(number);
    identity.sequence = sequence;
    identity.history = store_.HistoryAt(space_, sequence).value();
    return TestSnapshot::Of(a_, identity, parts);
  }
  TestPull PushFrames(const std::vector<PushFrame>& frames) {
    Answer answer = Sync(a_, {.directory_cursor = 5, .more = frames});
    EXPECT_EQ(answer.problem, std::nullopt);
    return answer.pull;
  }
  std::optional<ProblemType> VerdictOn(const TestSnapshot& snapshot) {
    const TestPull pull = PushFrames(snapshot.Frames(0, 1));
    SACOCHE_CHECK(pull.snapshot_outcomes.size() == 1);
    return pull.snapshot_outcomes[0].problem;
  }
  void Resign(TestSnapshot& snapshot) {
    snapshot.head.signature =
        a_.key().Sign(SigningPurpose::kSnapshot, EncodeUnsignedHead(snapshot.head));
  }
  TestPull Pull(std::uint64_t cursor, const std::vector<PushFrame>& more = {}) {
    return Sync(b_, {.directory_cursor = 5, .cursors = {{space_, cursor}}, .more = more}).pull;
  }
};

TEST_F(SyncHandlerSnapshot, TakesPartsInOrderOverSeveralPushes) {
  const TestSnapshot snapshot = SnapshotAt(3);
  const SnapshotId id = snapshot.head.identity.id;
  EXPECT_THAT(PushFrames(snapshot.Frames(0, 0)).snapshot_outcomes,
              ElementsAre(SnapshotOutcomeFrame{id, 0, std::nullopt}));
  EXPECT_THAT(PushFrames(snapshot.Frames(0, 2)).snapshot_outcomes,
              ElementsAre(SnapshotOutcomeFrame{id, 2, std::nullopt}));
  EXPECT_THAT(Pull(0).snapshots, IsEmpty());
  EXPECT_THAT(PushFrames(snapshot.Frames(1, 3)).snapshot_outcomes,
              ElementsAre(SnapshotOutcomeFrame{id, 3, std::nullopt}));
  EXPECT_EQ(Pull(0).snapshots.size(), 1U);
}

TEST_F(SyncHandlerSnapshot, KeepsWhatCameWholeOfACutPush) {
  const TestSnapshot snapshot = SnapshotAt(3);
  SyncHandler handler = Handler(a_.signer());
  Bytes push = TestPush{.directory_cursor = 5, .more = snapshot.Frames(0, 3)}.EncodeWithoutEnd();
  push.pop_back();
  ASSERT_TRUE(handler.Feed(push).has_value());
  handler.Cut();
  EXPECT_EQ(PushFrames(snapshot.Frames(0, 0)).snapshot_outcomes[0].parts, 2U);
}

TEST_F(SyncHandlerSnapshot, GivesItToADeviceAtTheBeginningAndThenTheTail) {
  const TestSnapshot snapshot = SnapshotAt(3);
  PushFrames(snapshot.Frames(0, 3));
  const TestPull pull = Pull(0);
  EXPECT_THAT(pull.snapshots, ElementsAre(StoredSnapshotFrame{EncodeSnapshotHead(snapshot.head)}));
  ASSERT_EQ(pull.snapshot_parts.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(pull.snapshot_parts[i], (StoredSnapshotPartFrame{i, snapshot.parts[i]}));
  ASSERT_EQ(pull.envelopes.size(), 1U);
  EXPECT_EQ(pull.envelopes[0].sequence, 4U);
  EXPECT_THAT(pull.heads, ElementsAre(HeadFrame{space_, 4, false}));
  ASSERT_EQ(pull.covers.size(), 1U);
  EXPECT_EQ(pull.covers[0].sequence, 3U);
  std::map<DeviceId, Hash256> ends;
  const auto chains = store_.ChainEnds(space_);
  for (const auto& [device, end] : *chains) ends[device] = end.manifest;
  EXPECT_EQ(pull.covers[0].chains, TagOfChains(ends));
}

TEST_F(SyncHandlerSnapshot, GoesOnWithTheFirstPartThatIsLacking) {
  const TestSnapshot snapshot = SnapshotAt(3);
  PushFrames(snapshot.Frames(0, 3));
  const TestPull pull = Pull(0, {KnownSnapshotFrame{snapshot.head.identity.id, 2}});
  ASSERT_EQ(pull.snapshot_parts.size(), 1U);
  EXPECT_EQ(pull.snapshot_parts[0].index, 2U);
  EXPECT_EQ(Pull(0, {KnownSnapshotFrame{IdNumber<SnapshotId>(99), 2}}).snapshot_parts.size(), 3U);
}

TEST_F(SyncHandlerSnapshot, GivesEnvelopesToADeviceThatReadOnUntilTheyAreDropped) {
  PushFrames(SnapshotAt(3).Frames(0, 3));
  EXPECT_THAT(Pull(1).snapshots, IsEmpty());
  EXPECT_EQ(Pull(1).envelopes.size(), 3U);
  ASSERT_EQ(store_.DropCovered(space_, {UINT64_MAX}).value(), 3U);
  const TestPull behind = Pull(1);
  EXPECT_EQ(behind.snapshots.size(), 1U);
  EXPECT_EQ(behind.envelopes.size(), 1U);
  EXPECT_THAT(Pull(3).snapshots, IsEmpty());
  EXPECT_EQ(Pull(3).envelopes.size(), 1U);
}

TEST_F(SyncHandlerSnapshot, SaysWithWhichWordOneIsRefused) {
  TestSnapshot snapshot = SnapshotAt(3);
  snapshot.head.signature[0] ^= 1;
  EXPECT_EQ(VerdictOn(snapshot), ProblemType::kBadSignature);
  snapshot = SnapshotAt(3);
  snapshot.head.identity.history[0] ^= 1;
  Resign(snapshot);
  EXPECT_EQ(VerdictOn(snapshot), ProblemType::kConflict);
  snapshot = SnapshotAt(3);
  snapshot.head.identity.sequence = 5;
  Resign(snapshot);
  EXPECT_EQ(VerdictOn(snapshot), ProblemType::kConflict);
  snapshot = SnapshotAt(3);
  snapshot.head.identity.epoch = 2;
  Resign(snapshot);
  EXPECT_EQ(VerdictOn(snapshot), ProblemType::kConflict);
  snapshot = SnapshotAt(3);
  snapshot.head.identity.space = other_space_;
  Resign(snapshot);
  EXPECT_EQ(VerdictOn(snapshot), ProblemType::kNotMember);
  SnapshotIdentity of_b = SnapshotAt(3).head.identity;
  EXPECT_EQ(VerdictOn(TestSnapshot::Of(b_, of_b, 2)), ProblemType::kBadSignature);
  EXPECT_EQ(VerdictOn(SnapshotAt(3)), std::nullopt);
}

TEST_F(SyncHandlerSnapshot, WantsNoneThatIsNoNewer) {
  PushFrames(SnapshotAt(3).Frames(0, 3));
  EXPECT_EQ(VerdictOn(SnapshotAt(3, 3, 2)), ProblemType::kConflict);
  EXPECT_EQ(VerdictOn(SnapshotAt(2, 3, 2)), ProblemType::kConflict);
  EXPECT_EQ(VerdictOn(SnapshotAt(3)), std::nullopt);
  EXPECT_EQ(VerdictOn(SnapshotAt(4, 3, 2)), std::nullopt);
}

TEST_F(SyncHandlerSnapshot, APartThatTheHeadDoesNotNameIsRefused) {
  TestSnapshot snapshot = SnapshotAt(3);
  snapshot.parts[1].back() ^= 1;
  const Answer answer = Sync(a_, {.directory_cursor = 5, .more = snapshot.Frames(0, 3)});
  EXPECT_EQ(answer.problem, ProblemType::kMalformed);
  EXPECT_EQ(PushFrames(SnapshotAt(3).Frames(0, 0)).snapshot_outcomes[0].parts, 1U);
}

TEST_F(SyncHandlerSnapshot, APartWithoutAHeadIsPassedOver) {
  EXPECT_THAT(PushFrames({SnapshotPartFrame{0, {1}}}).snapshot_outcomes, IsEmpty());
}

}  // namespace
}  // namespace sacoche
