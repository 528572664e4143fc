// A server that shows different people different things, hides or mixes up. Each trick is found out
// within two syncs and named, and nothing is lost. tests/engine/sync/distrust_test.cc has what it
// can do to a single answer.

#include <gmock/gmock.h>

#include "engine/seal/envelope_seal.h"
#include "tests/engine/sync/on_frames.h"
#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Subject = Suspicions::Subject;

class HostileServer : public TwoLaptops {
 protected:
  // What b's person is told, of which nobody has read yet.
  [[nodiscard]] std::vector<Suspicions::Subject> WarningsOf(TestDeviceEngine& laptop) {
    std::vector<Suspicions::Subject> subjects;
    const auto entries = laptop->ReadSuspicions();
    for (const Suspicions::Entry& entry : *entries)
      if (!entry.acknowledged) subjects.push_back(entry.subject);
    return subjects;
  }

  // From now on b talks to a server of its own, that has what the other one has by now.
  void Part() { for_b = std::make_unique<TestServer>(team.server_clock, team.server->store); }

  SyncReport SyncB() {
    LoopbackHttpClient line(&for_b->service);
    SyncReport report;
    EXPECT_THAT((*b)->Sync(line, report), Succeeds());
    return report;
  }

  // Shows b the last envelope that the other server got.
  void ShowBTheLastEnvelope() {
    const std::uint64_t head = *team.server->store.Head(team.space);
    const auto page =
        team.server->store.ReadEnvelopes(team.space, head - 1, std::nullopt, {1 << 20, 10});
    ASSERT_EQ(page->rows.size(), 1U);
    const auto envelope = DecodeEnvelope(page->rows.front().envelope);
    const Member* maker = team.organisation.directory().FindMember(envelope->header.device);
    const auto hash = VerifyEnvelope(*envelope, maker->admission.signing_key);
    const NewEnvelope shown{envelope->header, *hash, page->rows.front().envelope, 0};
    ASSERT_THAT(for_b->store.AppendEnvelopes({&shown, 1}), Succeeds());
  }

  // A colleague of both, of whom b will hear nothing more.
  std::unique_ptr<TestDeviceEngine> NewColleague() {
    auto c = team.NewMember("C");
    team.Sync(*a);
    team.Sync(*c);
    SyncBoth();
    Part();
    return c;
  }

  // Of what c wrote, only a hears, and what a writes then is shown to b.
  SyncReport SyncBAfterAHeardOf(TestDeviceEngine& c) {
    c.Set(record, kTitle, Value::Text("hidden from b"));
    team.Sync(c);
    team.Sync(*a);
    a->Set(record, kCount, Value::Integer(1));
    team.Sync(*a);
    ShowBTheLastEnvelope();
    return SyncB();
  }

  std::unique_ptr<TestServer> for_b;
};

TEST_F(HostileServer, HonestServersRaiseNoSuspicion) {
  for (int i = 0; i < 3; ++i) {
    a->Set(record, kTitle, Value::Text("a " + std::to_string(i)));
    b->Set(record, kName, Value::Text("b " + std::to_string(i)));
    for (TestDeviceEngine* device : {a.get(), b.get(), a.get()}) {
      const SyncReport report = team.Sync(*device);
      EXPECT_EQ(report.shown_differently, 0U);
      EXPECT_FALSE(report.directory_withheld);
      EXPECT_THAT(report.suspicions, IsEmpty());
      EXPECT_THAT(WarningsOf(*device), IsEmpty());
    }
  }
}

// A revocation is hidden from b, and the new key with it.
TEST_F(HostileServer, AWithheldRevocationShowsInTheNextEnvelopeOfWhoeverKnowsOfIt) {
  auto thief = team.NewMember("thief");
  team.Sync(*a);
  team.Sync(*thief);
  team.Sync(*b);
  Part();
  team.Revoke((*thief)->device());
  team.Sync(*a);
  a->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*a);
  ShowBTheLastEnvelope();

  EXPECT_TRUE(SyncB().directory_withheld);
  // From here on it seals nothing with the key that the thief has; what it writes waits.
  const std::uint64_t head = *for_b->store.Head(team.space);
  b->Set(record, kTitle, Value::Text("secret"));
  EXPECT_TRUE(SyncB().directory_withheld);
  EXPECT_EQ(*for_b->store.Head(team.space), head);
  EXPECT_THAT(WarningsOf(*b),
              ElementsAre(Subject{Suspicion::kDirectoryWithheld, {}, (*a)->device()}));

  // An honest server is caught up with as ever.
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_FALSE(team.Sync(*b).directory_withheld);
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kTitle), "secret");
  EXPECT_EQ(b->Text(record, kName), "Berthe");
  EXPECT_EQ(b->Digest(), a->Digest());
}

// The answer began before it was said, and ends with an envelope of somebody who has heard of it.
TEST_F(HostileServer, WhatWasSaidWhileALaptopReadOnIsNotWithheld) {
  auto thief = team.NewMember("thief");
  SyncBoth();
  SeededRandom random(3);
  ByteArray<3000> noise;
  for (int i = 0; i < 100; ++i) {
    random.Fill(noise);
    a->Set((*a)->NewRecordId(), kTitle, Value::Text(ToHex(noise)));
    if (i % 10 == 9) team.Sync(*a);
  }
  int pieces = 0;
  LoopbackHttpClient line_of_a(&team.server->service);
  team.http.Tamper([&](Bytes&) {
    if (++pieces != 3) return;
    LoopbackHttpClient line_of_office(&team.server->service);
    Organisation office = team.OfficeOf(team.organisation.key(), line_of_office);
    ASSERT_THAT(office.Revoke((*thief)->device(), RevocationStatement::Reason::kLost), Succeeds());
    SyncReport report;
    ASSERT_THAT((*a)->Sync(line_of_a, report), Succeeds());
    a->Set(record, kName, Value::Text("said with the new key"));
    ASSERT_THAT((*a)->Sync(line_of_a, report), Succeeds());
  });
  const SyncReport report = team.Sync(*b);
  team.http.Tamper(nullptr);
  ASSERT_GE(pieces, 3);
  EXPECT_THAT(report.suspicions, IsEmpty());
  EXPECT_FALSE(report.directory_withheld);
  EXPECT_THAT(WarningsOf(*b), IsEmpty());
  EXPECT_TRUE((*b)->directory().IsRevoked((*thief)->device()));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kName), "said with the new key");
  EXPECT_EQ(b->Digest(), a->Digest());
}

// Who claimed it may be gone, and with him what he knew.
TEST_F(HostileServer, NobodyWaitsForEverForWhatAWithdrawnLaptopWasShown) {
  Part();
  auto c = team.NewMember("C");
  team.Sync(*a);
  a->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*a);
  ShowBTheLastEnvelope();
  EXPECT_TRUE(SyncB().directory_withheld);
  // The other server is lost with all that it had, and a's laptop too.
  team.RestoreServer(for_b->store);
  Organisation again = team.OfficeAnew();
  ASSERT_THAT(again.Revoke((*a)->device(), RevocationStatement::Reason::kLost), Succeeds());
  b->Set(record, kTitle, Value::Text("goes on"));
  team.Sync(*b);
  EXPECT_FALSE(team.Sync(*b).directory_withheld);
  EXPECT_EQ(b->Status().changes_waiting, 0U);
}

// b is not shown what c wrote; a, who was, writes the next.
TEST_F(HostileServer, AnEnvelopeThatIsHiddenFromOneShowsInTheNextOfAnother) {
  const auto c = NewColleague();
  EXPECT_EQ(SyncBAfterAHeardOf(*c).shown_differently, 1U);
  EXPECT_THAT(WarningsOf(*b),
              ElementsAre(Subject{Suspicion::kShownDifferently, team.space, (*a)->device()}));
}

// Both see as many envelopes as the other, and not the same.
TEST_F(HostileServer, TwoHistoriesOfOneLengthShowToo) {
  const auto c = NewColleague();
  b->Set(record, kName, Value::Text("in b's world"));
  SyncB();
  SyncB();
  EXPECT_EQ(SyncBAfterAHeardOf(*c).shown_differently, 1U);
}

TEST_F(HostileServer, AStatementThatIsSaidTwiceIsRefused) {
  auto c = team.NewMember("C");
  team.http.Tamper(OnFrames([](std::vector<PullFrame>& frames) {
    std::vector<PullFrame> changed;
    for (PullFrame& frame : frames) {
      changed.push_back(frame);
      auto* said = std::get_if<DirectoryFrame>(&frame);
      if (said == nullptr) continue;
      ++said->sequence;
      changed.push_back(frame);
    }
    frames = std::move(changed);
  }));
  SyncReport report;
  EXPECT_THAT((*b)->Sync(team.http, report), FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(WarningsOf(*b), ElementsAre(Subject{Suspicion::kStatementOutOfPlace}));
  team.http.Tamper(nullptr);
  team.Sync(*b);
  SyncBoth();
  EXPECT_EQ(b->Digest(), a->Digest());
}

TEST_F(HostileServer, AnEnvelopeOfAnotherSpaceIsRefused) {
  const SpaceId other = *team.organisation.AddSpace("other");
  for (TestDeviceEngine* device : {a.get(), b.get()})
    ASSERT_THAT(
        team.organisation.Move((*device)->device(), Role::kIntervenant, {team.space, other}),
        Succeeds());
  SyncBoth();
  SyncBoth();
  a->Set(record, kTitle, Value::Text("in its place"));
  team.Sync(*a);
  // What is stored for the one space is given for the other.
  std::optional<StoredEnvelopeFrame> stolen;
  team.http.Tamper(OnFrames([&](std::vector<PullFrame>& frames) {
    std::vector<PullFrame> changed;
    for (const PullFrame& frame : frames) {
      const auto* stored = std::get_if<StoredEnvelopeFrame>(&frame);
      if (stored != nullptr) stolen = *stored;
      if (stored != nullptr) continue;
      const auto* head = std::get_if<HeadFrame>(&frame);
      if (stolen && head != nullptr && head->space == other)
        changed.push_back(StoredEnvelopeFrame{head->sequence + 1, stolen->envelope});
      changed.push_back(frame);
    }
    if (stolen) frames = std::move(changed);
  }));
  SyncReport report;
  const Status status = (*b)->Sync(team.http, report);
  team.http.Tamper(nullptr);
  ASSERT_TRUE(stolen);
  EXPECT_THAT(status, FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(WarningsOf(*b), ElementsAre(Subject{Suspicion::kEnvelopeOutOfPlace, other}));
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kTitle), "in its place");
  EXPECT_EQ(b->Digest(), a->Digest());
}

}  // namespace
}  // namespace sacoche
