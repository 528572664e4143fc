// Snapshots between laptops: made, stored, loaded, and what they stand for dropped.

#include <gtest/gtest.h>

#include <random>

#include "engine/seal/snapshot_seal.h"
#include "tests/engine/sync/snapshot_laptops.h"

namespace sacoche {
namespace {

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

using SnapshotSyncTest = SnapshotLaptops;

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

// The newcomer reads nothing before it is let in, and half as much afterwards.
TEST_F(SnapshotSyncTest, WhoeverLetsANewcomerInMakesOne) {
  b->snapshot_for_newcomer_envelopes = 3;
  b->Reopen();
  Work(4);
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  EXPECT_EQ(team.Sync(*b).snapshots_out, 1U);
  const SyncReport report = team.Sync(*c);
  EXPECT_EQ(report.snapshots_in, 1U);
  EXPECT_EQ(report.envelopes_in, 0U);
  ExpectWholeAndEqual({c.get()});

  // The newest is hardly older than the space: nobody makes another.
  const Device d = team.NewDevice("D");
  team.Admit(*d, "D");
  EXPECT_EQ(team.Sync(*b).snapshots_out, 0U);
  EXPECT_EQ(team.Sync(*d).snapshots_in, 1U);
  ExpectWholeAndEqual({d.get()});
}

// A new key for those who remain is no newcomer's.
TEST_F(SnapshotSyncTest, ANewKeyAfterADepartureMakesNone) {
  const Device c = team.NewMember("C");
  team.Sync(*a);
  team.Sync(*c);
  b->snapshot_for_newcomer_envelopes = 1;
  b->Reopen();
  Work(3);
  team.Revoke((*c)->device());
  for (TestDeviceEngine* device : {a.get(), b.get(), a.get(), b.get()})
    EXPECT_EQ(team.Sync(*device).snapshots_out, 0U);
  EXPECT_EQ((*a)->directory().CurrentEpoch(team.space), 2U);
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
