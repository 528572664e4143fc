#include "sync-server/server_limits.h"
#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncHandlerPush : public SyncFixture {};

TEST_F(SyncHandlerPush, StoresAndAcknowledges) {
  const Envelope one = a_.NextEnvelope(space_);
  const Envelope two = a_.NextEnvelope(space_);
  const Answer answer = Sync(a_, {.envelopes = {EncodeEnvelope(one), EncodeEnvelope(two)}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(answer.pull.acknowledgements, ElementsAre(AcknowledgementFrame{one.header.id, 1},
                                                        AcknowledgementFrame{two.header.id, 2}));
  EXPECT_THAT(answer.pull.refusals, IsEmpty());
  EXPECT_EQ(answer.pull.end->server_time_ms, clock_.NowMs());
}

TEST_F(SyncHandlerPush, GivesTheSameAnswerToARepetition) {
  const TestPush push{.envelopes = {a_.NextEnvelopeBytes(space_), a_.NextEnvelopeBytes(space_)}};
  const Answer first = Sync(a_, push);
  const Answer second = Sync(a_, push);
  EXPECT_EQ(second.pull.acknowledgements, first.pull.acknowledgements);
  EXPECT_EQ(Head(), 2U);
}

TEST_F(SyncHandlerPush, TakesItsBytesInAnyPieces) {
  const Bytes push =
      TestPush{.cursors = {{space_, 0}},
               .envelopes = {a_.NextEnvelopeBytes(space_), a_.NextEnvelopeBytes(space_)}}
          .Encode();
  for (const std::size_t piece_bytes : {1U, 2U, 7U, 100U}) {
    const Answer answer = Sync(a_.signer(), push, piece_bytes);
    EXPECT_EQ(answer.problem, std::nullopt);
    EXPECT_EQ(answer.pull.acknowledgements.size(), 2U);
  }
  EXPECT_EQ(Head(), 2U);
}

TEST_F(SyncHandlerPush, RefusesAnEnvelopeForASpaceOfOthers) {
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.MakeSpace(other_space_)}}).problem);
  EXPECT_EQ(Push(a_, a_.NextEnvelope(other_space_)), ProblemType::kNotMember);
}

TEST_F(SyncHandlerPush, RefusesAnEpochThatNobodyOpened) {
  Envelope envelope = a_.NextEnvelope(space_);
  envelope.header.epoch = 2;
  SignEnvelope(envelope, a_.key());
  EXPECT_EQ(Push(a_, envelope), ProblemType::kConflict);
}

TEST_F(SyncHandlerPush, RefusesAWrongSignature) {
  Envelope envelope = a_.NextEnvelope(space_);
  envelope.signature[5] ^= 1;
  EXPECT_EQ(Push(a_, envelope), ProblemType::kBadSignature);
  SignEnvelope(envelope, b_.key());
  EXPECT_EQ(Push(a_, envelope), ProblemType::kBadSignature);
  EXPECT_EQ(Head(), 0U);
}

TEST_F(SyncHandlerPush, RefusesAChangedItem) {
  Envelope envelope = a_.NextEnvelope(space_);
  envelope.items[0].bytes[0] ^= 1;
  EXPECT_EQ(Push(a_, envelope), ProblemType::kBadSignature);
}

// Of what a server forgot, a colleague may be the only one who still holds it.
TEST_F(SyncHandlerPush, AMemberMayBringWhatAColleagueMade) {
  EXPECT_EQ(Push(b_, a_.NextEnvelope(space_)), std::nullopt);
  EXPECT_EQ(Push(a_, a_.NextEnvelope(space_)), std::nullopt);
  EXPECT_EQ(Head(), 2U);
}

TEST_F(SyncHandlerPush, RefusesAnEnvelopeOfAStrangerAndOneThatAStrangerBrings) {
  EXPECT_EQ(Push(b_, stranger_.NextEnvelope(space_)), ProblemType::kBadSignature);
  EXPECT_EQ(Push(stranger_, a_.NextEnvelope(space_)), ProblemType::kUnknownDevice);
  EXPECT_EQ(Head(), 0U);
}

TEST_F(SyncHandlerPush, NobodyBringsMoreOfALeaverThanItsEnd) {
  ASSERT_EQ(Push(b_, b_.NextEnvelope(space_)), std::nullopt);
  const Envelope late = b_.NextEnvelope(space_);
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Revoke(b_)}}).problem);
  ASSERT_EQ(Sync(a_, {.statements = {organisation_.OpenNextEpoch(a_, space_, {{b_.id(), 1, {}}})}})
                .pull.outcomes.front()
                .problem,
            std::nullopt);
  EXPECT_EQ(Push(a_, late), ProblemType::kRevoked);
}

TEST_F(SyncHandlerPush, RefusesAForkedChain) {
  a_.NextEnvelope(space_);
  EXPECT_EQ(Push(a_, a_.NextEnvelope(space_)), ProblemType::kForkedChain);
}

TEST_F(SyncHandlerPush, AcceptsAnEnvelopeWhoseItemWasErased) {
  Envelope envelope = a_.NextEnvelope(space_);
  ASSERT_EQ(Push(a_, envelope), std::nullopt);
  EnvelopeItem& item = envelope.items[0];
  const Hash256 hash = ItemHash(item.handle, item.bytes);
  item = {item.handle, true, Bytes(hash.begin(), hash.end())};
  EXPECT_EQ(Push(a_, envelope), std::nullopt);
  EXPECT_EQ(Head(), 1U);
}

TEST_F(SyncHandlerPush, OneRefusalLeavesTheRestInPlace) {
  Envelope bad = a_.NextEnvelope(other_space_);
  const Answer answer =
      Sync(a_, {.envelopes = {EncodeEnvelope(bad), a_.NextEnvelopeBytes(space_)}});
  EXPECT_EQ(answer.pull.refusals.size(), 1U);
  EXPECT_EQ(answer.pull.acknowledgements.size(), 1U);
}

TEST_F(SyncHandlerPush, KeepsWhatCameWholeBeforeACut) {
  const Bytes push =
      TestPush{.envelopes = {a_.NextEnvelopeBytes(space_), a_.NextEnvelopeBytes(space_)}}.Encode();
  SyncHandler handler = Handler(a_.signer());
  ASSERT_TRUE(handler.Feed(ByteView(push).first(push.size() - 10)).has_value());
  EXPECT_EQ(Head(), 0U) << "acknowledged only with others, in few transactions";
  handler.Cut();
  EXPECT_EQ(Head(), 1U);
}

TEST_F(SyncHandlerPush, RefusesAPushWithoutItsEndButKeepsWhatCame) {
  const TestPush push{.envelopes = {a_.NextEnvelopeBytes(space_)}};
  EXPECT_EQ(Sync(a_.signer(), push.EncodeWithoutEnd()).problem, ProblemType::kMalformed);
  EXPECT_EQ(Head(), 1U);
  EXPECT_EQ(Sync(a_, push).pull.acknowledgements.front().sequence, 1U);
}

TEST_F(SyncHandlerPush, RefusesEveryTruncation) {
  const Bytes push = TestPush{.envelopes = {a_.NextEnvelopeBytes(space_)}}.Encode();
  for (std::size_t size = 0; size < push.size(); ++size) {
    const Bytes cut(push.begin(), push.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(Sync(a_.signer(), cut).problem, ProblemType::kMalformed) << size;
  }
}

TEST_F(SyncHandlerPush, CommitsALongPushOnTheWay) {
  SyncHandler handler = Handler(a_.signer());
  TestPush push;
  for (int i = 0; i < 10; ++i) push.envelopes.push_back(a_.NextEnvelopeBytes(space_, 50'000));
  ASSERT_TRUE(handler.Feed(push.EncodeWithoutEnd()).has_value());
  EXPECT_GE(Head(), kCommitBytesTarget / 60'000);
  EXPECT_LT(Head(), 10U);
}

Bytes RawFrame(std::uint8_t type, std::uint8_t length) { return {type, length}; }

TEST_F(SyncHandlerPush, RefusesWhatIsNoFrameOfAPush) {
  const auto after_hello = [&](const Bytes& bytes) {
    Bytes push;
    AppendFrame(push, PushFrame(HelloFrame{}));
    Append(push, bytes);
    return Sync(a_.signer(), push).problem;
  };
  EXPECT_EQ(after_hello(RawFrame(99, 0)), ProblemType::kMalformed) << "unknown type";
  EXPECT_EQ(after_hello(RawFrame(24, 0)), ProblemType::kMalformed) << "a pull's frame";
  EXPECT_EQ(after_hello({3, 1, 0}), ProblemType::kMalformed) << "a short cursor";
  EXPECT_EQ(after_hello({4, 3, 1, 2, 3}), ProblemType::kMalformed) << "no envelope";
  EXPECT_EQ(after_hello({4, 3, 9, 2, 3}), ProblemType::kUnsupported) << "a later envelope format";
  EXPECT_EQ(after_hello({4, 0xff, 0xff, 0xff, 0x7f}), ProblemType::kTooLarge);
  EXPECT_EQ(after_hello({1, 2, 1, 0}), ProblemType::kMalformed) << "a second hello";
  EXPECT_EQ(after_hello({5, 0, 5, 0}), ProblemType::kMalformed) << "after the end";
  EXPECT_EQ(after_hello({5, 0, 5}), ProblemType::kMalformed) << "a byte after the end";
  EXPECT_EQ(Sync(a_.signer(), {5, 0}).problem, ProblemType::kMalformed) << "no hello";
  EXPECT_EQ(Sync(a_.signer(), {1, 2, 2, 0}).problem, ProblemType::kUnsupported);
}

TEST_F(SyncHandlerPush, RefusesMoreThanTheLimits) {
  TestPush cursors;
  cursors.cursors.assign(limits::kRequestSpacesMax + 1, {space_, 0});
  EXPECT_EQ(Sync(a_, cursors).problem, ProblemType::kTooLarge);
  TestPush envelopes;
  envelopes.envelopes.assign(limits::kRequestEnvelopesMax + 1, a_.NextEnvelopeBytes(space_));
  EXPECT_EQ(Sync(a_, envelopes).problem, ProblemType::kTooLarge);
  TestPush statements;
  statements.statements.assign(limits::kRequestStatementsMax + 1, Bytes{1});
  EXPECT_EQ(Sync(a_, statements).problem, ProblemType::kTooLarge);
}

TEST_F(SyncHandlerPush, SaysThatTheDiskIsFullAndAcknowledgesAfterwards) {
  const TestPush push{.envelopes = {a_.NextEnvelopeBytes(space_)}};
  store_.FailWrites(Error{ErrorCode::kDiskFull, "full", ""});
  EXPECT_EQ(Sync(a_, push).problem, ProblemType::kStorage);
  EXPECT_EQ(Sync(a_, {.cursors = {{space_, 0}}}).problem, std::nullopt) << "reading goes on";
  store_.FailWrites(std::nullopt);
  EXPECT_EQ(Sync(a_, push).pull.acknowledgements.front().sequence, 1U);
}

TEST_F(SyncHandlerPush, StatementsThatADiskRefusedAreNotBelieved) {
  const Bytes statement = organisation_.Admit(stranger_, {space_});
  store_.FailWrites(Error{ErrorCode::kDiskFull, "full", ""});
  EXPECT_EQ(SyncRoot({.statements = {statement}}).problem, ProblemType::kStorage);
  EXPECT_EQ(directory_->directory().FindMember(stranger_.id()), nullptr);
  store_.FailWrites(std::nullopt);
  EXPECT_FALSE(SyncRoot({.statements = {statement}}).pull.outcomes.front().problem);
  EXPECT_NE(directory_->directory().FindMember(stranger_.id()), nullptr);
}

TEST_F(SyncHandlerPush, JudgesEachStatementAndNumbersTheOutcomes) {
  const Bytes space = organisation_.MakeSpace(other_space_);
  Bytes forged = organisation_.Admit(stranger_, {space_});
  forged[forged.size() - 1] ^= 1;
  Bytes newer = space;
  newer[0] = 9;
  const Answer answer = SyncRoot({.statements = {space, space, forged, newer, Bytes{1, 2}}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(
      answer.pull.outcomes,
      ElementsAre(StatementOutcomeFrame{0, std::nullopt}, StatementOutcomeFrame{1, std::nullopt},
                  StatementOutcomeFrame{2, ProblemType::kBadSignature},
                  StatementOutcomeFrame{3, ProblemType::kUnsupported},
                  StatementOutcomeFrame{4, ProblemType::kMalformed}));
  EXPECT_EQ(directory_->directory().FindMember(stranger_.id()), nullptr);
}

TEST_F(SyncHandlerPush, AnEnvelopeMayRestOnAStatementOfTheSamePush) {
  MakeOtherSpace();
  const Answer answer = Sync(a_, {.statements = OpenOtherSpace(a_, b_),
                                  .envelopes = {a_.NextEnvelopeBytes(other_space_)}});
  EXPECT_EQ(answer.pull.acknowledgements.size(), 1U);
}

TEST_F(SyncHandlerPush, RefusesEnvelopesUnderAKeyThatLostTheRaceForItsEpoch) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(b_, {.statements = {organisation_.OpenEpoch(b_, other_space_)}}).problem);
  const Answer answer = Sync(a_, {.statements = {organisation_.OpenEpoch(a_, other_space_)},
                                  .envelopes = {a_.NextEnvelopeBytes(other_space_)}});
  EXPECT_EQ(answer.pull.outcomes.front().problem, ProblemType::kConflict);
  ASSERT_EQ(answer.pull.refusals.size(), 1U);
  EXPECT_EQ(answer.pull.refusals.front().problem, ProblemType::kConflict);
  EXPECT_EQ(store_.Head(other_space_).value(), 0U);
}

// Of two epochs of one number, it may be sealed under the one that this server does not know.
TEST_F(SyncHandlerPush, RefusesEnvelopesOfWhoeverWasShownAnotherDirectory) {
  const std::uint64_t count = directory_->directory().statement_count();
  const Bytes envelope = a_.NextEnvelopeBytes(space_);
  for (const KnownDirectoryFrame& known :
       {KnownDirectoryFrame{count, {1}},
        KnownDirectoryFrame{count + 1, *directory_->order().TagAt(count)}}) {
    const Answer answer = Sync(a_, {.envelopes = {envelope}, .known_directory = known});
    ASSERT_EQ(answer.pull.refusals.size(), 1U);
    EXPECT_EQ(answer.pull.refusals.front().problem, ProblemType::kConflict);
    EXPECT_EQ(answer.pull.directory.size(), count) << "from the beginning";
  }
  EXPECT_EQ(Head(), 0U);
  for (std::uint64_t shown = 1; shown <= count; ++shown) {
    const KnownDirectoryFrame known{shown, *directory_->order().TagAt(shown)};
    EXPECT_TRUE(
        Sync(a_, {.envelopes = {envelope}, .known_directory = known}).pull.refusals.empty());
  }
  EXPECT_EQ(Head(), 1U);
}

// Whatever is wrong with the statement: here it follows nothing that its signer said.
TEST_F(SyncHandlerPush, RefusesEnvelopesUnderAnEpochWhoseStatementItDoesNotTake) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(b_, {.statements = {organisation_.OpenEpoch(b_, other_space_)}}).problem);
  organisation_.OpenEpoch(a_, other_space_);  // never sent
  const Answer answer = Sync(a_, {.statements = {organisation_.OpenEpoch(a_, other_space_)},
                                  .envelopes = {a_.NextEnvelopeBytes(other_space_)}});
  EXPECT_EQ(answer.pull.outcomes.front().problem, ProblemType::kBadSignature);
  ASSERT_EQ(answer.pull.refusals.size(), 1U);
  EXPECT_EQ(answer.pull.refusals.front().problem, ProblemType::kConflict);
}

// They would fit: another of their number stands.
TEST_F(SyncHandlerPush, RefusesWhatRestsOnAnEpochThatItRefusedInTheSamePush) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(b_, {.statements = {organisation_.OpenEpoch(b_, other_space_)}}).problem);
  const std::vector<Bytes> said = {organisation_.OpenEpoch(a_, other_space_),
                                   organisation_.Grant(b_, {other_space_, 1, a_.id(), {}})};
  const Answer refused = Sync(a_, {.statements = said});
  ASSERT_EQ(refused.pull.outcomes.size(), 2U);
  EXPECT_EQ(refused.pull.outcomes[1].problem, ProblemType::kConflict);
  EXPECT_EQ(directory_->directory().FindGrant(other_space_, 1, a_.id()), nullptr);
  // A grant of the key that stands is taken.
  EXPECT_EQ(Sync(b_, {.statements = {said[1]}}).pull.outcomes.front().problem, std::nullopt);
}

TEST_F(SyncHandlerPush, RefusesASnapshotUnderAnEpochThatItRefusedInTheSamePush) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(b_, {.statements = OpenOtherSpace(b_, a_)}).problem);
  ASSERT_EQ(Push(b_, b_.NextEnvelope(other_space_)), std::nullopt);
  const SnapshotIdentity identity{
      other_space_, 1, a_.id(), IdNumber<SnapshotId>(3), 1, *store_.HistoryAt(other_space_, 1)};
  const std::vector<PushFrame> snapshot = TestSnapshot::Of(a_, identity, 1).Frames(0, 1);
  const Bytes epoch = organisation_.OpenEpoch(a_, other_space_);
  const Answer refused = Sync(a_, {.statements = {epoch}, .more = snapshot});
  ASSERT_EQ(refused.pull.snapshot_outcomes.size(), 1U);
  EXPECT_EQ(refused.pull.snapshot_outcomes.front().problem, ProblemType::kConflict);
  EXPECT_EQ(Sync(a_, {.more = snapshot}).pull.snapshot_outcomes.front().problem, std::nullopt);
}

// A laptop of the space said its key: others can open it.
TEST_F(SyncHandlerPush, StoresAnEnvelopeUnderAKeyThatGaveWayOnceItIsSaid) {
  Envelope envelope = a_.NextEnvelope(space_);
  envelope.header.epoch = 2;
  SignEnvelope(envelope, a_.key());
  ASSERT_EQ(Push(a_, envelope), ProblemType::kConflict);
  const Bytes said = organisation_.SayLostKey(b_, {space_, 2, {1}, 1, {}, {}});
  ASSERT_EQ(Sync(b_, {.statements = {said}}).pull.outcomes.front().problem, std::nullopt);
  EXPECT_EQ(Push(a_, envelope), std::nullopt);
}

TEST_F(SyncHandlerPush, RefusesWhatNobodyElseWillEverOpen) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(a_, {.statements = {organisation_.OpenEpoch(a_, other_space_)}}).problem);
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Revoke(a_)}}).problem);
  const Envelope envelope = b_.NextEnvelope(other_space_);
  EXPECT_EQ(Push(b_, envelope), ProblemType::kConflict) << "b was never granted that key";
}

// a may be lost before anybody else is given the key: it reads first to whom it has to give it.
TEST_F(SyncHandlerPush, RefusesWhatOnlyItsMakerOpensWhileItKnowsLessOfTheDirectory) {
  MakeOtherSpace();
  ASSERT_FALSE(Sync(a_, {.statements = {organisation_.OpenEpoch(a_, other_space_)}}).problem);
  const std::uint64_t count = directory_->directory().statement_count();
  const std::vector<Bytes> envelopes{a_.NextEnvelopeBytes(other_space_)};
  const auto sync = [&](std::uint64_t cursor, const std::vector<Bytes>& statements) {
    return Sync(a_, {.directory_cursor = cursor, .statements = statements, .envelopes = envelopes});
  };
  const Answer behind = sync(count - 1, {});
  ASSERT_EQ(behind.pull.refusals.size(), 1U);
  EXPECT_EQ(behind.pull.refusals.front().problem, ProblemType::kConflict);
  // Nor behind a grant that was refused.
  const Bytes refused = organisation_.Grant(a_, {other_space_, 1, stranger_.id(), {}});
  EXPECT_EQ(sync(count, {refused}).pull.refusals.size(), 1U);
  EXPECT_EQ(sync(count, {}).pull.acknowledgements.size(), 1U);
}

TEST_F(SyncHandlerPush, ARevokedDeviceIsToldSoAndNothingElse) {
  const Envelope late = a_.NextEnvelope(space_);
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Revoke(a_)}}).problem);
  const std::uint64_t revoked_by = directory_->directory().statement_count();
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.MakeSpace(other_space_)}}).problem);
  const Answer answer = Sync(a_, {.cursors = {{space_, 0}}, .envelopes = {EncodeEnvelope(late)}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_EQ(answer.pull.directory.size(), revoked_by);
  EXPECT_THAT(answer.pull.refused_spaces,
              ElementsAre(SpaceRefusedFrame{space_, ProblemType::kRevoked}));
  ASSERT_EQ(answer.pull.refusals.size(), 1U);
  EXPECT_EQ(answer.pull.refusals.front().problem, ProblemType::kRevoked);
  EXPECT_EQ(Head(), 0U);
  // The other goes on.
  EXPECT_EQ(Push(b_, b_.NextEnvelope(space_)), std::nullopt);
}

TEST_F(SyncHandlerPush, TheRootBelongsToNoSpace) {
  const Answer answer =
      SyncRoot({.cursors = {{space_, 0}}, .envelopes = {a_.NextEnvelopeBytes(space_)}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(answer.pull.refused_spaces,
              ElementsAre(SpaceRefusedFrame{space_, ProblemType::kNotMember}));
  EXPECT_EQ(answer.pull.refusals.front().problem, ProblemType::kNotMember);
  EXPECT_EQ(answer.pull.directory.size(), 6U);
}

class SyncHandlerClaim : public SyncFixture {
 protected:
  SyncHandlerClaim() : SyncFixture(Begin::kUnclaimed) {}
};

TEST_F(SyncHandlerClaim, AServerOfNobodyServesTheFirstRootThatFoundsIt) {
  const Answer answer =
      SyncRoot({.statements = {organisation_.Found(), organisation_.MakeSpace(space_)}});
  ASSERT_EQ(answer.problem, std::nullopt);
  EXPECT_THAT(answer.pull.outcomes, ElementsAre(StatementOutcomeFrame{0, std::nullopt},
                                                StatementOutcomeFrame{1, std::nullopt}));
  EXPECT_EQ(directory_->directory().root(), organisation_.root().public_key());
}

TEST_F(SyncHandlerClaim, NeedsTheOrganisationsStatementFirst) {
  organisation_.Found();
  EXPECT_EQ(SyncRoot({.statements = {organisation_.MakeSpace(space_)}}).problem,
            ProblemType::kWrongOrganisation);
  EXPECT_EQ(SyncRoot({}).problem, ProblemType::kWrongOrganisation);
  EXPECT_EQ(SyncRoot({.statements = {Bytes{1}}}).problem, ProblemType::kWrongOrganisation);
}

TEST_F(SyncHandlerClaim, NeedsTheStatementOfTheVeryKeyThatSignedTheRequest) {
  TestOrganisation other(101);
  EXPECT_EQ(SyncRoot({.statements = {other.Found()}}).problem, ProblemType::kWrongOrganisation);
  EXPECT_FALSE(directory_->directory().has_organisation());
}

TEST_F(SyncHandlerClaim, ASecondOrganisationComesTooLate) {
  TestOrganisation other(101);
  SyncHandler late = Handler(other.signer());
  ASSERT_TRUE(late.Feed(TestPush{}.EncodeWithoutEnd()).has_value());
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Found()}}).problem);
  Bytes rest;
  AppendFrame(rest, PushFrame(StatementFrame{other.Found()}));
  AppendFrame(rest, PushFrame(PushEndFrame{}));
  const auto fed = late.Feed(rest);
  ASSERT_TRUE(fed.has_value());
  const auto finished = late.FinishPush();
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().type, ProblemType::kWrongOrganisation);
  EXPECT_EQ(directory_->directory().root(), organisation_.root().public_key());
}

}  // namespace
}  // namespace sacoche
