#include <gmock/gmock.h>

#include "sync-server/compaction.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_envelope_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_organisation.h"
#include "tests/sync-server/judged_envelope.h"

namespace sacoche {
namespace {

constexpr ReadLimits kPlenty{1 << 20, 1000};
using Kind = AppendOutcome::Kind;

// What every store must do; each implementation runs all of it.
struct Backend {
  std::string name;
  std::function<std::unique_ptr<EnvelopeStore>(const TemporaryDirectory&)> open;
  friend void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }
};

class EnvelopeStoreConformance : public ::testing::TestWithParam<Backend> {
 protected:
  NewEnvelope Next(TestDevice& device, const SpaceId& space, std::size_t bytes = 40) {
    return Judged(device.NextEnvelope(space, bytes));
  }
  AppendOutcome Append(const NewEnvelope& envelope) {
    const auto outcomes = store_->AppendEnvelopes({&envelope, 1});
    SACOCHE_CHECK(outcomes.has_value() && outcomes->size() == 1);
    return outcomes->front();
  }
  EnvelopePage Read(std::uint64_t cursor, const std::optional<DeviceId>& excluded,
                    const ReadLimits& read_limits = kPlenty) {
    auto page = store_->ReadEnvelopes(space_, cursor, excluded, read_limits);
    SACOCHE_CHECK(page.has_value());
    return std::move(*page);
  }
  TestSnapshot SnapshotOf(const TestDevice& device, std::uint8_t sequence, std::size_t parts) {
    SnapshotIdentity identity;
    identity.space = space_;
    identity.epoch = 1;
    identity.id = IdNumber<SnapshotId>(sequence);
    identity.sequence = sequence;
    return TestSnapshot::Of(device, identity, parts);
  }
  void Store(const TestSnapshot& snapshot) {
    for (std::size_t i = 0; i < snapshot.parts.size(); ++i)
      EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, i, snapshot.parts[i]).value(), i + 1);
  }
  std::uint64_t Head(const SpaceId& space) { return store_->Head(space).value(); }

  TemporaryDirectory folder_;
  std::unique_ptr<EnvelopeStore> store_ = GetParam().open(folder_);
  TestDevice a_{1};
  TestDevice b_{2};
  const SpaceId space_ = IdNumber<SpaceId>(1);
  const SpaceId other_space_ = IdNumber<SpaceId>(2);
};

TEST_P(EnvelopeStoreConformance, CountsFromOneInEachSpace) {
  EXPECT_EQ(Head(space_), 0U);
  EXPECT_EQ(Append(Next(a_, space_)), (AppendOutcome{Kind::kStored, 1}));
  EXPECT_EQ(Append(Next(b_, space_)), (AppendOutcome{Kind::kStored, 2}));
  EXPECT_EQ(Append(Next(a_, space_)), (AppendOutcome{Kind::kStored, 3}));
  EXPECT_EQ(Append(Next(a_, other_space_)), (AppendOutcome{Kind::kStored, 1}));
  EXPECT_EQ(Head(space_), 3U);
  EXPECT_EQ(Head(other_space_), 1U);
}

TEST_P(EnvelopeStoreConformance, AcknowledgesARepetitionWithTheSameSequence) {
  const NewEnvelope first = Next(a_, space_);
  Append(first);
  Append(Next(a_, space_));
  EXPECT_EQ(Append(first), (AppendOutcome{Kind::kRepeated, 1}));
  EXPECT_EQ(Head(space_), 2U);
}

TEST_P(EnvelopeStoreConformance, SeesARepetitionInsideOneCall) {
  const NewEnvelope envelope = Next(a_, space_);
  const std::vector<NewEnvelope> twice{envelope, envelope};
  EXPECT_THAT(
      store_->AppendEnvelopes(twice).value(),
      testing::ElementsAre(AppendOutcome{Kind::kStored, 1}, AppendOutcome{Kind::kRepeated, 1}));
}

TEST_P(EnvelopeStoreConformance, RefusesAGapInTheChain) {
  const NewEnvelope first = Next(a_, space_);
  const NewEnvelope second = Next(a_, space_);
  EXPECT_EQ(Append(second).kind, Kind::kForked);
  EXPECT_EQ(Append(first).sequence, 1U);
  EXPECT_EQ(Append(second).sequence, 2U);
}

TEST_P(EnvelopeStoreConformance, RefusesASecondSuccessor) {
  TestDevice restored(1);
  const NewEnvelope first = Next(a_, space_);
  Append(first);
  Append(Next(a_, space_));
  restored.NextEnvelope(space_);
  NewEnvelope other = Next(restored, space_, 99);
  other.header.id = IdNumber<EnvelopeId>(77);
  EXPECT_EQ(Append(other).kind, Kind::kForked);
  EXPECT_EQ(Head(space_), 2U);
}

TEST_P(EnvelopeStoreConformance, RefusesTheRightCounterWithTheWrongPrevious) {
  Append(Next(a_, space_));
  Envelope envelope = a_.NextEnvelope(space_);
  envelope.header.previous[0] ^= 1;
  EXPECT_EQ(Append(Judged(envelope)).kind, Kind::kForked);
}

TEST_P(EnvelopeStoreConformance, RefusesAnotherEnvelopeUnderAKnownId) {
  const NewEnvelope mine = Next(a_, space_);
  Append(mine);
  Envelope theirs = b_.NextEnvelope(space_);
  theirs.header.id = mine.header.id;
  EXPECT_EQ(Append(Judged(theirs)).kind, Kind::kForked);
  EXPECT_EQ(Head(space_), 1U);
}

TEST_P(EnvelopeStoreConformance, KeepsWhatFollowsARefusedOneInTheSameCall) {
  a_.NextEnvelope(space_);
  const std::vector<NewEnvelope> batch{Next(a_, space_), Next(b_, space_)};
  EXPECT_THAT(
      store_->AppendEnvelopes(batch).value(),
      testing::ElementsAre(AppendOutcome{Kind::kForked, 0}, AppendOutcome{Kind::kStored, 1}));
}

TEST_P(EnvelopeStoreConformance, ReadsWhatOthersWroteAfterTheCursor) {
  const NewEnvelope one = Next(a_, space_);
  const NewEnvelope two = Next(b_, space_);
  const NewEnvelope three = Next(a_, space_);
  for (const NewEnvelope* envelope : {&one, &two, &three}) Append(*envelope);
  const EnvelopePage for_b = Read(0, b_.id());
  EXPECT_THAT(for_b.rows, testing::ElementsAre(EnvelopePage::Row{1, one.bytes},
                                               EnvelopePage::Row{3, three.bytes}));
  EXPECT_EQ(for_b.read_up_to, 3U);
  EXPECT_FALSE(for_b.more);
  EXPECT_THAT(Read(1, b_.id()).rows, testing::ElementsAre(EnvelopePage::Row{3, three.bytes}));
}

TEST_P(EnvelopeStoreConformance, SaysTheHeadToACursorAtOrBeyondIt) {
  Append(Next(a_, space_));
  for (const std::uint64_t cursor : {std::uint64_t{1}, std::uint64_t{9}, UINT64_MAX}) {
    const EnvelopePage page = Read(cursor, b_.id());
    EXPECT_TRUE(page.rows.empty());
    EXPECT_EQ(page.read_up_to, 1U);
    EXPECT_FALSE(page.more);
  }
  EXPECT_EQ(store_->ReadEnvelopes(other_space_, 5, a_.id(), kPlenty)->read_up_to, 0U);
}

TEST_P(EnvelopeStoreConformance, StopsAtTheLimitOfBytesAndResumesThere) {
  for (int i = 0; i < 5; ++i) Append(Next(a_, space_, 1000));
  std::uint64_t cursor = 0;
  std::vector<std::uint64_t> sequences;
  EnvelopePage page;
  do {
    page = Read(cursor, b_.id(), {2500, 1000});
    EXPECT_LE(page.rows.size(), 2U);
    for (const auto& row : page.rows) sequences.push_back(row.sequence);
    ASSERT_GT(page.read_up_to, cursor);
    cursor = page.read_up_to;
  } while (page.more);
  EXPECT_THAT(sequences, testing::ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(EnvelopeStoreConformance, GivesOneRowThatAloneIsBeyondTheLimit) {
  Append(Next(a_, space_, 5000));
  Append(Next(a_, space_, 5000));
  const EnvelopePage page = Read(0, b_.id(), {10, 1000});
  EXPECT_EQ(page.rows.size(), 1U);
  EXPECT_TRUE(page.more);
}

TEST_P(EnvelopeStoreConformance, CountsTheDevicesOwnRowsAgainstTheRowLimit) {
  for (int i = 0; i < 4; ++i) Append(Next(a_, space_));
  Append(Next(b_, space_));
  const EnvelopePage page = Read(0, a_.id(), {1 << 20, 3});
  EXPECT_TRUE(page.rows.empty());
  EXPECT_EQ(page.rows_seen, 3U);
  EXPECT_EQ(page.read_up_to, 3U);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(Read(3, a_.id(), {1 << 20, 3}).rows.size(), 1U);
}

TEST_P(EnvelopeStoreConformance, KnowsWhenAnEnvelopeArrived) {
  NewEnvelope envelope = Next(a_, space_);
  envelope.received_s = 1'700'000'000;
  EXPECT_EQ(Append(envelope), (AppendOutcome{Kind::kStored, 1, 1'700'000'000}));
  envelope.received_s += 60;
  EXPECT_EQ(Append(envelope), (AppendOutcome{Kind::kRepeated, 1, 1'700'000'000}));
  EXPECT_EQ(Read(0, b_.id()).rows[0].received_s, 1'700'000'000U);
}

TEST_P(EnvelopeStoreConformance, KeepsSettings) {
  EXPECT_EQ(store_->ReadSetting("name").value(), Bytes());
  ASSERT_TRUE(store_->WriteSetting("name", Bytes{1, 2}).has_value());
  ASSERT_TRUE(store_->WriteSetting("other", Bytes{3}).has_value());
  ASSERT_TRUE(store_->WriteSetting("name", Bytes{4}).has_value());
  EXPECT_EQ(store_->ReadSetting("name").value(), Bytes{4});
  EXPECT_EQ(store_->ReadSetting("other").value(), Bytes{3});
}

TEST_P(EnvelopeStoreConformance, TellsHistoriesApartByTheirTags) {
  const NewEnvelope first = Next(a_, space_);
  const NewEnvelope second = Next(b_, space_);
  Append(first);
  Append(second);
  const HistoryTag one = NextTag({}, first.manifest_hash);
  EXPECT_EQ(store_->HistoryAt(space_, 0).value(), HistoryTag{});
  EXPECT_EQ(store_->HistoryAt(space_, 1).value(), one);
  EXPECT_EQ(store_->HistoryAt(space_, 2).value(), NextTag(one, second.manifest_hash));
  EXPECT_NE(NextTag(one, second.manifest_hash),
            NextTag(NextTag({}, second.manifest_hash), first.manifest_hash));
  for (const std::uint64_t beyond : {std::uint64_t{3}, UINT64_MAX})
    EXPECT_EQ(store_->HistoryAt(space_, beyond).value(), HistoryTag{});
  EXPECT_EQ(store_->HistoryAt(other_space_, 1).value(), HistoryTag{});
}

// -- Snapshots and compaction ---------------------------------------------------------------------

TEST_P(EnvelopeStoreConformance, ASnapshotIsThereWithItsLastPart) {
  const TestSnapshot snapshot = SnapshotOf(a_, 1, 3);
  EXPECT_EQ(store_->BeginSnapshot(snapshot.head).value(), 0U);
  EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, 0, snapshot.parts[0]).value(), 1U);
  EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, 2, snapshot.parts[2]).value(), 1U);
  EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, 0, snapshot.parts[0]).value(), 1U);
  EXPECT_EQ(store_->BeginSnapshot(snapshot.head).value(), 1U);
  EXPECT_FALSE(store_->NewestSnapshot(space_)->has_value());
  EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, 1, snapshot.parts[1]).value(), 2U);
  EXPECT_EQ(store_->AppendSnapshotPart(snapshot.head, 2, snapshot.parts[2]).value(), 3U);
  EXPECT_EQ(store_->BeginSnapshot(snapshot.head).value(), 3U);
  const auto newest = store_->NewestSnapshot(space_).value();
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(newest->identity, snapshot.head.identity);
  EXPECT_EQ(newest->parts, 3U);
  EXPECT_EQ(newest->head, EncodeSnapshotHead(snapshot.head));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(store_->ReadSnapshotPart(*newest, i).value(), snapshot.parts[i]);
  EXPECT_FALSE(store_->NewestSnapshot(other_space_)->has_value());
}

TEST_P(EnvelopeStoreConformance, ANewerSnapshotTakesThePlaceOfTheOneBefore) {
  Store(SnapshotOf(a_, 1, 2));
  const TestSnapshot second = SnapshotOf(b_, 2, 1);
  EXPECT_EQ(store_->BeginSnapshot(second.head).value(), 0U);
  EXPECT_EQ(store_->NewestSnapshot(space_).value()->identity.sequence, 1U);
  Store(second);
  EXPECT_EQ(store_->NewestSnapshot(space_).value()->identity.id, second.head.identity.id);
}

TEST_P(EnvelopeStoreConformance, ADeviceHasOneIncompleteSnapshotOfASpace) {
  const TestSnapshot first = SnapshotOf(a_, 1, 2);
  const TestSnapshot second = SnapshotOf(a_, 2, 2);
  const TestSnapshot of_b = SnapshotOf(b_, 3, 2);
  for (const TestSnapshot* snapshot : {&first, &of_b, &second})
    EXPECT_EQ(store_->AppendSnapshotPart(snapshot->head, 0, snapshot->parts[0]).value(), 1U);
  EXPECT_EQ(store_->BeginSnapshot(of_b.head).value(), 1U);
  EXPECT_EQ(store_->BeginSnapshot(first.head).value(), 0U);
}

TEST_P(EnvelopeStoreConformance, DropsWhatIsOldAndCoveredAndNothingElse) {
  std::vector<NewEnvelope> envelopes;
  for (std::uint64_t day = 1; day <= 5; ++day) {
    envelopes.push_back(Next(day % 2 == 0 ? a_ : b_, space_));
    envelopes.back().received_s = day;
    Append(envelopes.back());
  }
  EXPECT_EQ(store_->DropCovered(space_, {100}).value(), 0U);  // no snapshot stands for them
  Store(SnapshotOf(a_, 4, 1));
  EXPECT_EQ(store_->DropCovered(space_, {3}).value(), 2U);
  EXPECT_EQ(store_->DroppedUpTo(space_).value(), 2U);
  EXPECT_EQ(Read(0, std::nullopt).rows.front().sequence, 3U);
  EXPECT_EQ(store_->DropCovered(space_, {100}).value(), 4U);
  EXPECT_EQ(store_->DropCovered(space_, {1}).value(), 4U);
  const EnvelopePage page = Read(0, std::nullopt);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].sequence, 5U);
  EXPECT_EQ(page.read_up_to, 5U);
  EXPECT_EQ(store_->DroppedUpTo(other_space_).value(), 0U);
  EXPECT_THAT(store_->Spaces().value(), testing::ElementsAre(space_));
  // A repetition is known, the chains go on, and the history is the same.
  EXPECT_EQ(Append(envelopes[1]), (AppendOutcome{Kind::kRepeated, 2, 2}));
  EXPECT_EQ(store_->HistoryAt(space_, 1).value(), NextTag({}, envelopes[0].manifest_hash));
  EXPECT_EQ(Append(Next(a_, space_)).sequence, 6U);
}

TEST_P(EnvelopeStoreConformance, KnowsWhatASpaceHolds) {
  const NewEnvelope first = Next(a_, space_);
  const NewEnvelope second = Next(a_, space_, 500);
  EXPECT_EQ(store_->SpaceBytes(space_).value(), 0U);
  EXPECT_FALSE(store_->Knows(space_, first.header.id).value());
  Append(first);
  Append(second);
  EXPECT_TRUE(store_->Knows(space_, first.header.id).value());
  EXPECT_FALSE(store_->Knows(IdNumber<SpaceId>(9), first.header.id).value());
  EXPECT_EQ(store_->SpaceBytes(space_).value(), first.bytes.size() + second.bytes.size());
  EXPECT_EQ(store_->SpaceBytes(IdNumber<SpaceId>(9)).value(), 0U);
  const TestSnapshot snapshot = SnapshotOf(a_, 1, 2);
  Store(snapshot);
  const std::size_t parts = snapshot.parts[0].size() + snapshot.parts[1].size();
  EXPECT_EQ(store_->SpaceBytes(space_).value(), first.bytes.size() + second.bytes.size() + parts);
  ASSERT_EQ(store_->DropCovered(space_, {UINT32_MAX}).value(), 1U);
  EXPECT_EQ(store_->SpaceBytes(space_).value(), second.bytes.size() + parts);
  EXPECT_TRUE(store_->Knows(space_, first.header.id).value());
}

TEST_P(EnvelopeStoreConformance, KnowsWhereTheChainsEnd) {
  EXPECT_TRUE(store_->ChainEnds(space_)->empty());
  Append(Next(a_, space_));
  const NewEnvelope of_b = Next(b_, space_);
  const NewEnvelope of_a = Next(a_, space_);
  Append(of_b);
  Append(of_a);
  const std::map<DeviceId, EnvelopeStore::ChainEnd> ends = {{a_.id(), {2, of_a.manifest_hash}},
                                                            {b_.id(), {1, of_b.manifest_hash}}};
  EXPECT_EQ(store_->ChainEnds(space_).value(), ends);
}

TEST_P(EnvelopeStoreConformance, CompactionCountsBackFromNow) {
  constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;
  ManualClock clock;
  clock.Set(100 * kDayMs);
  for (const std::uint64_t day : {1U, 89U, 91U, 99U}) {
    NewEnvelope envelope = Next(a_, space_);
    envelope.received_s = day * kDayMs / 1000;
    Append(envelope);
  }
  Store(SnapshotOf(a_, 4, 1));
  EXPECT_EQ(Compact(*store_, clock, 1000)->envelopes_dropped, 0U);
  const auto report = Compact(*store_, clock, 10);
  EXPECT_EQ(report->envelopes_dropped, 2U);
  EXPECT_EQ(report->spaces, 1U);
  EXPECT_EQ(Compact(*store_, clock, 10)->envelopes_dropped, 0U);
}

TEST_P(EnvelopeStoreConformance, KeepsStatementsInTheirOrder) {
  const std::vector<NewStatement> first{{Bytes{1}, {}}, {Bytes{2}, {}}};
  const std::vector<NewStatement> second{{Bytes{3}, {}}};
  ASSERT_TRUE(store_->AppendStatements(first).has_value());
  ASSERT_TRUE(store_->AppendStatements(second).has_value());
  EXPECT_THAT(store_->ReadStatements(0, kPlenty).value(),
              testing::ElementsAre(Bytes{1}, Bytes{2}, Bytes{3}));
  EXPECT_THAT(store_->ReadStatements(1, {1 << 20, 1}).value(), testing::ElementsAre(Bytes{2}));
  EXPECT_THAT(store_->ReadStatements(0, {1, 100}).value(), testing::ElementsAre(Bytes{1}));
  EXPECT_TRUE(store_->ReadStatements(3, kPlenty)->empty());
  EXPECT_TRUE(store_->ReadStatements(UINT64_MAX, kPlenty)->empty());
}

TEST_P(EnvelopeStoreConformance, HoldsOneEnrolmentPerDeviceInTheOrderOfArrival) {
  EXPECT_EQ(store_->PutEnrolment(a_.id(), Bytes{1}).value(), EnrolmentOutcome::kWaiting);
  EXPECT_EQ(store_->PutEnrolment(b_.id(), Bytes{2}).value(), EnrolmentOutcome::kWaiting);
  EXPECT_EQ(store_->PutEnrolment(a_.id(), Bytes{3}).value(), EnrolmentOutcome::kWaiting);
  EXPECT_THAT(store_->ListEnrolments().value(), testing::ElementsAre(Bytes{3}, Bytes{2}));
  ASSERT_TRUE(store_->RemoveEnrolment(a_.id()).has_value());
  EXPECT_THAT(store_->ListEnrolments().value(), testing::ElementsAre(Bytes{2}));
}

TEST_P(EnvelopeStoreConformance, TakesNoMoreEnrolmentsThanTheLimitButReplacesThem) {
  DeviceId device;
  for (std::size_t i = 0; i < limits::kPendingEnrolmentsMax; ++i) {
    device.bytes[0] = static_cast<std::uint8_t>(i);
    device.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    ASSERT_EQ(store_->PutEnrolment(device, Bytes{1}).value(), EnrolmentOutcome::kWaiting);
  }
  EXPECT_EQ(store_->PutEnrolment(a_.id(), Bytes{1}).value(), EnrolmentOutcome::kFull);
  EXPECT_EQ(store_->PutEnrolment(device, Bytes{2}).value(), EnrolmentOutcome::kWaiting);
  EXPECT_EQ(store_->ListEnrolments()->size(), limits::kPendingEnrolmentsMax);
}

TEST_P(EnvelopeStoreConformance, EndsTheEnrolmentWithTheAdmission) {
  ASSERT_TRUE(store_->PutEnrolment(a_.id(), Bytes{1}).has_value());
  ASSERT_TRUE(store_->PutEnrolment(b_.id(), Bytes{2}).has_value());
  const std::vector<NewStatement> statements{{Bytes{9}, a_.id()}};
  ASSERT_TRUE(store_->AppendStatements(statements).has_value());
  EXPECT_THAT(store_->ListEnrolments().value(), testing::ElementsAre(Bytes{2}));
}

INSTANTIATE_TEST_SUITE_P(
    Backends, EnvelopeStoreConformance,
    testing::Values(Backend{"memory",
                            [](const TemporaryDirectory&) -> std::unique_ptr<EnvelopeStore> {
                              return std::make_unique<MemoryEnvelopeStore>();
                            }},
                    Backend{"sqlite",
                            [](const TemporaryDirectory& folder) -> std::unique_ptr<EnvelopeStore> {
                              return std::move(*SqliteEnvelopeStore::Open(folder / "envelopes.db"));
                            }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace sacoche
