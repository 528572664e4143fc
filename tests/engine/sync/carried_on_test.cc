// What files brought goes on to the server with the next sync.

#include "engine/rescue.h"
#include "tests/engine/sync/carrying_laptops.h"
#include "tests/engine/sync/snapshot_laptops.h"

namespace sacoche {
namespace {

using CarriedOn = CarryingLaptops;

// It was written, and read, before anybody knew.
TEST_F(CarriedOn, WhatALaptopGaveAwayBeforeItWasLostIsKeptForAll) {
  auto c = team.NewMember("C");
  SyncBoth();
  team.Sync(*c);
  a->Set(record, kName, Value::Text("its last work"));
  Carried(*a, *b);
  team.Revoke((*a)->device());
  EXPECT_EQ(team.Sync(*b).envelopes_carried_on, 1U);
  team.Sync(*c);
  team.Sync(*b);
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "its last work");
  EXPECT_EQ(b->Digest(), c->Digest());
  EXPECT_EQ(b->Status().changes_by_file_only, 0U);
  EXPECT_EQ(b->Status().suspicions + c->Status().suspicions, 0U);
}

TEST_F(CarriedOn, WhoeverHasANetworkFirstSendsWhatWasExchangedInItsOrder) {
  auto c = team.NewMember("C");
  SyncBoth();
  team.Sync(*c);
  // b writes, a on top of it, b on top of that.
  b->Set(record, kName, Value::Text("1"));
  Carried(*b, *a);
  a->Set(record, kName, Value::Text("2"));
  Carried(*a, *b);
  b->Set(record, kName, Value::Text("3"));
  const SyncReport sent = team.Sync(*b);
  EXPECT_EQ(sent.envelopes_out, 2U);
  EXPECT_EQ(sent.envelopes_carried_on, 1U);
  EXPECT_EQ(b->Status().changes_by_file_only, 0U);
  // Whatever part of it comes, a hand-over is no conflict.
  for (std::size_t bytes = 100; c->Text(record, kName) != "3"; bytes += 60) {
    ASSERT_LT(bytes, 20'000U);
    team.http.CutAfter(bytes);
    SyncReport cut;
    if ((*c)->Sync(team.http, cut)) break;
    EXPECT_EQ(c->Conflicts(), 0U) << "cut after " << bytes;
  }
  team.http.Mend();
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "3");
  EXPECT_EQ(c->Conflicts(), 0U);
  team.Sync(*a);  // finds its own there
  ExpectAllIsWell({a.get(), b.get(), c.get()});
}

TEST_F(CarriedOn, WhatTheServerHasByNowIsNotSentOnceMore) {
  a->Set(record, kName, Value::Text("Anna"));
  Carried(*a, *b);
  team.Sync(*a);
  EXPECT_EQ(team.Sync(*b).envelopes_carried_on, 0U);
  ExpectAllIsWell({a.get(), b.get()});
}

// The server was put back to before the author's last but one.
TEST_F(CarriedOn, WhatTheServerForgotGoesBeforeWhatCameByFileUponIt) {
  auto c = team.NewMember("C");
  SyncBoth();
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kName, Value::Text("1"));
  SyncBoth();
  a->Set(record, kName, Value::Text("2"));
  Carried(*a, *b);
  b->Set(record, kName, Value::Text("3"));
  team.RestoreServer(backup);
  team.Sync(*b);
  EXPECT_EQ(b->Status().changes_by_file_only, 0U);
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "3");
  EXPECT_EQ(c->Conflicts(), 0U);
  for (TestDeviceEngine* device : {a.get(), b.get(), c.get()}) team.Sync(*device);
  EXPECT_EQ(a->Digest(), c->Digest());
  EXPECT_EQ(b->Digest(), c->Digest());
}

// The author was put back to before what it had given away; its colleague has it still.
TEST_F(CarriedOn, WhatARestoredLaptopHadGivenAwayComesBackToIt) {
  a->BackUp();
  a->Set(record, kName, Value::Text("given away"));
  Carried(*a, *b);
  b->Set(record, kTitle, Value::Text("on top"));
  a->PutBackByHand();
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kName), "given away");
  a->Set(record, kCount, Value::Integer(2));
  SyncBoth();
  EXPECT_EQ(a->Digest(), b->Digest());
  a->ExpectWhole();
  b->ExpectWhole();
}

// It made the same anew, and the server has that.
TEST_F(CarriedOn, AChainThatWentAnotherWayIsLeft) {
  a->BackUp();
  a->Set(record, kName, Value::Text("one"));
  Carried(*a, *b);
  a->PutBackByHand();
  a->Close();
  SeededRandom random(5);
  ASSERT_THAT(ContinueBackup({a->path(), ""}, random), Succeeds());
  a->Reopen();
  team.Sync(*a);
  a->Set(record, kTitle, Value::Text("another"));
  team.Sync(*a);
  a->Set(record, kCount, Value::Integer(1));
  const Bytes file = Out(*a).file;
  const CarriedIn before = In(*b, file);
  EXPECT_EQ(before.envelopes_forked, 2U) << before.envelopes_waiting << before.envelopes_known;
  team.Sync(*b);
  const CarriedIn report = In(*b, file);
  EXPECT_EQ(report.changes, 1U);
  EXPECT_EQ(b->Text(record, kTitle), "another");
  EXPECT_EQ(b->Text(record, kCount), "1");
}

// Wherever the line breaks, nobody ends a lost laptop's chain before what it gave away.
TEST(CarryAndCuts, TheWorkOfALaptopThatWasLostIsKept) {
  int cuts = 0;
  for (std::uint64_t bytes = 200; bytes < 12'000; bytes += 450) {
    TestTeam team;
    auto a = team.NewMember("A");
    auto b = team.NewMember("B");
    auto c = team.NewMember("C");
    for (TestDeviceEngine* device : {a.get(), b.get(), c.get()}) team.Sync(*device);
    const RecordId record = (*a)->NewRecordId();
    for (int day = 1; day <= 4; ++day) {
      a->Set(record, kCount, Value::Integer(day));
      ASSERT_THAT((*a)->CarryOut(), Succeeds());
    }
    CarriedIn report;
    ASSERT_THAT((*b)->CarryIn((*a)->CarryOut()->file, report), Succeeds());
    team.Revoke((*a)->device());
    team.http.CutAfter(bytes);
    SyncReport cut;
    cuts += (*b)->Sync(team.http, cut) ? 0 : 1;
    team.http.Mend();
    for (TestDeviceEngine* device : {b.get(), c.get(), b.get(), c.get()}) team.Sync(*device);
    EXPECT_EQ(c->Text(record, kCount), "4") << "cut after " << bytes;
    EXPECT_EQ(b->Status().changes_by_file_only, 0U) << "cut after " << bytes;
    EXPECT_EQ(b->Digest(), c->Digest());
    EXPECT_EQ(team.Sync(*b).spaces_waiting_for_key, 0U);
  }
  EXPECT_GT(cuts, 5);
}

class CarryAndSnapshots : public SnapshotLaptops {};

// It would stand for what the server has not, and a newcomer would refuse the rest.
TEST_F(CarryAndSnapshots, NoneIsMadeOfWhatCameByFileOnly) {
  b->snapshot_after_envelopes = 1;
  a->snapshot_after_envelopes = sync_limits::kSnapshotAfterEnvelopes;
  a->Reopen();
  b->Reopen();
  Work(1);
  team.Sync(*b);
  a->Set(record, kName, Value::Text("by file"));
  CarriedIn report;
  ASSERT_THAT((*b)->CarryIn((*a)->CarryOut()->file, report), Succeeds());
  ASSERT_EQ(report.changes, 1U);
  ASSERT_EQ(b->Status().changes_by_file_only, 1U);
  const SyncReport sync = team.Sync(*b);
  EXPECT_EQ(sync.envelopes_carried_on, 1U);
  EXPECT_EQ(b->Status().changes_by_file_only, 0U);
  team.Sync(*a);
  team.Sync(*b);
  Compact();
  Device c = Member("C", sync_limits::kSnapshotAfterEnvelopes);
  team.Sync(*a);
  EXPECT_EQ(team.Sync(*c).snapshots_in, 1U);
  ExpectWholeAndEqual({a.get(), b.get(), c.get()});
}

// A snapshot shows what a file had brought before.
TEST_F(CarryAndSnapshots, OneThatHoldsWhatCameByFileIsTakenIn) {
  team.Sync(*a);
  team.Sync(*b);
  a->Set((*a)->NewRecordId(), kTitle, Value::Text("by file"));
  CarriedIn report;
  ASSERT_THAT((*b)->CarryIn((*a)->CarryOut()->file, report), Succeeds());
  ASSERT_EQ(report.changes, 1U);
  Work(2 * kSnapshotAfter);
  ASSERT_GT(made, 0U);
  Compact();
  ASSERT_GT(Dropped(), 0U);
  b->snapshot_after_envelopes = 1;
  b->Reopen();
  const SyncReport sync = team.Sync(*b);
  EXPECT_EQ(sync.snapshots_in, 1U);
  b->Set(record, kCount, Value::Integer(1));
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(team.Sync(*b).snapshots_out + sync.snapshots_out, 1U);  // it may make one again
  ExpectWholeAndEqual({a.get(), b.get()});
}

}  // namespace
}  // namespace sacoche
