// Laptops that are withdrawn, and laptops that leave a space.

#include "engine/seal/envelope_seal.h"
#include "engine/store/store.h"
#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

class Revocation : public TwoLaptops {
 protected:
  void SetUp() override {
    TwoLaptops::SetUp();
    thief = team.NewMember("thief");
    thief_id = (*thief)->device();
    team.Sync(*a);  // grants the key
    team.Sync(*thief);
    SyncBoth();
  }

  // Every envelope of the server that `keys`, the store of a laptop, can open.
  std::size_t CountOpenable(const std::string& keys) {
    const auto store = Store::OpenReadOnly(keys);
    EXPECT_THAT(store, Succeeds());
    const auto page =
        team.server->store.ReadEnvelopes(team.space, 0, std::nullopt, {1 << 20, 1000});
    std::size_t count = 0;
    for (const EnvelopePage::Row& row : page->rows) {
      const auto envelope = DecodeEnvelope(row.envelope);
      for (std::uint64_t epoch = 1; epoch <= envelope->header.epoch + 1; ++epoch) {
        const auto bytes = (*store)->keys().EpochKey(team.space, epoch);
        if (!bytes || bytes->empty()) continue;
        if (OpenEnvelope(*envelope, *EpochKey::FromBytes(bytes->view()))) ++count;
      }
    }
    return count;
  }

  std::uint64_t Epoch() { return team.server->directory->directory().CurrentEpoch(team.space); }
  std::uint64_t EnvelopesAtTheServer() { return *team.server->store.Head(team.space); }

  std::unique_ptr<TestDeviceEngine> thief;
  DeviceId thief_id;
};

TEST_F(Revocation, TheServerRefusesTheLaptopAtOnceAndTheLaptopForgetsItsKeys) {
  thief->Set(record, kName, Value::Text("stolen"));
  const std::uint64_t before = EnvelopesAtTheServer();
  team.Revoke(thief_id);
  SyncReport report;
  EXPECT_THAT((*thief)->Sync(team.http, report), FailsWith(ErrorCode::kRevoked));
  EXPECT_EQ(EnvelopesAtTheServer(), before);
  thief->Close();
  EXPECT_EQ(CountOpenable(thief->path()), 0U);
  SeededRandom random(5);
  EXPECT_THAT(Engine::Open({thief->path(), &TestSchema(), &thief->clock, &random}),
              FailsWith(ErrorCode::kRevoked));
}

TEST_F(Revocation, WhatIsWrittenAfterwardsDoesNotOpenWithTheOldKeys) {
  thief->Close();
  const std::size_t before = CountOpenable(thief->path());
  EXPECT_GT(before, 0U);
  team.Revoke(thief_id);
  team.Sync(*a);
  a->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*a);
  team.Sync(*b);
  b->Set(record, kName, Value::Text("Claire"));
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(Epoch(), 2U);
  EXPECT_EQ(a->Text(record, kName), "Claire");
  EXPECT_EQ(b->Digest(), a->Digest());
  EXPECT_EQ(CountOpenable(thief->path()), before);
}

// Who saw the revocation only while the sync ran still seals what waits with the new key.
TEST_F(Revocation, WhatWaitsIsSealedWithTheNewKeyOnceTheRevocationIsKnown) {
  thief->Close();
  const std::size_t before = CountOpenable(thief->path());
  team.Revoke(thief_id);
  team.Sync(*a);
  EXPECT_EQ(Epoch(), 2U);
  b->Set(record, kName, Value::Text("written offline"));
  team.Sync(*b);  // sealed before b heard of it
  const std::size_t sealed_in_time = CountOpenable(thief->path()) - before;
  EXPECT_EQ(sealed_in_time, 1U);
  b->Set(record, kName, Value::Text("written later"));
  team.Sync(*b);
  EXPECT_EQ(CountOpenable(thief->path()), before + sealed_in_time);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kName), "written later");
}

TEST_F(Revocation, ANewMemberReadsWhatWasWrittenBeforeAndWhatTheLostLaptopWrote) {
  thief->Set(record, kName, Value::Text("by the lost laptop"));
  team.Sync(*thief);
  team.Revoke(thief_id);
  team.Sync(*a);
  a->Set(record, kTitle, Value::Text("afterwards"));
  team.Sync(*a);
  auto c = team.NewMember("C");
  team.Sync(*a);  // grants the newest key, and with it all
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "by the lost laptop");
  EXPECT_EQ(c->Text(record, kTitle), "afterwards");
  EXPECT_EQ(c->Digest(), a->Digest());
  c->ExpectWhole();
}

// The server gives in to the thief, who has its keys: nobody else takes what they make together.
TEST_F(Revocation, EnvelopesMadeWithTheOldKeysAfterwardsAreNotTaken) {
  team.Sync(*thief);
  TestServer liar(team.server_clock, team.server->store);  // and will hear of no revocation
  const std::uint64_t head = EnvelopesAtTheServer();
  team.Revoke(thief_id);
  team.Sync(*a);
  team.Sync(*b);

  LoopbackHttpClient line(&liar.service);
  thief->Set(record, kName, Value::Text("slander"));
  SyncReport report;
  ASSERT_THAT((*thief)->Sync(line, report), Succeeds());
  ASSERT_EQ(report.envelopes_out, 1U);
  const auto page = liar.store.ReadEnvelopes(team.space, head, std::nullopt, {1 << 20, 10});
  ASSERT_EQ(page->rows.size(), 1U);
  const auto slander = DecodeEnvelope(page->rows.front().envelope);
  const auto hash = VerifyEnvelope(
      *slander,
      team.organisation.directory().FindMember(slander->header.device)->admission.signing_key);
  const NewEnvelope planted{slander->header, *hash, page->rows.front().envelope, 0};
  ASSERT_THAT(team.server->store.AppendEnvelopes({&planted, 1}), Succeeds());

  const SyncReport at_a = team.Sync(*a);
  EXPECT_EQ(at_a.envelopes_after_leaving, 1U);
  EXPECT_EQ(at_a.suspicions, std::set{Suspicion::kAfterLeaving});
  const auto told = (*a)->ReadSuspicions();
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->front().subject.device, thief_id);
  EXPECT_EQ(a->Text(record, kName), "Anne");
  // And what honest people write afterwards still arrives.
  b->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kName), "Berthe");
  EXPECT_EQ(b->Digest(), a->Digest());
}

// The server took the new epoch, the answer was lost, and so was the store that held the key.
TEST_F(Revocation, ANewKeyIsNotLostWithTheStoreThatMadeIt) {
  a->BackUp();
  team.Revoke(thief_id);
  for (std::uint64_t bytes = 100; Epoch() == 1; bytes += 100) {
    ASSERT_LT(bytes, 100'000U);
    team.http.CutAfter(bytes);
    SyncReport report;
    (void)(*a)->Sync(team.http, report);
  }
  team.http.Mend();
  ASSERT_EQ(Epoch(), 2U);
  a->PutBackByHand();
  team.Sync(*a);
  a->Set(record, kName, Value::Text("after all"));
  EXPECT_EQ(team.Sync(*a).spaces_waiting_for_key, 0U);
  SyncBoth();
  EXPECT_EQ(b->Text(record, kName), "after all");
  EXPECT_EQ(a->Status().changes_waiting, 0U);
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(Revocation, ALaptopThatLeftASpaceReadsWhatItHasAndWritesNothingMoreThere) {
  const SpaceId other = *team.organisation.AddSpace("other");
  thief->Set(record, kTitle, Value::Text("not sent yet"));
  ASSERT_THAT(team.organisation.Move((*thief)->device(), Role::kIntervenant, {other}), Succeeds());
  team.Sync(*thief);
  EXPECT_EQ(thief->Text(record, kTitle), "not sent yet");
  EXPECT_THAT((*thief)->Edit(EditOf(record, kTitle, Value::Text("more"))),
              FailsWith(ErrorCode::kRefused));
  team.Sync(*a);
  EXPECT_EQ(Epoch(), 2U);
  a->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*a);
  team.Sync(*thief);
  EXPECT_EQ(thief->Text(record, kName), "Anne");

  // Back again, with what it had written.
  ASSERT_THAT(team.organisation.Move((*thief)->device(), Role::kIntervenant, {other, team.space}),
              Succeeds());
  team.Sync(*thief);
  team.Sync(*a);
  team.Sync(*thief);
  team.Sync(*a);
  team.Sync(*thief);
  EXPECT_EQ(thief->Text(record, kName), "Berthe");
  EXPECT_EQ(a->Text(record, kTitle), "not sent yet");
}

// While a asks for its answer, b opens the epoch that a wanted to open.
TEST_F(Revocation, OnlyOneOfTwoNewKeysHolds) {
  team.Revoke(thief_id);
  a->Set(record, kName, Value::Text("Berthe"));
  bool was_quicker = false;
  team.http.Tamper([&](Bytes&) {
    if (std::exchange(was_quicker, true)) return;
    LoopbackHttpClient other_line(&team.server->service);
    SyncReport report;
    EXPECT_THAT((*b)->Sync(other_line, report), Succeeds());
  });
  team.Sync(*a);
  team.http.Tamper(nullptr);
  EXPECT_EQ(Epoch(), 2U);
  b->Set(record, kTitle, Value::Text("title"));
  SyncBoth();
  EXPECT_EQ(b->Digest(), a->Digest());
  EXPECT_EQ(a->Text(record, kTitle), "title");
  a->ExpectWhole();
}

}  // namespace
}  // namespace sacoche
