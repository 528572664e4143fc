#include "engine/membership/statement.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/support/sample_statements.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

const SpaceId kSpace = IdFrom<SpaceId>(0x10);

// Where the fields of a statement with a counter below 128 stand.
constexpr std::size_t kKindAt = 1;
constexpr std::size_t kCounterAt = 18;
constexpr std::size_t kPayloadAt = kCounterAt + 1 + 32;

Bytes WithByte(const SignedStatement& statement, std::size_t at, std::uint8_t value) {
  Bytes bytes = statement.bytes;
  bytes[at] = value;
  return bytes;
}

TEST(Statement, EveryKindRoundTrips) {
  std::set<std::uint8_t> kinds;
  for (const SignedStatement& said : EveryStatement()) {
    const auto decoded = DecodeStatement(said.bytes);
    ASSERT_THAT(decoded, Succeeds());
    EXPECT_EQ(decoded->statement.payload.index(), said.statement.payload.index());
    EXPECT_TRUE(kinds.insert(said.bytes[kKindAt]).second);
    EXPECT_EQ(decoded->bytes, said.bytes);
    EXPECT_EQ(decoded->hash, said.hash);
    // Signing what was read gives the same bytes: nothing was lost, and the encoding is canonical.
    EXPECT_EQ(SignStatement(decoded->statement, KeyNumber(2)).bytes, said.bytes);
  }
}

TEST(Statement, EveryKindRefusesTruncationsAndBytesAfterTheEnd) {
  for (const SignedStatement& said : EveryStatement())
    ExpectOnlyTheWholeDecodes(said.bytes, DecodeStatement);
}

TEST(Statement, VerifiesForItsSignerOnly) {
  for (const SignedStatement& said : EveryStatement()) {
    EXPECT_TRUE(VerifyStatementSignature(said, KeyNumber(2).public_key()));
    EXPECT_FALSE(VerifyStatementSignature(said, KeyNumber(3).public_key()));
  }
}

TEST(Statement, NoChangedByteVerifies) {
  const SignedStatement said = EveryStatement()[4];
  for (std::size_t at = 0; at < said.bytes.size(); ++at) {
    const Bytes bad = WithByte(said, at, static_cast<std::uint8_t>(said.bytes[at] ^ 1));
    const auto decoded = DecodeStatement(bad);
    EXPECT_FALSE(decoded && VerifyStatementSignature(*decoded, KeyNumber(2).public_key())) << at;
  }
}

TEST(Statement, RefusesAnotherVersion) {
  for (const int version : {0, 2, 255})
    EXPECT_THAT(
        DecodeStatement(WithByte(EveryStatement()[0], 0, static_cast<std::uint8_t>(version))),
        FailsWith(ErrorCode::kNewerFormat));
}

TEST(Statement, RefusesWhatStandsForNothing) {
  Signer signer = Signer::Device(2);
  OfficerStatement officer{signer.key().public_key(), OfficerStatement::Rank{3}, {}};
  EXPECT_THAT(DecodeStatement(signer.Say(officer).bytes), FailsWith(ErrorCode::kCorrupt));
  for (const int reason : {0, 4})
    EXPECT_THAT(DecodeStatement(
                    signer.Say(RevocationStatement{{}, RevocationStatement::Reason(reason)}).bytes),
                FailsWith(ErrorCode::kCorrupt));
}

// One list, one way to write it.
TEST(Statement, RefusesLeaversOutOfOrderOrTwice) {
  Signer signer = Signer::Device(2);
  EpochStatement epoch{kSpace, 2, {}, EpochStatement::Succession{}, {}};
  epoch.succession->leavers = {{IdFrom<DeviceId>(2), 1, {}}, {IdFrom<DeviceId>(1), 1, {}}};
  EXPECT_THAT(DecodeStatement(signer.Say(epoch).bytes), FailsWith(ErrorCode::kCorrupt));
  epoch.succession->leavers[1].device = IdFrom<DeviceId>(2);
  EXPECT_THAT(DecodeStatement(signer.Say(epoch).bytes), FailsWith(ErrorCode::kCorrupt));
  epoch.succession->leavers[1].device = IdFrom<DeviceId>(3);
  EXPECT_THAT(DecodeStatement(signer.Say(epoch).bytes), Succeeds());
}

TEST(Statement, RefusesAUseOfARecoveryKeyForNoSpaceOrForSpacesOutOfOrder) {
  Signer signer = Signer::Device(2);
  RecoveryUseStatement use{IdFrom<DeviceId>(1), signer.id(), {}};
  EXPECT_THAT(DecodeStatement(signer.Say(use).bytes), FailsWith(ErrorCode::kCorrupt));
  use.spaces = {IdFrom<SpaceId>(2), IdFrom<SpaceId>(1)};
  EXPECT_THAT(DecodeStatement(signer.Say(use).bytes), FailsWith(ErrorCode::kCorrupt));
  use.spaces = {IdFrom<SpaceId>(2), IdFrom<SpaceId>(2)};
  EXPECT_THAT(DecodeStatement(signer.Say(use).bytes), FailsWith(ErrorCode::kCorrupt));
  use.spaces = {IdFrom<SpaceId>(2), IdFrom<SpaceId>(3)};
  EXPECT_THAT(DecodeStatement(signer.Say(use).bytes), Succeeds());
}

TEST(Statement, RefusesAPolicyBeyondItsLimits) {
  Signer signer = Signer::Device(2);
  const auto decode = [&](std::uint64_t days, std::uint64_t hours) {
    return DecodeStatement(signer.Say(PolicyStatement{days, hours}).bytes);
  };
  for (const SignedStatement& said : Policies()) {
    const auto decoded = DecodeStatement(said.bytes);
    ASSERT_THAT(decoded, Succeeds());
    EXPECT_EQ(std::get<PolicyStatement>(decoded->statement.payload),
              std::get<PolicyStatement>(said.statement.payload));
    ExpectOnlyTheWholeDecodes(said.bytes, DecodeStatement);
  }
  EXPECT_THAT(decode(kLockAfterDaysMax, kBreakGlassHoursMax), Succeeds());
  EXPECT_THAT(decode(kLockAfterDaysMax + 1, 0), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(decode(0, kBreakGlassHoursMax + 1), FailsWith(ErrorCode::kCorrupt));
}

TEST(Statement, RefusesALostKeyOfNoEpochOrUnderNone) {
  Signer signer = Signer::Device(2);
  const SignedStatement said = SampleLostKeyStatement();
  const auto decoded = DecodeStatement(said.bytes);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(std::get<LostKeyStatement>(decoded->statement.payload), SampleLostKey());
  ExpectOnlyTheWholeDecodes(said.bytes, DecodeStatement);
  LostKeyStatement lost = SampleLostKey();
  lost.epoch = 0;
  EXPECT_THAT(DecodeStatement(signer.Say(lost).bytes), FailsWith(ErrorCode::kCorrupt));
  lost = SampleLostKey();
  lost.under = 0;
  EXPECT_THAT(DecodeStatement(signer.Say(lost).bytes), FailsWith(ErrorCode::kCorrupt));
}

TEST(Statement, RefusesAnEpochThatPassesOverMoreThanThereAreBeforeIt) {
  Signer signer = Signer::Device(2);
  const SignedStatement said = SampleEpochPassingOverStatement();
  const auto decoded = DecodeStatement(said.bytes);
  ASSERT_THAT(decoded, Succeeds());
  const auto& epoch = std::get<EpochStatement>(decoded->statement.payload);
  EXPECT_EQ(epoch.succession->passed_over, 2U);
  EXPECT_EQ(epoch.LeadsTo(), 298U);
  EXPECT_EQ(epoch.own_key, SampleEpochPassingOver().own_key);
  ExpectOnlyTheWholeDecodes(said.bytes, DecodeStatement);
  EpochStatement other = SampleEpochPassingOver();
  other.succession->passed_over = 300;
  const auto of_all = DecodeStatement(signer.Say(other).bytes);
  ASSERT_THAT(of_all, Succeeds());
  EXPECT_EQ(std::get<EpochStatement>(of_all->statement.payload).LeadsTo(), 0U);
  other.succession->passed_over = 301;
  EXPECT_THAT(DecodeStatement(signer.Say(other).bytes), FailsWith(ErrorCode::kCorrupt));
}

TEST(Statement, RefusesAReplacedViewOfNoEnvelopeOrOfSpacesOutOfOrder) {
  Signer signer = Signer::Device(2);
  const SignedStatement said = SampleReplacedViewStatement();
  const auto decoded = DecodeStatement(said.bytes);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(std::get<ReplacedViewStatement>(decoded->statement.payload), SampleReplacedView());
  ExpectOnlyTheWholeDecodes(said.bytes, DecodeStatement);
  const auto expect_refused = [&](const ReplacedViewStatement& view) {
    EXPECT_THAT(DecodeStatement(signer.Say(view).bytes), FailsWith(ErrorCode::kCorrupt));
  };
  expect_refused({});
  ReplacedViewStatement view = SampleReplacedView();
  view.envelopes[0].counter = 0;
  expect_refused(view);
  view = SampleReplacedView();
  view.envelopes[0].space = view.envelopes[1].space;
  expect_refused(view);
  std::swap(view.envelopes[0].space, view.envelopes[1].space);
  view.envelopes[1].space = IdFrom<SpaceId>(0x08);
  expect_refused(view);
}

// Computed by another program: BLAKE2b-256 of the key, personal `sacoche.rec-id`, 16 bytes of it.
TEST(Statement, ARecoveryKeyHasOneRecipient) {
  EXPECT_EQ(RecoveryRecipientOf(CountingFrom<BoxPublicKey>(0xd0)).ToHex(),
            "58eb48acec008859f774cc5de978f121");
}

TEST(Statement, RefusesAnUnknownKind) {
  EXPECT_THAT(DecodeStatement(WithByte(EveryStatement()[0], kKindAt, 0)),
              FailsWith(ErrorCode::kCorrupt));
  for (const int kind : {6, 255})
    EXPECT_THAT(
        DecodeStatement(WithByte(EveryStatement()[0], kKindAt, static_cast<std::uint8_t>(kind))),
        FailsWith(ErrorCode::kNewerFormat));
}

TEST(Statement, RefusesAnUnknownRole) {
  for (const int role : {0, 3, 255})
    EXPECT_THAT(DecodeStatement(WithByte(EveryStatement()[2], kPayloadAt + 64,
                                         static_cast<std::uint8_t>(role))),
                FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeStatement(WithByte(EveryStatement()[2], kPayloadAt + 64, 2)), Succeeds());
}

TEST(Statement, RefusesACounterOfZero) {
  EXPECT_THAT(DecodeStatement(WithByte(EveryStatement()[0], kCounterAt, 0)),
              FailsWith(ErrorCode::kCorrupt));
}

TEST(Statement, RefusesMoreSpacesThanAllowed) {
  Signer root = Signer::Root();
  const auto with_spaces = [&](std::size_t count) {
    return root.Say(AdmissionOf(root, std::vector<SpaceId>(count, kSpace))).bytes;
  };
  EXPECT_THAT(DecodeStatement(with_spaces(kStatementSpacesMax)), Succeeds());
  EXPECT_THAT(DecodeStatement(with_spaces(kStatementSpacesMax + 1)),
              FailsWith(ErrorCode::kCorrupt));
}

TEST(Statement, RefusesASealedTextBeyondItsLimit) {
  Signer root = Signer::Root();
  const auto with_name = [&](std::size_t size) {
    return root.Say(SpaceStatement{kSpace, Bytes(size)}).bytes;
  };
  EXPECT_THAT(DecodeStatement(with_name(kSealedTextBytesMax)), Succeeds());
  EXPECT_THAT(DecodeStatement(with_name(kSealedTextBytesMax + 1)), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeStatement(with_name(kStatementBytesMax)), FailsWith(ErrorCode::kLimit));
}

}  // namespace
}  // namespace sacoche
