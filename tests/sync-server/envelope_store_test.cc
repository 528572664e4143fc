#include <gmock/gmock.h>

#include "platform/sqlite/database.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "tests/fakes/memory_envelope_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_organisation.h"

namespace sacoche {
namespace {

constexpr ReadLimits kPlenty{1 << 20, 1000};
using Kind = AppendOutcome::Kind;

NewEnvelope Judged(const Envelope& envelope) {
  std::vector<Hash256> items;
  for (const EnvelopeItem& item : envelope.items)
    items.push_back(ItemHash(item.handle, item.bytes));
  return {envelope.header, ManifestHash(EncodeHeader(envelope.header), items),
          EncodeEnvelope(envelope)};
}

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
  EnvelopePage Read(std::uint64_t cursor, const DeviceId& excluded,
                    const ReadLimits& read_limits = kPlenty) {
    auto page = store_->ReadEnvelopes(space_, cursor, excluded, read_limits);
    SACOCHE_CHECK(page.has_value());
    return std::move(*page);
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

TEST(SqliteEnvelopeStore, HasEverythingAfterItWasReopened) {
  const TemporaryDirectory folder;
  TestDevice a(1);
  const SpaceId space = IdNumber<SpaceId>(1);
  const std::vector<NewEnvelope> first{Judged(a.NextEnvelope(space))};
  const std::vector<NewEnvelope> second{Judged(a.NextEnvelope(space))};
  const std::vector<NewStatement> statements{{Bytes{1, 2}, {}}};
  {
    const auto store = SqliteEnvelopeStore::Open(folder / "envelopes.db");
    ASSERT_TRUE((*store)->AppendEnvelopes(first).has_value());
    ASSERT_TRUE((*store)->AppendStatements(statements).has_value());
    ASSERT_TRUE((*store)->PutEnrolment(a.id(), Bytes{7}).has_value());
  }
  const auto store = SqliteEnvelopeStore::Open(folder / "envelopes.db");
  EXPECT_EQ((*store)->AppendEnvelopes(first)->front(), (AppendOutcome{Kind::kRepeated, 1}));
  EXPECT_EQ((*store)->AppendEnvelopes(second)->front(), (AppendOutcome{Kind::kStored, 2}));
  EXPECT_THAT((*store)->ReadStatements(0, kPlenty).value(), testing::ElementsAre(Bytes{1, 2}));
  EXPECT_THAT((*store)->ListEnrolments().value(), testing::ElementsAre(Bytes{7}));
}

TEST(SqliteEnvelopeStore, LeavesAFileOfANewerReleaseAlone) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(SqliteEnvelopeStore::Open(folder / "envelopes.db").has_value());
  {
    const auto database = Database::Open({.path = folder / "envelopes.db"});
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=2").has_value());
  }
  const auto store = SqliteEnvelopeStore::Open(folder / "envelopes.db");
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kNewerFormat);
  const auto database = Database::Open({.path = folder / "envelopes.db"});
  EXPECT_EQ((*database)->FormatVersion().value(), 2);
}

TEST(SqliteEnvelopeStore, IsHeldByOneServerAtATime) {
  const TemporaryDirectory folder;
  const auto first = SqliteEnvelopeStore::Open(folder / "envelopes.db");
  const auto second = SqliteEnvelopeStore::Open(folder / "envelopes.db");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
}

}  // namespace
}  // namespace sacoche
