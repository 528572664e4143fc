// Snapshots between laptops: made, stored, loaded, and what they stand for dropped.

#include <gtest/gtest.h>

#include <random>

#include "engine/seal/snapshot_seal.h"
#include "tests/support/test_team.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kAfterEnvelopes = 5;

// Choices that follow from one number.
class Choices {
 public:
  explicit Choices(std::uint32_t seed) : random_(seed) {}
  std::size_t Below(std::size_t bound) { return random_() % bound; }
  template <class Items>
  const auto& Of(const Items& items) {
    return items[Below(items.size())];
  }

 private:
  std::minstd_rand random_;
};

class SnapshotSyncTest : public ::testing::Test {
 protected:
  using Device = std::unique_ptr<TestDeviceEngine>;

  void SetUp() override {
    a = Member("A", kAfterEnvelopes);
    b = Member("B", sync_limits::kSnapshotAfterEnvelopes);
    team.Sync(*a);  // grants the key
    team.Sync(*b);
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
  }

  Device Member(const std::string& name, std::uint64_t after_envelopes) {
    Device device = team.NewMember(name);
    device->snapshot_after_envelopes = after_envelopes;
    device->Reopen();
    return device;
  }

  // A's work of some days: one envelope each, and a snapshot when one is due.
  void Work(int envelopes, const std::string& what = "day") {
    for (int i = 0; i < envelopes; ++i) {
      a->Set((*a)->NewRecordId(), kTitle, Value::Text(what + " " + std::to_string(i)));
      a->Set(record, kTitle, Value::Text(what + " " + std::to_string(++day_)));
      made += team.Sync(*a).snapshots_out;
    }
  }

  void Compact() {
    ASSERT_THAT(team.server->store.DropCovered(team.space, {UINT64_MAX}), Succeeds());
  }
  std::uint64_t Dropped() { return *team.server->store.DroppedUpTo(team.space); }

  void ExpectWholeAndEqual(const std::vector<TestDeviceEngine*>& devices) {
    for (TestDeviceEngine* device : devices) {
      EXPECT_EQ(device->Digest(), a->Digest());
      EXPECT_EQ(device->Conflicts(), a->Conflicts());
      const auto check = (*device)->Check();
      ASSERT_THAT(check, Succeeds());
      EXPECT_TRUE(check->whole()) << ::testing::PrintToString(check->log);
      EXPECT_EQ(device->Status().changes_waiting, 0U);
      EXPECT_EQ(device->Status().set_aside, 0U);
    }
  }

  TestTeam team;
  Device a;
  Device b;
  RecordId record;
  std::uint64_t made = 0;
  int day_ = 0;
};

TEST_F(SnapshotSyncTest, OneIsMadeWheneverTheLogHasGrownEnough) {
  Work(4);
  EXPECT_EQ(made, 0U);
  Work(1);
  EXPECT_EQ(made, 1U);
  Work(4);
  EXPECT_EQ(made, 1U);
  Work(1);
  EXPECT_EQ(made, 2U);
  EXPECT_EQ((*team.server->store.NewestSnapshot(team.space))->identity.sequence, 10U);
}

TEST_F(SnapshotSyncTest, ANewDeviceLoadsItAndTheTailOfTheLog) {
  Work(7);
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);  // waits for the key
  EXPECT_EQ(c->Status().records, 0U);
  team.Sync(*a);
  const SyncReport report = team.Sync(*c);
  EXPECT_EQ(report.snapshots_in, 1U);
  EXPECT_EQ(report.envelopes_in, 2U);
  EXPECT_EQ(c->Text(record, kTitle), "day 7");
  EXPECT_TRUE(*(*c)->HasOlderHistory(record));
  EXPECT_FALSE(*(*a)->HasOlderHistory(record));
  ExpectWholeAndEqual({c.get()});
  // It works on: its edits reach the others, theirs reach it, and nothing comes twice.
  c->Set(record, kName, Value::Text("Anna"));
  team.Sync(*c);
  team.Sync(*a);
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kName), "Anna");
  EXPECT_EQ(team.Sync(*c).snapshots_in, 0U);
  ExpectWholeAndEqual({b.get(), c.get()});
}

TEST_F(SnapshotSyncTest, ADeviceThatReadOnReadsEnvelopesAndNoSnapshot) {
  team.Sync(*a);
  team.Sync(*b);
  Work(6);
  const SyncReport report = team.Sync(*b);
  EXPECT_EQ(report.snapshots_in, 0U);
  EXPECT_EQ(report.envelopes_in, 6U);
  ExpectWholeAndEqual({b.get()});
}

TEST_F(SnapshotSyncTest, ADeviceAwayForLongerThanTheRetentionMergesExactly) {
  team.Sync(*a);
  team.Sync(*b);
  const Device c = Member("C", sync_limits::kSnapshotAfterEnvelopes);
  team.Sync(*a);
  team.Sync(*c);
  // B and C write the same without a network; C hears of everything envelope by envelope.
  b->Set(record, kName, Value::Text("B's Anne"));
  b->Set((*b)->NewRecordId(), kTitle, Value::Text("only here"));
  for (int snapshot = 0; snapshot < 3; ++snapshot) {
    a->Set(record, kName, Value::Text("A's Anne " + std::to_string(snapshot)));
    Work(5, "month");
    team.Sync(*c);
    Compact();
  }
  EXPECT_EQ(made, 3U);
  ASSERT_GT(Dropped(), 10U);
  const SyncReport back = team.Sync(*b);
  EXPECT_EQ(back.snapshots_in, 1U);
  EXPECT_EQ(back.envelopes_out, 1U);
  team.Sync(*a);
  team.Sync(*c);
  EXPECT_EQ(b->Conflicts(), 1U);
  ExpectWholeAndEqual({b.get(), c.get()});
}

// Edits at random, and syncs at random, of one device that hears of envelopes and one that hears of
// snapshots.
TEST_F(SnapshotSyncTest, SnapshotsAndEnvelopesLeadToTheSame) {
  const Device c = Member("C", sync_limits::kSnapshotAfterEnvelopes);
  team.Sync(*a);
  team.Sync(*c);
  std::vector<RecordId> records{record};
  for (int i = 0; i < 3; ++i) records.push_back((*a)->NewRecordId());
  Choices choices(7);
  const std::vector<std::pair<FieldId, const char*>> edits = {
      {kName, "Anne"}, {kName, "Anna"}, {kLevel, "HIGH"}, {kStage, "OPEN"},
      {kTitle, "t"},   {kTags, "RED"},  {kLevel, "GRAVE"}};
  const auto edit = [&](TestDeviceEngine& device) {
    const auto& [field, text] = choices.Of(edits);
    const Value value = field == kTags
                            ? TagList({text})
                            : *TestSchema().ParseValue(*TestSchema().FindField(kFile, field), text);
    // A refusal, as of a state that would go back, is as good as any edit.
    static_cast<void>(device->Edit(EditOf(choices.Of(records), field, value)));
  };
  std::uint64_t loaded = 0;
  for (int round = 0; round < 25; ++round) {
    for (std::size_t i = 1 + choices.Below(12); i > 0; --i) {
      edit(*a);
      made += team.Sync(*a).snapshots_out;
      if (choices.Below(3) == 0) edit(*b);
      if (choices.Below(3) == 0) edit(*c);
      if (choices.Below(2) == 0) team.Sync(*c);
    }
    Compact();
    loaded += team.Sync(*b).snapshots_in;
    team.Sync(*c);
    team.Sync(*a);
    team.Sync(*b);
    team.Sync(*c);
    ExpectWholeAndEqual({b.get(), c.get()});
  }
  EXPECT_GE(made, 10U);
  EXPECT_GE(loaded, 5U);
}

// -- Cuts -----------------------------------------------------------------------------------------

// Records that do not compress, so that a snapshot has several parts.
void Fill(TestDeviceEngine& device, int records) {
  SeededRandom random(5);
  for (int i = 0; i < records; ++i) {
    ByteArray<16'000> bytes;
    random.Fill(bytes);
    device.Set(device->NewRecordId(), kTitle, Value::Text(ToHex(bytes)));
  }
}

TEST_F(SnapshotSyncTest, ACutAnywhereIsMadeGoodAndWhatArrivedIsNotSentAgain) {
  Fill(*a, 60);
  // Cut on the way up as well, at many places.
  Work(4);
  a->Set(record, kCount, Value::Integer(1));
  for (std::uint64_t cut = 1000; made == 0; cut += 120'000) {
    ASSERT_LT(cut, 5'000'000U);
    team.http.CutAfter(cut);
    SyncReport report;
    const Status status = (*a)->Sync(team.http, report);
    if (!status) {
      EXPECT_THAT(status, FailsWith(ErrorCode::kNetwork));
    }
    made += report.snapshots_out;
    team.http.Mend();
    a->Reopen();
  }
  const auto newest = team.server->store.NewestSnapshot(team.space);
  ASSERT_TRUE(*newest);
  ASSERT_GE((*newest)->parts, 4U);

  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);
  team.Sync(*a);
  std::uint64_t parts = 0;
  std::uint64_t snapshots = 0;
  for (std::uint64_t cut = 500; snapshots == 0; cut += 150'000) {
    ASSERT_LT(cut, 9'000'000U);
    team.http.CutAfter(cut);
    SyncReport report;
    const Status status = (*c)->Sync(team.http, report);
    if (!status) {
      EXPECT_THAT(status, FailsWith(ErrorCode::kNetwork));
    }
    parts += report.snapshot_parts_in;
    snapshots += report.snapshots_in;
    team.http.Mend();
    c->Reopen();
  }
  EXPECT_EQ(parts, (*newest)->parts);
  team.Sync(*c);
  ExpectWholeAndEqual({c.get()});
}

// -- A server that cannot be believed -------------------------------------------------------------

class ForgedSnapshotSyncTest : public SnapshotSyncTest {
 protected:
  void SetUp() override {
    SnapshotSyncTest::SetUp();
    Work(6);
    c = team.NewDevice("C");
    team.Admit(*c, "C");
    team.Sync(*c);
    team.Sync(*a);
  }

  // Every byte of the answer in turn.
  void ExpectRefusedAt(std::size_t offset) {
    const std::string before = c->Digest();
    std::size_t seen = 0;
    team.http.Tamper([&](Bytes& piece) {
      if (offset >= seen && offset < seen + piece.size()) piece[offset - seen] ^= 0x40;
      seen += piece.size();
    });
    SyncReport report;
    const Status status = (*c)->Sync(team.http, report);
    team.http.Tamper({});
    if (report.snapshots_in == 0) {
      EXPECT_EQ(c->Digest(), before) << offset;
      EXPECT_EQ(c->Status().records, 0U) << offset;
    } else {
      EXPECT_EQ(c->Text(record, kName), "Anne") << offset;
    }
    refused += status ? 0 : 1;
    c->PutBackByHand();
  }

  Device c;
  int refused = 0;
};

TEST_F(ForgedSnapshotSyncTest, NoByteOfItCanBeChangedUnseen) {
  c->BackUp();
  for (std::size_t offset = 0; offset < 1200; offset += 7) ExpectRefusedAt(offset);
  EXPECT_GE(refused, 100);
  team.Sync(*c);
  ExpectWholeAndEqual({c.get()});
}

TEST_F(ForgedSnapshotSyncTest, AMemberOfNothingCannotMakeOne) {
  // The same state, signed and sealed by somebody who is no member.
  const auto stored = *team.server->store.NewestSnapshot(team.space);
  SealedSnapshotHead head = *DecodeSnapshotHead(stored->head);
  const SigningKey stranger = SigningKey::Generate();
  head.identity.device = DeviceIdOf(stranger.public_key());
  SignSnapshot(head, stranger);
  bool done = false;
  team.http.Tamper([&](Bytes& piece) {
    const Bytes honest = stored->head;
    const auto at = std::ranges::search(piece, honest);
    if (at.empty() || std::exchange(done, true)) return;
    const Bytes forged = EncodeSnapshotHead(head);
    ASSERT_EQ(forged.size(), honest.size());
    std::ranges::copy(forged, at.begin());
  });
  SyncReport report;
  EXPECT_THAT((*c)->Sync(team.http, report), FailsWith(ErrorCode::kUntrusted));
  EXPECT_TRUE(done);
  EXPECT_EQ(c->Status().records, 0U);
}

// Only the maker's own signature counts, and only the parts that it names.
TEST_F(ForgedSnapshotSyncTest, TheSignatureAndThePartsAreTheMakers) {
  const auto stored = *team.server->store.NewestSnapshot(team.space);
  const auto expect_untrusted = [&](const Bytes& honest, const Bytes& forged) {
    bool done = false;
    team.http.Tamper([&](Bytes& piece) {
      const auto at = std::ranges::search(piece, honest);
      if (at.empty() || std::exchange(done, true)) return;
      std::ranges::copy(forged, at.begin());
    });
    SyncReport report;
    EXPECT_THAT((*c)->Sync(team.http, report), FailsWith(ErrorCode::kUntrusted));
    EXPECT_TRUE(done);
    EXPECT_EQ(c->Status().records, 0U);
  };
  SealedSnapshotHead head = *DecodeSnapshotHead(stored->head);
  SignSnapshot(head, SigningKey::Generate());
  expect_untrusted(stored->head, EncodeSnapshotHead(head));
  for (std::uint64_t index = 0; index < stored->parts; ++index) {
    const Bytes part = *team.server->store.ReadSnapshotPart(*stored, index);
    Bytes altered = part;
    altered.back() ^= 1;
    expect_untrusted(part, altered);
  }
  team.http.Tamper({});
  team.Sync(*c);
  ExpectWholeAndEqual({c.get()});
}

// A member could claim what others have not written yet, so that it would be passed over.
TEST_F(ForgedSnapshotSyncTest, WhatASnapshotClaimedTooEarlyIsSetAsideAndNotLost) {
  team.Sync(*c);
  const ReplicaId replica = (*a)->History(record)->front().dot.replica;
  c->Close();
  {
    const auto store = Store::Open(c->path());
    ASSERT_THAT(store, Succeeds());
    VersionVector claimed;
    claimed.AddUpTo(replica, 1000);
    ASSERT_THAT((*store)->snapshots().AddToBase(team.space, claimed), Succeeds());
  }
  c->Reopen();
  a->Set(record, kName, Value::Text("written later"));
  team.Sync(*a);
  EXPECT_EQ(team.Sync(*c).set_aside, 1U);
  EXPECT_EQ(c->Status().set_aside, 1U);
}

// -- Copies put back ------------------------------------------------------------------------------

TEST_F(SnapshotSyncTest, AServerRestoredFromABackupIsHealedThoughItsBeginningWasDropped) {
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
  const SyncReport healing = team.Sync(*a);
  EXPECT_EQ(healing.envelopes_sent_again, 3U);
  EXPECT_EQ(team.Sync(*b).envelopes_sent_again, 1U);
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
TEST_F(SnapshotSyncTest, AServerRestoredToBeforeTheSnapshotGetsEverythingAgain) {
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

TEST_F(SnapshotSyncTest, ALaptopPutBackFromBeforeWhatASnapshotStandsForGoesOn) {
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

TEST_F(SnapshotSyncTest, ALaptopThatLoadedASnapshotAndIsPutBackKeepsWhatOnlyTheSnapshotHad) {
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

TEST_F(SnapshotSyncTest, ALaptopPutBackFromBeforeItsFirstEnvelopeGoesOn) {
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
TEST_F(SnapshotSyncTest, ALaptopPutBackFromBeforeTheServerWasMendedWritesNothingTwice) {
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

// -- Erasure --------------------------------------------------------------------------------------

TEST_F(SnapshotSyncTest, WhatWasErasedIsInNoLaterSnapshot) {
  Work(1);
  a->Set(record, kErased, Value::OfCode("ASKED"));
  Work(0);
  for (int i = 0; i < 6; ++i) {
    a->Set((*a)->NewRecordId(), kTitle, Value::Text(std::to_string(i)));
    made += team.Sync(*a).snapshots_out;
  }
  ASSERT_EQ(made, 1U);
  Compact();
  const SyncReport report = team.Sync(*b);
  EXPECT_EQ(report.snapshots_in, 1U);
  EXPECT_EQ(b->Text(record, kName), "");
  EXPECT_NE(b->Text(record, kErased), "");
  ExpectWholeAndEqual({b.get()});
}

}  // namespace
}  // namespace sacoche
