#include "sync-server/server_limits.h"
#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncHandlerPull : public SyncFixture {
 protected:
  void PushFromA(int count, std::size_t ciphertext_bytes) {
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(Push(a_, a_.NextEnvelope(space_, ciphertext_bytes)), std::nullopt);
  }

  static Bytes ReadAll(SyncHandler& handler) {
    Bytes answer;
    while (true) {
      const Bytes chunk = handler.NextChunk().value();
      if (chunk.empty()) return answer;
      Append(answer, chunk);
    }
  }
};

TEST_F(SyncHandlerPull, GivesTheEnvelopesOfOthersAndTheHead) {
  const Envelope from_a = a_.NextEnvelope(space_);
  ASSERT_EQ(Push(a_, from_a), std::nullopt);
  ASSERT_EQ(Push(b_, b_.NextEnvelope(space_)), std::nullopt);
  const Answer answer = Sync(b_, {.directory_cursor = 6, .cursors = {{space_, 0}}});
  EXPECT_THAT(answer.pull.envelopes, ElementsAre(StoredEnvelopeFrame{1, EncodeEnvelope(from_a)}));
  EXPECT_THAT(answer.pull.heads, ElementsAre(HeadFrame{space_, 2, false}));
  EXPECT_THAT(answer.pull.directory, IsEmpty());
  EXPECT_TRUE(answer.pull.end.has_value());
}

TEST_F(SyncHandlerPull, GivesADeviceItsOwnEnvelopesWhenItAsksForThem) {
  const Envelope from_a = a_.NextEnvelope(space_);
  const Envelope from_b = b_.NextEnvelope(space_);
  ASSERT_EQ(Push(a_, from_a), std::nullopt);
  ASSERT_EQ(Push(b_, from_b), std::nullopt);
  const CursorFrame recall{space_, 0, CursorFrame::From::kEverybody};
  const Answer answer = Sync(b_, {.directory_cursor = 6, .cursors = {recall}});
  EXPECT_THAT(answer.pull.envelopes, ElementsAre(StoredEnvelopeFrame{1, EncodeEnvelope(from_a)},
                                                 StoredEnvelopeFrame{2, EncodeEnvelope(from_b)}));
  EXPECT_THAT(answer.pull.heads, ElementsAre(HeadFrame{space_, 2, false}));
}

TEST_F(SyncHandlerPull, GivesTheDirectoryAfterTheCursorWithWhatThePushAdded) {
  const Bytes added = organisation_.MakeSpace(other_space_);
  const Answer answer = SyncRoot({.directory_cursor = 5, .statements = {added}});
  ASSERT_EQ(answer.pull.directory.size(), 2U);
  EXPECT_EQ(answer.pull.directory[0].sequence, 6U);
  EXPECT_EQ(answer.pull.directory[1], (DirectoryFrame{7, added}));
}

TEST_F(SyncHandlerPull, SaysItsOwnHeadToACursorBeyondIt) {
  PushFromA(2, 10);
  const Answer answer = Sync(b_, {.directory_cursor = 99, .cursors = {{space_, 7}}});
  EXPECT_THAT(answer.pull.heads, ElementsAre(HeadFrame{space_, 2, false}));
  EXPECT_THAT(answer.pull.envelopes, IsEmpty());
}

TEST_F(SyncHandlerPull, TellsTheHistoryBehindAHeadAndKnowsItAgain) {
  PushFromA(2, 10);
  const Answer first = Sync(b_, {.cursors = {{space_, 0}}});
  ASSERT_EQ(first.pull.histories.size(), 1U);
  PushFromA(1, 10);
  const Answer again =
      Sync(b_, {.cursors = {{space_, 2}}, .known_histories = {{2, first.pull.histories[0].tag}}});
  EXPECT_THAT(again.pull.other_histories, IsEmpty());
  EXPECT_THAT(again.pull.heads, ElementsAre(HeadFrame{space_, 3, false}));
  EXPECT_NE(again.pull.histories[0], first.pull.histories[0]);
}

TEST_F(SyncHandlerPull, SaysTheTimeSignedForThisRequest) {
  const Bytes push = TestPush{.directory_cursor = 5}.Encode();
  const Answer answer = Sync(b_.signer(), push, 7);
  ASSERT_TRUE(answer.pull.time.has_value());
  EXPECT_EQ(answer.pull.time->server_ms, clock_.NowMs());
  EXPECT_TRUE(VerifyServerTime(time_key_.public_key(), HashFor("sacoche.request", {push}),
                               clock_.NowMs(), answer.pull.time->signature));
  EXPECT_EQ(answer.pull.server_key, std::nullopt);
}

TEST_F(SyncHandlerPull, TellsTheRootAloneItsKey) {
  EXPECT_EQ(SyncRoot({.directory_cursor = 5}).pull.server_key,
            ServerKeyFrame{time_key_.public_key()});
}

TEST_F(SyncHandlerPull, SaysHowManyEnvelopesOfTheDeviceItHolds) {
  PushFromA(2, 10);
  EXPECT_THAT(Sync(a_, {.cursors = {{space_, 0}}}).pull.own_chains, ElementsAre(OwnChainFrame{2}));
  EXPECT_THAT(Sync(b_, {.cursors = {{space_, 0}}}).pull.own_chains, ElementsAre(OwnChainFrame{0}));
}

TEST_F(SyncHandlerPull, SaysToWhoeverRecallsWhereAllChainsEnd) {
  PushFromA(2, 10);
  ASSERT_EQ(Push(b_, b_.NextEnvelope(space_)), std::nullopt);
  const auto everybody = CursorFrame::From::kEverybody;
  EXPECT_THAT(Sync(b_, {.cursors = {{space_, 0, everybody}}}).pull.chains,
              testing::UnorderedElementsAre(ChainFrame{a_.id(), 2}, ChainFrame{b_.id(), 1}));
  EXPECT_THAT(Sync(b_, {.cursors = {{space_, 0}}}).pull.chains, IsEmpty());
}

TEST_F(SyncHandlerPull, SaysOnceWhenEnvelopesOfOneSecondArrived) {
  const std::uint64_t first_s = clock_.NowMs() / 1000;
  PushFromA(2, 10);
  clock_.AdvanceSeconds(60);
  PushFromA(1, 10);
  const Answer answer = Sync(b_, {.cursors = {{space_, 0}}});
  EXPECT_EQ(answer.pull.envelopes.size(), 3U);
  EXPECT_THAT(answer.pull.receipts, ElementsAre(ReceiptFrame{first_s}, ReceiptFrame{first_s + 60}));
}

TEST_F(SyncHandlerPull, GivesNothingOfASpaceWhoseHistoryIsAnotherOne) {
  PushFromA(2, 10);
  const KnownHistoryFrame known{2, {1, 2, 3}};
  const Answer answer = Sync(b_, {.cursors = {{space_, 0}}, .known_histories = {known}});
  EXPECT_THAT(answer.pull.other_histories, ElementsAre(AnotherHistoryFrame{space_}));
  EXPECT_THAT(answer.pull.heads, IsEmpty());
  EXPECT_THAT(answer.pull.envelopes, IsEmpty());
  EXPECT_TRUE(answer.pull.end.has_value());
}

TEST_F(SyncHandlerPull, RefusesAHistoryWithoutACursorAndASecondOne) {
  const KnownHistoryFrame known{2, {}};
  EXPECT_EQ(Sync(b_, {.known_histories = {known}}).problem, ProblemType::kMalformed);
  EXPECT_EQ(Sync(b_, {.cursors = {{space_, 0}}, .known_histories = {known, known}}).problem,
            ProblemType::kMalformed);
}

TEST_F(SyncHandlerPull, RefusesASpaceOfOthersAndGoesOn) {
  const Answer answer = Sync(b_, {.cursors = {{other_space_, 0}, {space_, 0}}});
  EXPECT_THAT(answer.pull.refused_spaces,
              ElementsAre(SpaceRefusedFrame{other_space_, ProblemType::kNotMember}));
  EXPECT_THAT(answer.pull.heads, ElementsAre(HeadFrame{space_, 0, false}));
}

TEST_F(SyncHandlerPull, ComesInBoundedPieces) {
  PushFromA(60, 20'000);
  SyncHandler handler = Handler(b_.signer());
  ASSERT_TRUE(handler.Feed(TestPush{.cursors = {{space_, 0}}}.Encode()).has_value());
  ASSERT_TRUE(handler.FinishPush().has_value());
  std::size_t chunks = 0;
  while (true) {
    const auto chunk = handler.NextChunk();
    ASSERT_TRUE(chunk.has_value());
    if (chunk->empty()) break;
    EXPECT_LE(chunk->size(), kAnswerChunkBytesTarget + limits::kFrameBytesMax);
    ++chunks;
  }
  EXPECT_GE(chunks, 60U * 20'000 / kAnswerChunkBytesTarget);
}

TEST_F(SyncHandlerPull, SeesWhatWasStoredBetweenTwoPieces) {
  PushFromA(4, 100'000);
  SyncHandler handler = Handler(b_.signer());
  ASSERT_TRUE(
      handler.Feed(TestPush{.directory_cursor = 6, .cursors = {{space_, 0}}}.Encode()).has_value());
  ASSERT_TRUE(handler.FinishPush().has_value());
  Bytes answer = handler.NextChunk().value();
  PushFromA(1, 10);
  Append(answer, ReadAll(handler));
  const TestPull pull = TestPull::Decode(answer);
  EXPECT_EQ(pull.envelopes.size(), 5U);
  EXPECT_THAT(pull.heads, ElementsAre(HeadFrame{space_, 5, false}));
}

TEST_F(SyncHandlerPull, EndsALongAnswerWithMoreAndResumesThere) {
  constexpr int kCount = 11;
  PushFromA(kCount, 500'000);
  std::uint64_t cursor = 0;
  std::vector<std::uint64_t> sequences;
  std::size_t answers = 0;
  bool more = true;
  while (more) {
    const Answer answer = Sync(b_, {.directory_cursor = 5, .cursors = {{space_, cursor}}});
    ASSERT_EQ(answer.problem, std::nullopt);
    for (const auto& frame : answer.pull.envelopes) sequences.push_back(frame.sequence);
    ASSERT_EQ(answer.pull.heads.size(), 1U);
    ASSERT_GT(answer.pull.heads.front().sequence, cursor);
    cursor = answer.pull.heads.front().sequence;
    more = answer.pull.heads.front().more;
    ++answers;
  }
  EXPECT_EQ(answers, 2U);
  EXPECT_EQ(sequences.size(), static_cast<std::size_t>(kCount));
  EXPECT_TRUE(std::ranges::is_sorted(sequences));
}

TEST_F(SyncHandlerPull, SpacesThatALongAnswerDidNotReachKeepTheirCursors) {
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.MakeSpace(other_space_),
                                        organisation_.Admit(a_, {space_, other_space_}),
                                        organisation_.Admit(b_, {space_, other_space_})}})
                   .problem);
  ASSERT_FALSE(Sync(a_, {.statements = OpenOtherSpace(a_, b_)}).problem);
  ASSERT_EQ(Push(a_, a_.NextEnvelope(other_space_)), std::nullopt);
  PushFromA(10, 500'000);
  const Answer answer =
      Sync(b_, {.directory_cursor = 11, .cursors = {{space_, 0}, {other_space_, 0}}});
  ASSERT_EQ(answer.pull.heads.size(), 2U);
  EXPECT_TRUE(answer.pull.heads[0].more);
  EXPECT_EQ(answer.pull.heads[1], (HeadFrame{other_space_, 0, true}));
}

// A space in which only the reading device ever wrote.
class OwnBacklog final : public MemoryEnvelopeStore {
 public:
  static constexpr std::uint64_t kRows = kAnswerRowsTarget + kAnswerChunkRowsMax;
  Result<EnvelopePage> ReadEnvelopes(const SpaceId&, std::uint64_t cursor,
                                     const std::optional<DeviceId>&,
                                     const ReadLimits& read_limits) override {
    EnvelopePage page;
    page.rows_seen = std::min<std::size_t>(read_limits.rows_max, kRows - cursor);
    page.read_up_to = cursor + page.rows_seen;
    page.more = page.read_up_to < kRows;
    return page;
  }
  Result<std::uint64_t> Head(const SpaceId&) override { return kRows; }
};

TEST_F(SyncHandlerPull, ADevicesOwnBacklogEndsTheAnswerToo) {
  OwnBacklog backlog;
  SyncHandler handler({backlog, *directory_, clock_}, a_.signer());
  ASSERT_TRUE(handler.Feed(TestPush{.cursors = {{space_, 0}}}.Encode()).has_value());
  ASSERT_TRUE(handler.FinishPush().has_value());
  const TestPull pull = TestPull::Decode(ReadAll(handler));
  EXPECT_THAT(pull.heads, ElementsAre(HeadFrame{space_, kAnswerRowsTarget, true}));
}

}  // namespace
}  // namespace sacoche
