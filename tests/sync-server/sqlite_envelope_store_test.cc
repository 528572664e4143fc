// The server's file: what outlives the process, and the formats of earlier releases.

#include <gmock/gmock.h>

#include "platform/sqlite/database.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_organisation.h"
#include "tests/sync-server/judged_envelope.h"

namespace sacoche {
namespace {

constexpr ReadLimits kPlenty{1 << 20, 1000};
using Kind = AppendOutcome::Kind;

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

// Its envelopes stay, and each has its tag.
TEST(SqliteEnvelopeStore, BringsAnOlderFormatUpToDate) {
  const TemporaryDirectory folder;
  TestDevice a(1);
  const SpaceId space = IdNumber<SpaceId>(1);
  const std::vector<NewEnvelope> first{Judged(a.NextEnvelope(space))};
  const std::vector<NewEnvelope> second{Judged(a.NextEnvelope(space))};
  ASSERT_TRUE((*SqliteEnvelopeStore::Open(folder / "old.db"))->AppendEnvelopes(first).has_value());
  {
    const auto database = Database::Open({.path = folder / "old.db"});
    ASSERT_TRUE((*database)
                    ->Execute("DROP TABLE arrivals; DROP TABLE settings; DROP TABLE snapshots; "
                              "DROP TABLE snapshot_parts; DROP TABLE drops; PRAGMA user_version=1")
                    .has_value());
  }
  const auto store = SqliteEnvelopeStore::Open(folder / "old.db");
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->AppendEnvelopes(first)->front(), (AppendOutcome{Kind::kRepeated, 1}));
  EXPECT_EQ((*store)->AppendEnvelopes(second)->front(), (AppendOutcome{Kind::kStored, 2}));
  const HistoryTag one = NextTag({}, first[0].manifest_hash);
  EXPECT_EQ((*store)->HistoryAt(space, 1).value(), one);
  EXPECT_EQ((*store)->HistoryAt(space, 2).value(), NextTag(one, second[0].manifest_hash));
}

// Until format 4, the first tag that was noted began at zeros.
TEST(SqliteEnvelopeStore, ReckonsEveryHistoryFromItsFirstEnvelope) {
  const TemporaryDirectory folder;
  TestDevice a(1);
  TestDevice b(2);
  std::vector<NewEnvelope> envelopes;
  for (int i = 0; i < 3; ++i)
    for (std::uint8_t space = 1; space <= 2; ++space)
      envelopes.push_back(Judged((i == 1 ? b : a).NextEnvelope(IdNumber<SpaceId>(space))));
  const auto tags = [&](SqliteEnvelopeStore& store) {
    std::vector<HistoryTag> all;
    for (std::uint8_t space = 1; space <= 2; ++space)
      for (std::uint64_t sequence = 1; sequence <= 3; ++sequence)
        all.push_back(*store.HistoryAt(IdNumber<SpaceId>(space), sequence));
    return all;
  };
  std::vector<HistoryTag> before;
  {
    const auto store = SqliteEnvelopeStore::Open(folder / "old.db");
    ASSERT_TRUE((*store)->AppendEnvelopes(envelopes).has_value());
    before = tags(**store);
  }
  {
    const auto database = Database::Open({.path = folder / "old.db"});
    ASSERT_TRUE((*database)
                    ->Execute("DELETE FROM arrivals WHERE sequence = 1;"
                              "UPDATE arrivals SET tag = x'0102030405060708', received_s = 7;"
                              "PRAGMA user_version=3")
                    .has_value());
  }
  const auto store = SqliteEnvelopeStore::Open(folder / "old.db");
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(tags(**store), before);
  EXPECT_EQ((*store)->AppendEnvelopes({&envelopes[2], 1})->front(),
            (AppendOutcome{Kind::kRepeated, 2, 7}));
}

TEST(SqliteEnvelopeStore, LeavesAFileOfANewerReleaseAlone) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(SqliteEnvelopeStore::Open(folder / "envelopes.db").has_value());
  {
    const auto database = Database::Open({.path = folder / "envelopes.db"});
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=99").has_value());
  }
  const auto store = SqliteEnvelopeStore::Open(folder / "envelopes.db");
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kNewerFormat);
  const auto database = Database::Open({.path = folder / "envelopes.db"});
  EXPECT_EQ((*database)->FormatVersion().value(), 99);
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
