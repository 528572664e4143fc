// The directory where the server forgot a part of it, or hides it.

#include "engine/rescue.h"
#include "tests/engine/sync/on_frames.h"
#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

class DirectoryHealing : public TwoLaptops {
 protected:
  const Directory& AtTheServer() { return team.server->directory->directory(); }
  std::uint64_t StatementsAtTheServer() { return AtTheServer().statement_count(); }

  // A laptop is withdrawn, and a hears of it; then the server forgets it, and the administrator,
  // who goes by the server, says something else in its place.
  DeviceId RevokeAndHideIt(Organisation& office) {
    auto thief = team.NewMember("thief");
    team.Sync(*a);
    team.Sync(*thief);
    const MemoryEnvelopeStore backup = team.server->store;
    team.Revoke((*thief)->device());
    team.Sync(*a);
    team.RestoreServer(backup);
    EXPECT_THAT(office.AddSpace("in the place of the revocation"), Succeeds());
    return (*thief)->device();
  }
};

TEST_F(DirectoryHealing, WhatTheServerForgotIsSaidToItAgain) {
  const MemoryEnvelopeStore backup = team.server->store;
  auto c = team.NewMember("C");
  team.Sync(*a);  // grants the key
  team.Sync(*c);
  c->Set(record, kName, Value::Text("by C"));
  team.Sync(*c);
  team.Sync(*a);
  const std::uint64_t before = StatementsAtTheServer();

  team.RestoreServer(backup);
  const std::uint64_t forgotten_at = StatementsAtTheServer();
  ASSERT_LT(forgotten_at, before);
  const SyncReport healing = team.Sync(*a);
  EXPECT_EQ(healing.statements_sent_again, before - forgotten_at);
  EXPECT_EQ(StatementsAtTheServer(), before);
  EXPECT_TRUE(AtTheServer().IsMember((*c)->device(), team.space));
  team.Sync(*c);
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(b->Text(record, kName), "by C");
  EXPECT_EQ(b->Digest(), a->Digest());
  EXPECT_EQ(c->Digest(), a->Digest());
  // And nothing more is said of it.
  EXPECT_EQ(team.Sync(*a).requests, 1U);
  EXPECT_EQ(team.Sync(*b).requests, 1U);
}

TEST_F(DirectoryHealing, ARevocationIsNotForgottenWithTheServer) {
  auto thief = team.NewMember("thief");
  team.Sync(*a);
  team.Sync(*thief);
  const MemoryEnvelopeStore backup = team.server->store;
  team.Revoke((*thief)->device());
  team.Sync(*a);
  team.RestoreServer(backup);
  ASSERT_FALSE(AtTheServer().IsRevoked((*thief)->device()));
  team.Sync(*a);
  EXPECT_TRUE(AtTheServer().IsRevoked((*thief)->device()));
  SyncReport report;
  EXPECT_THAT((*thief)->Sync(team.http, report), FailsWith(ErrorCode::kRevoked));
}

// Before the server takes it back, the laptop goes by what it knows.
TEST_F(DirectoryHealing, WhoeverKnowsOfARevocationSealsNothingForAServerThatHidesIt) {
  auto thief = team.NewMember("thief");
  team.Sync(*a);
  team.Sync(*thief);
  const MemoryEnvelopeStore before = team.server->store;
  team.Revoke((*thief)->device());
  team.Sync(*a);
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);

  // It forgets, and takes no statement any more.
  team.RestoreServer(before);
  a->Set(record, kName, Value::Text("secret"));
  team.server->store.FailWrites(Error{ErrorCode::kDiskFull, "no room", ""});
  const std::uint64_t head = *team.server->store.Head(team.space);
  SyncReport report;
  EXPECT_FALSE((*a)->Sync(team.http, report));
  EXPECT_EQ(*team.server->store.Head(team.space), head);
  team.server->store.FailWrites(std::nullopt);
  team.Sync(*a);
  EXPECT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kName), "secret");
}

// b had not seen what the server forgot, and says something else in its place.
TEST_F(DirectoryHealing, WhatWasSaidMeanwhileStands) {
  const MemoryEnvelopeStore backup = team.server->store;
  auto c = team.NewMember("C");
  team.Sync(*a);
  team.RestoreServer(backup);
  // Whoever the server forgot cannot tell it; a colleague does.
  SyncReport report;
  EXPECT_THAT((*c)->Sync(team.http, report), FailsWith(ErrorCode::kRefused));
  const std::uint64_t forgotten_at = StatementsAtTheServer();
  team.Sync(*b);
  EXPECT_EQ(StatementsAtTheServer(), forgotten_at);
  team.Sync(*a);
  team.Sync(*b);
  team.Sync(*c);
  team.Sync(*a);
  team.Sync(*c);
  EXPECT_EQ(c->Digest(), a->Digest());
  EXPECT_EQ(b->Digest(), a->Digest());
}

// The administrator's tool reads the directory from the server, and so goes on from what it hides.
TEST_F(DirectoryHealing, ARevocationHoldsEvenIfTheAdministratorWasMadeToForgetIt) {
  Organisation again = team.OfficeAnew();
  const DeviceId thief_id = RevokeAndHideIt(again);

  a->Set(record, kName, Value::Text("secret"));
  const std::uint64_t head = *team.server->store.Head(team.space);
  team.Sync(*a);
  a->Reopen();
  team.Sync(*a);
  EXPECT_TRUE((*a)->directory().IsRevoked(thief_id));
  EXPECT_EQ(*team.server->store.Head(team.space), head);
  EXPECT_EQ(a->Status().changes_waiting, 1U);

  // Said once more, it has its place again, and all goes on.
  ASSERT_THAT(again.Revoke(thief_id, RevocationStatement::Reason::kLost), Succeeds());
  SyncBoth();
  SyncBoth();
  EXPECT_EQ(a->Status().changes_waiting, 0U);
  EXPECT_EQ(b->Text(record, kName), "secret");
  EXPECT_EQ(b->Digest(), a->Digest());
}

TEST_F(DirectoryHealing, ARevocationThatTheServerForgotIsInTheRebuiltStoreToo) {
  Organisation again = team.OfficeAnew();
  const DeviceId thief_id = RevokeAndHideIt(again);
  team.Sync(*a);
  a->Close();
  const std::string fresh = a->path() + ".fresh";
  SeededRandom random(9);
  ASSERT_THAT(RebuildStore({a->path(), ""}, {fresh, ""}, TestSchema(), random), Succeeds());
  std::filesystem::rename(fresh, a->path());
  a->Reopen();
  EXPECT_TRUE((*a)->directory().IsRevoked(thief_id));
}

// Four laptops, a week of work, a server that forgets it, and one of them lost with what only it
// had made: each envelope is given back by whoever holds it.
TEST_F(DirectoryHealing, AServerFromAWeekAgoHoldsEverythingAgain) {
  auto c = team.NewMember("C");
  auto lost = team.NewMember("lost");
  team.Sync(*a);
  team.Sync(*c);
  team.Sync(*lost);
  SyncBoth();
  const MemoryEnvelopeStore backup = team.server->store;
  for (int day = 0; day < 7; ++day) {
    team.server_clock.Advance(24ULL * 3600 * 1000);
    for (TestDeviceEngine* device : {a.get(), b.get(), c.get(), lost.get()}) {
      const RecordId made = (*device)->NewRecordId();
      device->Set(made, kTitle, Value::Text("day " + std::to_string(day)));
      device->Set(record, kCount, Value::Integer(day));
      team.Sync(*device);
    }
  }
  const DeviceId lost_id = (*lost)->device();
  for (TestDeviceEngine* device : {a.get(), b.get(), c.get()}) team.Sync(*device);
  lost.reset();
  team.Revoke(lost_id);
  for (TestDeviceEngine* device : {a.get(), b.get(), c.get(), a.get()}) team.Sync(*device);
  const std::uint64_t envelopes = *team.server->store.Head(team.space);
  const std::uint64_t statements = StatementsAtTheServer();

  team.RestoreServer(backup);
  for (int round = 0; round < 2; ++round)
    for (TestDeviceEngine* device : {b.get(), c.get(), a.get()}) team.Sync(*device);
  EXPECT_EQ(*team.server->store.Head(team.space), envelopes);
  EXPECT_EQ(StatementsAtTheServer(), statements);
  EXPECT_TRUE(AtTheServer().IsRevoked(lost_id));
  EXPECT_EQ(b->Digest(), a->Digest());
  EXPECT_EQ(c->Digest(), a->Digest());
  auto d = team.NewMember("D");
  team.Sync(*a);
  team.Sync(*d);
  EXPECT_EQ(d->Digest(), a->Digest());
  for (TestDeviceEngine* device : {a.get(), b.get(), c.get(), d.get()}) device->ExpectWhole();
}

// Of what its author can give no more, one colleague gives it while the other's line is broken, who
// has written down to give it too.
TEST_F(DirectoryHealing, WhatAColleagueGaveMeanwhileIsNotGivenTwice) {
  auto lost = team.NewMember("lost");
  SyncBoth();
  team.Sync(*lost);
  const MemoryEnvelopeStore backup = team.server->store;
  for (int i = 0; i < 5; ++i) {
    lost->Set(record, kCount, Value::Integer(i));
    team.Sync(*lost);
  }
  SyncBoth();
  lost.reset();
  team.RestoreServer(backup);
  const auto cut_before_giving = OnFrames([&](std::vector<PullFrame>& frames) {
    for (const PullFrame& frame : frames)
      if (std::holds_alternative<ChainFrame>(frame)) team.http.CutAfter(100'000);
  });
  team.http.Tamper([&](Bytes& answer) {
    cut_before_giving(answer);
    // This answer arrives whole, and the next request does not.
    if (team.http.is_cutting()) team.http.CutAfter(answer.size());
  });
  SyncReport report;
  EXPECT_THAT((*b)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  team.http.Tamper({});
  team.http.Mend();
  b->Reopen();
  EXPECT_EQ(team.Sync(*a).envelopes_sent_again, 5U);
  const SyncReport later = team.Sync(*b);
  EXPECT_EQ(later.envelopes_sent_again, 0U);
  EXPECT_LT(later.body_bytes_up, 1000U);
  team.Sync(*a);
  EXPECT_EQ(b->Digest(), a->Digest());
}

// A laptop that was put back knows less than the server, in the same order.
TEST_F(DirectoryHealing, ALaptopThatIsBehindReadsOn) {
  a->BackUp();
  auto c = team.NewMember("C");
  team.Sync(*a);
  a->PutBackByHand();
  const SyncReport report = team.Sync(*a);
  EXPECT_EQ(report.statements_sent_again, 0U);
  EXPECT_GT(report.statements_in, 0U);
}

}  // namespace
}  // namespace sacoche
