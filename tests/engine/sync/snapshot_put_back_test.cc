// Snapshots where a server or a laptop was put back from a copy of itself.

#include "tests/engine/sync/snapshot_laptops.h"

namespace sacoche {
namespace {

using SnapshotPutBackTest = SnapshotLaptops;

TEST_F(SnapshotPutBackTest, AServerRestoredFromABackupIsHealedThoughItsBeginningWasDropped) {
  team.Sync(*b);
  b->Set(record, kCount, Value::Integer(1));
  team.Sync(*b);
  Work(6);
  Compact();
  ASSERT_GE(Dropped(), 5U);
  team.Sync(*b);
  const MemoryEnvelopeStore backup = team.server->store;
  Work(3, "forgotten");
  b->Set(record, kName, Value::Text("forgotten too"));
  team.Sync(*b);
  team.Sync(*a);
  team.RestoreServer(backup);
  // Its own and b's, and not b's first, which the server dropped and knows of.
  EXPECT_EQ(team.Sync(*a).envelopes_sent_again, 4U);
  EXPECT_EQ(team.Sync(*b).envelopes_sent_again, 0U);
  team.Sync(*a);
  ExpectWholeAndEqual({b.get()});
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);
  team.Sync(*a);
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "forgotten too");
  ExpectWholeAndEqual({c.get()});
}

// The newest snapshot is one that the restored server never had.
TEST_F(SnapshotPutBackTest, AServerRestoredToBeforeTheSnapshotGetsEverythingAgain) {
  Work(2);
  team.Sync(*b);
  const MemoryEnvelopeStore backup = team.server->store;
  Work(6);
  Compact();
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);
  team.Sync(*a);
  team.Sync(*c);
  ExpectWholeAndEqual({c.get()});
  team.RestoreServer(backup);
  team.Sync(*a);
  team.Sync(*b);
  team.Sync(*a);
  ExpectWholeAndEqual({b.get()});
}

// The server had it whole when it was last heard of; then it forgot something else, and so is read
// from its beginning, for which the snapshot stands.
TEST_F(SnapshotPutBackTest, ALaptopTakesItsOwnSnapshotThatItBelievesToBeLeavingStill) {
  const auto cut_until = [&](const std::function<bool()>& done) {
    for (std::uint64_t bytes = 100; !done(); bytes += 20) {
      team.http.CutAfter(bytes);
      SyncReport report;
      ASSERT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork)) << bytes;
      team.http.Mend();
    }
  };
  Work(kSnapshotAfter - 1);
  ASSERT_EQ(made, 0U);
  a->Set(record, kTitle, Value::Text("the last day"));
  cut_until([&] { return team.server->store.NewestSnapshot(team.space)->has_value(); });
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kTitle, Value::Text("forgotten"));
  cut_until([&] { return a->Status().changes_waiting == 0; });
  team.RestoreServer(backup);
  Compact();
  ASSERT_GE(Dropped(), kSnapshotAfter);
  EXPECT_EQ(team.Sync(*a).envelopes_sent_again, 1U);
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kTitle), "forgotten");
  ExpectWholeAndEqual({b.get()});
}

TEST_F(SnapshotPutBackTest, ALaptopPutBackFromBeforeWhatASnapshotStandsForGoesOn) {
  Work(1);
  a->BackUp();
  Work(9, "lost");
  Compact();
  ASSERT_GE(Dropped(), 10U);
  a->PutBackByHand();
  a->Set(record, kCount, Value::Integer(7));
  team.Sync(*a);
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(b->Text(record, kCount), "7");
  EXPECT_EQ(a->Text(record, kTitle), "lost 10");
  ExpectWholeAndEqual({b.get()});
  // And once more, now on a base.
  a->BackUp();
  Work(6, "lost again");
  Compact();
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("on a base"));
  team.Sync(*a);
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(b->Text(record, kName), "on a base");
  ExpectWholeAndEqual({b.get()});
}

TEST_F(SnapshotPutBackTest, ALaptopThatLoadedASnapshotAndIsPutBackKeepsWhatOnlyTheSnapshotHad) {
  Work(6);
  Compact();
  const SyncReport first = team.Sync(*b);
  EXPECT_EQ(first.snapshots_in, 1U);
  b->BackUp();
  b->Set(record, kName, Value::Text("sent, then lost"));
  team.Sync(*b);
  b->PutBackByHand();
  b->Set(record, kCount, Value::Integer(3));
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kCount), "3");
  EXPECT_EQ(b->Text(record, kName), "sent, then lost");
  ExpectWholeAndEqual({b.get()});
}

TEST_F(SnapshotPutBackTest, ALaptopPutBackFromBeforeItsFirstEnvelopeGoesOn) {
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  c->BackUp();
  team.Sync(*c);
  team.Sync(*a);  // grants the key
  team.Sync(*c);
  c->Set(record, kCount, Value::Integer(1));
  team.Sync(*c);
  Work(6);
  ASSERT_GE(made, 1U);
  c->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  team.Sync(*c);
  c->PutBackByHand();
  for (int i = 0; i < 3; ++i) {
    team.Sync(*c);
    team.Sync(*a);
  }
  c->Set(record, kLevel, Value::OfCode("HIGH"));
  team.Sync(*c);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kLevel), "HIGH");
  EXPECT_EQ(c->Text(record, kCount), "1");
  ExpectWholeAndEqual({c.get()});
}

// The server forgot, so that all of B's envelopes wait in the backup; what is left of them at the
// server is a snapshot and their names.
TEST_F(SnapshotPutBackTest, ALaptopPutBackFromBeforeTheServerWasMendedWritesNothingTwice) {
  Work(6);
  Compact();
  team.Sync(*b);
  b->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  team.Sync(*b);
  const MemoryEnvelopeStore backup = team.server->store;
  b->Set(record, kCount, Value::Integer(1));
  team.Sync(*b);
  b->BackUp();
  b->Set(record, kName, Value::Text("Hannah"));
  team.Sync(*b);
  team.RestoreServer(backup);
  team.Sync(*a);
  team.Sync(*b);
  Work(6, "afterwards");
  Compact();
  const std::uint64_t changes = a->Status().changes;
  b->PutBackByHand();
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(a->Status().changes, changes);
  EXPECT_EQ(b->Text(record, kName), "Hannah");
  ExpectWholeAndEqual({b.get()});
}

}  // namespace
}  // namespace sacoche
