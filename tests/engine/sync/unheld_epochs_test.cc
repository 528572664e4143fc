// Epochs whose keys nobody was given who is still there: whoever opened them lost the line, and was
// withdrawn: docs/decisions/0036-epochs-that-nobody-holds.md.

#include "tests/engine/sync/lying_laptop.h"

namespace sacoche {
namespace {

// a, b and c share a space, and a thief was withdrawn of whom nobody has heard.
struct Post {
  Post() {
    a = team.NewMember("A");
    b = team.NewMember("B");
    c = team.NewMember("C");
    const auto thief = team.NewMember("thief");
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
    SyncAll({a.get(), b.get(), c.get(), thief.get()});
    team.Revoke((*thief)->device());
  }

  void SyncAll(std::initializer_list<TestDeviceEngine*> laptops) {
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : laptops) {
        const SyncReport report = team.Sync(*laptop);
        EXPECT_EQ(report.set_aside, 0U);
        EXPECT_EQ(report.envelopes_refused, 0U);
      }
  }

  void ExpectAllHold(std::initializer_list<TestDeviceEngine*> laptops, const std::string& name,
                     const std::string& title) {
    for (TestDeviceEngine* laptop : laptops) {
      EXPECT_EQ(laptop->Text(record, kName), name);
      EXPECT_EQ(laptop->Text(record, kTitle), title);
      laptop->ExpectWhole();
    }
  }

  [[nodiscard]] const Directory& AtTheServer() const { return team.server->directory->directory(); }

  // a's line breaks as soon as the server has taken the epoch: nobody else is given its key.
  void OpenAndLoseTheLine(std::uint64_t epoch) {
    team.http.Tamper([this, epoch](Bytes&) {
      if (AtTheServer().CurrentEpoch(team.space) == epoch) team.http.CutAfter(0);
    });
    SyncReport cut;
    EXPECT_THAT((*a)->Sync(team.http, cut), FailsWith(ErrorCode::kNetwork));
    team.http.Tamper({});
    team.http.Mend();
    ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), epoch);
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  std::unique_ptr<TestDeviceEngine> c;
  RecordId record;
};

class UnheldEpochs : public Post, public ::testing::Test {
 protected:
  // c is given the second key by a, and writes under it. Then the server forgets that, and a is
  // gone.
  void WriteUnderAKeyWhoseGrantTheServerForgets() {
    OpenAndLoseTheLine(2);
    const MemoryEnvelopeStore backup = team.server->store;
    team.Sync(*a);
    c->Set(record, kName, Value::Text("under the second key"));
    SyncAll({c.get()});
    EXPECT_EQ(c->Status().changes_waiting, 0U);
    team.RestoreServer(backup);
    team.Revoke((*a)->device());
    b->Set(record, kTitle, Value::Text("by b"));
  }
};

TEST_F(UnheldEpochs, TheSpaceGoesOnWithoutTheLaptopThatOpenedOne) {
  OpenAndLoseTheLine(2);
  team.Sync(*b);
  b->Set(record, kTitle, Value::Text("by b"));
  const SyncReport waiting = team.Sync(*b);
  EXPECT_EQ(waiting.spaces_waiting_for_key, 1U) << "a is expected back";
  EXPECT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  team.Revoke((*a)->device());
  SyncAll({b.get(), c.get()});
  ExpectAllHold({b.get(), c.get()}, "Anne", "by b");
  EXPECT_EQ(AtTheServer().FindEpoch(team.space, 3)->LeadsTo(), 1U);
  // Whoever comes later is led back to what was written before.
  const auto d = team.NewMember("D");
  SyncAll({b.get(), d.get()});
  ExpectAllHold({d.get()}, "Anne", "by b");
}

TEST_F(UnheldEpochs, SeveralInARowArePassedOverAtOnce) {
  OpenAndLoseTheLine(2);
  const DeviceId first = (*a)->device();
  team.Revoke(first);
  a.swap(b);
  OpenAndLoseTheLine(3);
  EXPECT_EQ(AtTheServer().FindEpoch(team.space, 3)->LeadsTo(), 1U);
  team.Revoke((*a)->device());
  c->Set(record, kTitle, Value::Text("by c"));
  SyncAll({c.get()});
  EXPECT_EQ(AtTheServer().FindEpoch(team.space, 4)->LeadsTo(), 1U);
  const auto d = team.NewMember("D");
  SyncAll({c.get(), d.get()});
  ExpectAllHold({c.get(), d.get()}, "Anne", "by c");
}

// a's line breaks after each of so many bytes, and a is withdrawn. How often its epoch was passed
// over.
std::size_t CountPassedOver(bool lost_the_line_before) {
  std::size_t passed_over = 0;
  bool is_through = false;
  for (std::uint64_t after = 400; !is_through && after < 30'000; after += 370) {
    Post post;
    if (lost_the_line_before) post.OpenAndLoseTheLine(2);
    post.a->Set(post.record, kName, Value::Text("by a"));
    post.team.http.CutAfter(after);
    SyncReport report;
    is_through = (*post.a)->Sync(post.team.http, report).has_value();
    post.team.http.Mend();
    const bool is_taken = *post.team.server->store.Head(post.team.space) > 1;
    post.team.Revoke((*post.a)->device());
    post.b->Set(post.record, kTitle, Value::Text("by b"));
    post.SyncAll({post.b.get(), post.c.get()});
    post.ExpectAllHold({post.b.get(), post.c.get()}, is_taken ? "by a" : "Anne", "by b");
    const EpochStatement* third = post.AtTheServer().FindEpoch(post.team.space, 3);
    if (third != nullptr && third->LeadsTo() == 1) ++passed_over;
  }
  EXPECT_TRUE(is_through);
  return passed_over;
}

TEST_F(UnheldEpochs, WhereverTheLineBreaksWhatTheServerTookIsRead) {
  EXPECT_GT(CountPassedOver(false), 0U);
}

// What a seals under its key does not go before the grants do.
TEST_F(UnheldEpochs, NorIsAnythingLostIfItBreaksAgain) { EXPECT_GT(CountPassedOver(true), 0U); }

// c says it himself.
TEST_F(UnheldEpochs, WhoHoldsTheKeyAllTheSameSaysIt) {
  WriteUnderAKeyWhoseGrantTheServerForgets();
  SyncAll({b.get()});
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 3U);
  EXPECT_FALSE(AtTheServer().IsLedBackTo(team.space, 2));
  SyncAll({c.get(), b.get()});
  EXPECT_EQ(AtTheServer().FindLostKeys(team.space, 2).size(), 1U);
  ExpectAllHold({b.get(), c.get()}, "under the second key", "by b");
  for (TestDeviceEngine* laptop : {b.get(), c.get()})
    EXPECT_EQ(team.Sync(*laptop).requests, 1U) << "nothing more is said of it";
}

// The same, and c comes first: what c sealed waits until the next epoch leads back to its key.
TEST_F(UnheldEpochs, WhatNobodyElseWouldOpenWaitsForTheNextKey) {
  WriteUnderAKeyWhoseGrantTheServerForgets();
  for (std::uint64_t after = 500;; after += 150) {
    ASSERT_LT(after, 30'000U);
    team.http.CutAfter(after);
    SyncReport report;
    const bool is_through = (*c)->Sync(team.http, report).has_value();
    team.http.Mend();
    EXPECT_EQ(report.envelopes_refused, 0U);
    if (is_through) break;
    const std::uint64_t head = *team.server->store.Head(team.space);
    EXPECT_TRUE(head == 1 || AtTheServer().IsKeyHeld(team.space, 2)) << "cut after " << after;
  }
  SyncAll({b.get(), c.get()});
  ExpectAllHold({b.get(), c.get()}, "under the second key", "by b");
}

// Those who hold the second key left the post, and may come back: what is under it is waited for.
TEST_F(UnheldEpochs, WhoeverOnlyLeftMayBringTheKeyBack) {
  ASSERT_THAT(team.organisation.Move((*c)->device(), Role::kIntervenant, {}), Succeeds());
  SyncAll({a.get(), b.get()});
  a->Set(record, kName, Value::Text("under the second key"));
  SyncAll({a.get(), b.get()});
  for (TestDeviceEngine* laptop : {a.get(), b.get()})
    ASSERT_THAT(team.organisation.Move((*laptop)->device(), Role::kIntervenant, {}), Succeeds());
  ASSERT_THAT(team.organisation.Move((*c)->device(), Role::kIntervenant, {team.space}), Succeeds());
  SyncAll({c.get()});
  EXPECT_EQ(team.Sync(*c).spaces_waiting_for_key, 1U);
  EXPECT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  ASSERT_THAT(team.organisation.Move((*a)->device(), Role::kIntervenant, {team.space}), Succeeds());
  SyncAll({a.get(), c.get()});
  ExpectAllHold({a.get(), c.get()}, "under the second key", "");
}

class UnheldEpochsOfALiar : public UnheldEpochs {
 protected:
  // The second one, whose key nobody is given.
  void OpenAnEpoch() {
    EpochStatement::Succession succession;
    for (const DeviceId& leaver : AtTheServer().Leavers(team.space))
      succession.leavers.push_back({leaver, 0, {}});
    ASSERT_TRUE(liar.Say(EpochStatement{team.space, 2, {1}, succession, SealedKey{}}));
  }

  void ExpectTheOthersGoOnWithoutHim() {
    b->Set(record, kTitle, Value::Text("by b"));
    EXPECT_EQ(team.Sync(*a).spaces_waiting_for_key, 1U);
    team.Revoke(liar.device());
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : {a.get(), b.get()}) team.Sync(*laptop);
    for (TestDeviceEngine* laptop : {a.get(), b.get()}) {
      EXPECT_EQ(laptop->Text(record, kTitle), "by b");
      EXPECT_EQ(laptop->Status().changes_waiting, 0U);
      EXPECT_EQ(laptop->Status().set_aside, 1U);
    }
  }

  LyingLaptop liar{team, *c};
};

// Under the key that he keeps is, so he says, that of what does not open.
TEST_F(UnheldEpochsOfALiar, NobodyWaitsForHisKeyOnceHeIsWithdrawn) {
  OpenAnEpoch();
  ASSERT_TRUE(liar.Say(LostKeyStatement{team.space, 1, {2}, 2, {1}, {}}));
  liar.WriteWhatNobodyCanOpen(1, record);
  ExpectTheOthersGoOnWithoutHim();
}

TEST_F(UnheldEpochsOfALiar, WhatNobodyWillEverReadKeepsNoSnapshotFromBeingMade) {
  OpenAnEpoch();
  liar.WriteWhatNobodyCanOpen(2, record);
  ExpectTheOthersGoOnWithoutHim();
  a->Close();
  const auto store = Store::Open(a->path());
  ASSERT_THAT(store, Succeeds());
  EXPECT_FALSE(*(*store)->progress().HasSetAside(team.space));
}

class UnheldFirstEpoch : public ::testing::Test {
 protected:
  std::unique_ptr<TestDeviceEngine> Admitted(const std::string& name) {
    auto device = team.NewDevice(name);
    team.Admit(*device, name);
    return device;
  }

  [[nodiscard]] const Directory& AtTheServer() const { return team.server->directory->directory(); }

  TestTeam team;
};

TEST_F(UnheldFirstEpoch, AnEmptySpaceBeginsAnew) {
  const auto a = Admitted("A");
  const auto b = Admitted("B");
  team.http.Tamper([&](Bytes&) {
    if (AtTheServer().CurrentEpoch(team.space) == 1) team.http.CutAfter(0);
  });
  SyncReport cut;
  EXPECT_THAT((*a)->Sync(team.http, cut), FailsWith(ErrorCode::kNetwork));
  team.http.Tamper({});
  team.http.Mend();
  team.Revoke((*a)->device());
  team.Sync(*b);
  EXPECT_EQ(AtTheServer().FirstEpoch(team.space), 2U);
  const auto c = team.NewMember("C");
  const RecordId record = (*b)->NewRecordId();
  b->Set(record, kName, Value::Text("Berthe"));
  team.Sync(*b);
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "Berthe");
  c->ExpectWhole();
}

// What is there was sealed by whoever is gone, with a key that a file or a paper may still hold.
TEST_F(UnheldFirstEpoch, ASpaceThatHoldsSomethingIsLeftAsItIs) {
  const auto a = Admitted("A");
  team.Sync(*a);
  const RecordId record = (*a)->NewRecordId();
  a->Set(record, kName, Value::Text("Anne"));
  team.Sync(*a);
  const auto b = Admitted("B");
  team.Revoke((*a)->device());
  for (int time = 0; time < 3; ++time) {
    const SyncReport report = team.Sync(*b);
    EXPECT_EQ(report.spaces_waiting_for_key, 1U);
    EXPECT_EQ(report.set_aside, 0U);
  }
  EXPECT_EQ(AtTheServer().CurrentEpoch(team.space), 1U);
}

}  // namespace
}  // namespace sacoche
