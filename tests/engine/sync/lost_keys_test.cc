// A server that was put back to before an epoch was opened, and laptops that did not know of it
// open another in its place: docs/decisions/0034-keys-that-gave-way.md.

#include "engine/bundle/bundle_codec.h"
#include "engine/rescue.h"
#include "tests/engine/sync/lying_laptop.h"
#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

class LostKeys : public TwoLaptops {
 protected:
  // A laptop is withdrawn, and nobody has heard of it yet.
  void SetUp() override {
    TwoLaptops::SetUp();
    c = team.NewMember("C");
    auto thief = team.NewMember("thief");
    SyncBoth();
    team.Sync(*c);
    team.Sync(*thief);
    team.Revoke((*thief)->device());
    backup = team.server->store;
  }

  const Directory& AtTheServer() { return team.server->directory->directory(); }

  // a opens the next epoch and writes in it; then the server forgets all that.
  void WriteUnderWhatTheServerForgets() {
    team.Sync(*a);
    ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
    a->Set(record, kName, Value::Text("under the lost key"));
    team.Sync(*a);
    ASSERT_EQ(a->Status().changes_waiting, 0U);
  }

  void SyncAll(std::initializer_list<TestDeviceEngine*> laptops, int rounds = 3) {
    for (int round = 0; round < rounds; ++round)
      for (TestDeviceEngine* laptop : laptops) {
        const SyncReport report = team.Sync(*laptop);
        EXPECT_EQ(report.set_aside, 0U);
        EXPECT_EQ(report.envelopes_refused, 0U);
      }
  }

  void ExpectAllHold(std::initializer_list<TestDeviceEngine*> laptops, const std::string& name) {
    for (TestDeviceEngine* laptop : laptops) {
      EXPECT_EQ(laptop->Text(record, kName), name);
      EXPECT_EQ(laptop->Digest(), (*laptops.begin())->Digest());
      laptop->ExpectWhole();
    }
  }

  std::unique_ptr<TestDeviceEngine> c;
  MemoryEnvelopeStore backup;
};

TEST_F(LostKeys, WhatWasSealedUnderTheKeyThatGaveWayIsReadByAll) {
  WriteUnderWhatTheServerForgets();
  team.RestoreServer(backup);
  team.Sync(*b);
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U) << "b opened another";
  a->Set(record, kTitle, Value::Text("after the restoration"));
  SyncAll({a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
  EXPECT_EQ(AtTheServer().FindLostKeys(team.space, 2).size(), 1U);
  // And nothing more is said of it.
  for (TestDeviceEngine* laptop : {a.get(), b.get(), c.get()})
    EXPECT_EQ(team.Sync(*laptop).requests, 1U);
}

// Whoever opened the other epoch lost the line before it gave a its key: a can tell nobody its own.
TEST_F(LostKeys, AnEnvelopeUnderTheKeyThatGaveWayWaitsUntilThatKeyIsSaid) {
  team.Sync(*a);
  a->Set(record, kName, Value::Text("under the lost key"));
  team.RestoreServer(backup);
  team.http.Tamper([&](Bytes&) {
    if (AtTheServer().CurrentEpoch(team.space) == 2) team.http.CutAfter(0);
  });
  SyncReport cut;
  EXPECT_THAT((*b)->Sync(team.http, cut), FailsWith(ErrorCode::kNetwork));
  team.http.Tamper({});
  team.http.Mend();
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);

  const std::uint64_t head = *team.server->store.Head(team.space);
  for (int time = 0; time < 2; ++time) {
    const SyncReport held = team.Sync(*a);
    EXPECT_EQ(*team.server->store.Head(team.space), head);
    EXPECT_EQ(held.envelopes_refused, 0U);
    EXPECT_EQ(held.spaces_waiting_for_key, 1U);
    EXPECT_EQ(a->Status().changes_waiting, 1U);
    a->Reopen();
  }
  SyncAll({b.get(), a.get(), b.get(), c.get()}, 1);
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
}

TEST_F(LostKeys, ALineThatBreaksAnywhereOnTheWayDelaysItOnly) {
  WriteUnderWhatTheServerForgets();
  team.RestoreServer(backup);
  team.Sync(*b);
  a->Set(record, kTitle, Value::Text("after the restoration"));
  std::size_t cuts = 0;
  for (std::uint64_t bytes = 60;; bytes += 60, ++cuts) {
    ASSERT_LT(cuts, 200U);
    team.http.CutAfter(bytes);
    SyncReport report;
    const Status synced = (*a)->Sync(team.http, report);
    team.http.Mend();
    EXPECT_EQ(report.set_aside + report.envelopes_refused, 0U);
    if (cuts % 2 == 0) a->Reopen();
    if (synced) break;
    team.Sync(*b);
  }
  EXPECT_GT(cuts, 10U);
  SyncAll({a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
}

TEST_F(LostKeys, AColleagueGivesWhatALostLaptopHadSealedUnderIt) {
  WriteUnderWhatTheServerForgets();
  team.Sync(*b);
  ASSERT_EQ(b->Text(record, kName), "under the lost key");
  a.reset();
  team.RestoreServer(backup);
  team.Sync(*c);
  SyncAll({b.get(), c.get()});
  ExpectAllHold({b.get(), c.get()}, "under the lost key");
  auto d = team.NewMember("D");
  SyncAll({c.get(), d.get()}, 1);
  EXPECT_EQ(d->Text(record, kName), "under the lost key");
  EXPECT_EQ(d->Digest(), c->Digest());
}

// Whoever made it is gone, and the line of the only one who has it breaks again and again.
TEST_F(LostKeys, WhatAColleagueGivesIsGivenUntilTheServerAnswered) {
  WriteUnderWhatTheServerForgets();
  team.Sync(*b);
  a.reset();
  team.RestoreServer(backup);
  team.Sync(*c);
  std::size_t cuts = 0;
  for (std::uint64_t bytes = 60;; bytes += 60, ++cuts) {
    ASSERT_LT(cuts, 200U);
    team.http.CutAfter(bytes);
    SyncReport report;
    const Status synced = (*b)->Sync(team.http, report);
    team.http.Mend();
    b->Reopen();
    if (synced) break;
  }
  EXPECT_GT(cuts, 10U);
  SyncAll({c.get(), b.get(), c.get()}, 1);
  ExpectAllHold({b.get(), c.get()}, "under the lost key");
}

TEST_F(LostKeys, AKeyThatWasSaidWronglyIsSaidAgainByWhoeverHoldsIt) {
  WriteUnderWhatTheServerForgets();
  const Hash256 lost = AtTheServer().FindEpoch(team.space, 2)->key_commitment;
  team.RestoreServer(backup);
  team.Sync(*c);
  const Hash256 standing = AtTheServer().FindEpoch(team.space, 2)->key_commitment;
  ASSERT_TRUE(LyingLaptop(team, *b).Say(LostKeyStatement{team.space, 2, lost, 2, standing, {}}));
  SyncAll({a.get(), c.get(), a.get(), c.get()}, 1);
  ExpectAllHold({a.get(), c.get()}, "under the lost key");
}

// Nobody waits for ever for a key that there is not.
TEST_F(LostKeys, AnEnvelopeThatNoKeyOpensIsSetAsideAndTheRestGoesOn) {
  SyncAll({a.get(), b.get(), c.get()}, 2);
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  const Hash256 standing = AtTheServer().FindEpoch(team.space, 2)->key_commitment;
  LyingLaptop liar(team, *b);
  for (std::uint64_t number = 3; number <= 19; ++number)
    EXPECT_EQ(liar.Say(LostKeyStatement{team.space, number, {1}, 2, standing, {}}),
              number <= 2 + kLostKeysMax);
  liar.WriteWhatNobodyCanOpen(3, record);
  c->Set(record, kName, Value::Text("goes on"));
  team.Sync(*c);
  EXPECT_EQ(team.Sync(*a).set_aside + a->Status().set_aside, 2U);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kName), "goes on");
  EXPECT_EQ(a->Status().changes_waiting, 0U);
}

// The server is put back to a later day than at first, and knows the first key again.
TEST_F(LostKeys, AKeyThatGaveWayAndStandsAgainIsUsedAgain) {
  WriteUnderWhatTheServerForgets();
  const MemoryEnvelopeStore later = team.server->store;
  team.RestoreServer(backup);
  team.Sync(*b);
  SyncAll({a.get(), b.get(), c.get()}, 2);
  b->Set(record, kTitle, Value::Text("under the second key"));
  team.Sync(*b);
  team.RestoreServer(later);
  SyncAll({a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
  EXPECT_EQ(c->Text(record, kTitle), "under the second key");
}

// a opens the epoch, hands its work to b in a file, and is lost with it: the server forgot the
// epoch, and knows of no other laptop that does.
TEST_F(LostKeys, WhatAFileBroughtUnderItIsSentOnceItsKeyIsSaidThoughItsAuthorWasWithdrawn) {
  team.Sync(*a);
  team.Sync(*b);
  a->Set(record, kName, Value::Text("under the lost key"));
  const auto out = (*a)->CarryOut({});
  ASSERT_THAT(out, Succeeds());
  CarriedIn carried;
  ASSERT_THAT((*b)->CarryIn(out->file, carried), Succeeds());
  ASSERT_EQ(b->Text(record, kName), "under the lost key");
  b->Set(record, kTitle, Value::Text("upon it"));
  team.RestoreServer(backup);
  const DeviceId lost = (*a)->device();
  a.reset();
  team.Revoke(lost);
  for (int round = 0; round < 3; ++round) {
    team.Sync(*b);
    team.Sync(*c);
  }
  EXPECT_EQ(b->Status().changes_waiting, 0U);
  ExpectAllHold({b.get(), c.get()}, "under the lost key");
  EXPECT_EQ(c->Text(record, kTitle), "upon it");
}

// What was put in the place of a key is itself forgotten.
TEST_F(LostKeys, AServerThatForgetsTwiceLosesNeitherKey) {
  WriteUnderWhatTheServerForgets();
  team.RestoreServer(backup);
  team.Sync(*b);
  SyncAll({a.get(), b.get()});
  b->Set(record, kTitle, Value::Text("under the second key"));
  team.Sync(*b);
  ASSERT_EQ(b->Text(record, kName), "under the lost key");
  team.RestoreServer(backup);
  team.Sync(*c);
  SyncAll({a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
  EXPECT_EQ(c->Text(record, kTitle), "under the second key");
  EXPECT_EQ(AtTheServer().FindLostKeys(team.space, 2).size(), 2U);
}

// The second epoch leads back to the first, which gave way: it gives way with it.
TEST_F(LostKeys, AnEpochThatFollowsOneThatGaveWayGivesWayToo) {
  WriteUnderWhatTheServerForgets();
  team.Sync(*b);
  auto second = team.NewMember("second thief");
  team.Revoke((*second)->device());
  SyncAll({b.get()});
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 3U);
  b->Set(record, kTitle, Value::Text("under the third key"));
  SyncAll({b.get(), a.get()}, 1);
  team.RestoreServer(backup);
  team.Sync(*c);
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  SyncAll({a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
  EXPECT_EQ(c->Text(record, kTitle), "under the third key");
  auto d = team.NewMember("D");
  SyncAll({c.get(), d.get()}, 1);
  EXPECT_EQ(d->Digest(), c->Digest());
}

TEST_F(LostKeys, ARebuiltStoreHoldsThemToo) {
  team.Sync(*a);
  a->Set(record, kName, Value::Text("under the lost key"));
  team.server->store.FailWrites(Error{ErrorCode::kDiskFull, "no room", ""});
  SyncReport report;
  EXPECT_FALSE((*a)->Sync(team.http, report)) << "sealed, and not sent";
  team.RestoreServer(backup);
  team.Sync(*b);
  team.Sync(*a);
  a->Close();
  const std::string fresh = a->path() + ".fresh";
  SeededRandom random(9);
  ASSERT_THAT(RebuildStore({a->path(), ""}, {fresh, ""}, TestSchema(), random), Succeeds());
  std::filesystem::rename(fresh, a->path());
  a->Reopen();
  SyncAll({b.get(), a.get(), b.get(), c.get()});
  ExpectAllHold({a.get(), b.get(), c.get()}, "under the lost key");
}

}  // namespace
}  // namespace sacoche
