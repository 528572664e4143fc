// A laptop whose store was put back from an older copy of itself.

#include <gmock/gmock.h>

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

class RecallTest : public TwoLaptops {
 protected:
  void ExpectWholeAndEqual() {
    EXPECT_EQ(a->Digest(), b->Digest());
    for (TestDeviceEngine* device : {a.get(), b.get()}) device->ExpectWhole();
  }
};

TEST_F(RecallTest, WhatWasSentAfterTheBackupComesBackWithTheNextEdit) {
  a->BackUp();
  a->Set(record, kTitle, Value::Text("sent after the backup"));
  team.Sync(*a);
  a->PutBackByHand();
  EXPECT_EQ(a->Text(record, kTitle), "");
  a->Set(record, kCount, Value::Integer(7));
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    EXPECT_EQ(device->Text(record, kTitle), "sent after the backup");
    EXPECT_EQ(device->Text(record, kCount), "7");
    EXPECT_EQ(device->Conflicts(), 0U);
  }
  ExpectWholeAndEqual();
}

// The edit after the backup and the one after the restore have the same dot.
TEST_F(RecallTest, TwoEditsOfOneDotAreTwoEdits) {
  a->BackUp();
  a->Set(record, kName, Value::Text("before the crash"));
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("after the crash"));
  EXPECT_EQ(team.Sync(*a).suspicions, std::set{Suspicion::kStoreCopied});
  team.Sync(*b);
  team.Sync(*a);
  // A did not see its own earlier edit when it wrote the later one.
  EXPECT_EQ(a->Conflicts(), 1U);
  EXPECT_EQ(b->Conflicts(), 1U);
  ExpectWholeAndEqual();
  a->Set(record, kName, Value::Text("both seen"));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kName), "both seen");
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

// B's edit overwrites a dot that here names something else.
TEST_F(RecallTest, AnEditThatSawTheLostOneDoesNotHideTheNewOne) {
  a->BackUp();
  a->Set(record, kName, Value::Text("before the crash"));
  team.Sync(*a);
  team.Sync(*b);
  b->Set(record, kName, Value::Text("B knew"));
  team.Sync(*b);
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("after the crash"));
  SyncBoth();
  const auto conflicts = (*a)->Conflicts();
  ASSERT_THAT(conflicts, Succeeds());
  ASSERT_EQ(conflicts->size(), 1U);
  std::set<std::string> values;
  for (const Candidate& candidate : conflicts->front().candidates)
    values.insert(FormatValue(candidate.value));
  EXPECT_EQ(values, (std::set<std::string>{"B knew", "after the crash"}));
  ExpectWholeAndEqual();
}

// It has nothing to push that could be refused; what a colleague wrote with sight of what was lost
// tells that something is missing.
TEST_F(RecallTest, ALaptopThatOnlyReadsGetsItsOwnEnvelopesBackToo) {
  a->BackUp();
  a->Set(record, kName, Value::Text("Anna"));
  team.Sync(*a);
  team.Sync(*b);
  b->Set(record, kName, Value::Text("Hanna"));
  team.Sync(*b);
  a->PutBackByHand();
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kName), "Hanna");
  EXPECT_EQ(a->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

// Both copies held it unsealed. What B wrote over it is not undone by a second one of it.
TEST_F(RecallTest, WhatWasTypedBeforeTheBackupAndSentAfterItIsNotThereTwice) {
  a->Set(record, kEntries, Value::Text("a call"));
  a->Set(record, kName, Value::Text("Anna"));
  a->BackUp();
  team.Sync(*a);
  team.Sync(*b);
  b->Set(record, kName, Value::Text("Hanna"));
  team.Sync(*b);
  a->PutBackByHand();
  a->Set(record, kCount, Value::Integer(7));
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    const auto history = (*device)->History(record);
    ASSERT_THAT(history, Succeeds());
    EXPECT_EQ(std::ranges::count(*history, kEntries, &HistoryEntry::field), 1);
    EXPECT_EQ(device->Text(record, kName), "Hanna");
    EXPECT_EQ(device->Text(record, kCount), "7");
    EXPECT_EQ(device->Conflicts(), 0U);
  }
  ExpectWholeAndEqual();
}

// Both copies sealed it, with other edits around it, and only then gave one dot to two edits.
TEST_F(RecallTest, WhatBothCopiesHeldKeepsItsPlaceBesideAClash) {
  a->Set(record, kEntries, Value::Text("a call"));
  a->BackUp();
  a->Set(record, kTitle, Value::Text("before the crash"));
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("after the crash"));
  a->Set(record, kCount, Value::Integer(7));
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    const auto history = (*device)->History(record);
    EXPECT_EQ(std::ranges::count(*history, kEntries, &HistoryEntry::field), 1);
    EXPECT_EQ(device->Text(record, kTitle), "before the crash");
    EXPECT_EQ(device->Text(record, kName), "after the crash");
    EXPECT_EQ(device->Text(record, kCount), "7");
  }
  ExpectWholeAndEqual();
}

// It took another dot in the first copy, and takes the same in the second.
TEST_F(RecallTest, WhatTwoOlderCopiesMoveIsThereOnce) {
  a->BackUp();
  a->Set(record, kTitle, Value::Text("lost"));
  team.Sync(*a);
  a->PutBackByHand();
  a->Set(record, kEntries, Value::Text("a call"));
  a->BackUp();
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    const auto history = (*device)->History(record);
    EXPECT_EQ(std::ranges::count(*history, kEntries, &HistoryEntry::field), 1);
  }
  ExpectWholeAndEqual();
}

TEST_F(RecallTest, ItCostsWhatWasLostAndNotTheHistory) {
  for (int i = 0; i < 50; ++i) {
    a->Set(record, kTitle, Value::Text("before " + std::to_string(i)));
    team.Sync(*a);
  }
  a->BackUp();
  a->Set(record, kTitle, Value::Text("lost"));
  team.Sync(*a);
  a->PutBackByHand();
  a->Set(record, kCount, Value::Integer(1));
  const SyncReport report = team.Sync(*a);
  EXPECT_EQ(report.envelopes_in, 1U);
  EXPECT_EQ(report.envelopes_out, 1U);
  EXPECT_EQ(report.envelopes_sent_again, 0U);
  EXPECT_LE(report.requests, 4U);
}

// Sealed before the backup, stored after it: the same envelope, in both histories.
TEST_F(RecallTest, WhatWasSealedBeforeTheBackupIsNotWrittenTwice) {
  a->Set(record, kTitle, Value::Text("sealed"));
  team.http.CutAfter(0);
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  team.http.Mend();
  a->BackUp();
  team.Sync(*a);
  a->Set(record, kCount, Value::Integer(1));
  team.Sync(*a);
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("Anna"));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kTitle), "sealed");
  EXPECT_EQ(b->Text(record, kCount), "1");
  EXPECT_EQ(b->Text(record, kName), "Anna");
  const auto history = (*a)->History(record);
  EXPECT_EQ(std::ranges::count(*history, kTitle, &HistoryEntry::field), 1);
  ExpectWholeAndEqual();
}

// Cut at any byte on the way back: the next sync goes on.
TEST_F(RecallTest, ACutOnTheWayLosesNothing) {
  a->BackUp();
  a->Set(record, kTitle, Value::Text("lost and found"));
  team.Sync(*a);
  for (std::uint64_t cut = 0; cut < 3000; cut += 97) {
    a->PutBackByHand();
    a->Set(record, kCount, Value::Integer(static_cast<std::int64_t>(cut)));
    team.http.CutAfter(cut);
    SyncReport report;
    // Whether it came through depends on where the cut fell; what follows must hold either way.
    if (!(*a)->Sync(team.http, report)) team.http.Mend();
    team.http.Mend();
    SyncBoth();
    ASSERT_EQ(a->Text(record, kTitle), "lost and found") << cut;
    ASSERT_EQ(a->Digest(), b->Digest()) << cut;
    const auto candidates = (*a)->History(record);
    ASSERT_EQ(std::ranges::count_if(*candidates,
                                    [&](const HistoryEntry& entry) {
                                      return entry.field == kCount &&
                                             FormatValue(entry.value) == std::to_string(cut);
                                    }),
              1)
        << cut;
  }
  ExpectWholeAndEqual();
}

TEST_F(RecallTest, AServerThatForgotIsStillHealed) {
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kTitle, Value::Text("forgotten by the server"));
  SyncBoth();
  team.RestoreServer(backup);
  b->Set(record, kCount, Value::Integer(1));
  EXPECT_EQ(team.Sync(*b).suspicions, std::set{Suspicion::kServerForgot});
  a->Set(record, kName, Value::Text("Anna"));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kTitle), "forgotten by the server");
  EXPECT_EQ(b->Text(record, kName), "Anna");
  ExpectWholeAndEqual();
}

// The number of the envelope that A had read up to belongs to another one by now, and A has nothing
// to say that the server would refuse.
TEST_F(RecallTest, AServerThatForgotIsHealedByALaptopWithNothingNew) {
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kTitle, Value::Text("forgotten by the server"));
  SyncBoth();
  team.RestoreServer(backup);
  const auto c = team.NewMember("C");
  b->Set(record, kCount, Value::Integer(1));
  SyncReport report;
  ASSERT_THAT((*b)->Sync(team.http, report), Succeeds());
  EXPECT_EQ(report.envelopes_sent_again, 1U);  // a's, which b holds too
  const SyncReport healing = team.Sync(*a);
  EXPECT_EQ(healing.envelopes_sent_again, 0U);
  EXPECT_EQ(a->Text(record, kCount), "1");
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kTitle), "forgotten by the server");
  EXPECT_EQ(c->Digest(), a->Digest());
  const SyncReport after = team.Sync(*a);
  EXPECT_EQ(after.requests, 1U);
  EXPECT_EQ(after.envelopes_sent_again, 0U);
}

// It has nothing to push that the server could refuse.
TEST_F(RecallTest, ALaptopThatWasPutBackGetsItsOwnBackThoughItHasNothingToSay) {
  a->BackUp();
  a->Set(record, kTitle, Value::Text("after the backup"));
  SyncBoth();
  a->PutBackByHand();
  team.Sync(*a);
  EXPECT_EQ(a->Text(record, kTitle), "after the backup");
  EXPECT_EQ(a->Digest(), b->Digest());
}

// What this copy and the other both wrote is one change, and stays one.
TEST_F(RecallTest, WhatTheServerHasAlreadyIsNotSaidAgainUnderAnotherName) {
  a->Set(record, kEntries, Value::Text("in both"));
  a->BackUp();
  a->Set(record, kEntries, Value::Text("in the other only"));
  SyncBoth();
  a->PutBackByHand();
  a->Set(record, kEntries, Value::Text("in this only"));
  SyncBoth();
  const auto view = (*b)->Read(record);
  std::vector<std::string> words;
  for (const LogEntry& entry : (*view)->Find(kEntries)->entries)
    words.push_back(FormatValue(entry.written.value));
  EXPECT_THAT(words, testing::UnorderedElementsAre("in both", "in the other only", "in this only"));
  EXPECT_EQ(a->Digest(), b->Digest());
}

// Nobody asked for them: a server that sends a laptop its own envelopes is not believed.
TEST_F(RecallTest, OwnEnvelopesThatWereNotAskedForAreRefused) {
  a->Set(record, kTitle, Value::Text("mine"));
  team.Sync(*a);
  Bytes own;
  const auto page = team.server->store.ReadEnvelopes(team.space, 0, std::nullopt, {1U << 20, 100});
  for (const auto& row : page->rows)
    if (DecodeEnvelope(row.envelope)->header.device == (*a)->device()) own = row.envelope;
  ASSERT_FALSE(own.empty());
  bool done = false;
  team.http.Tamper([&](Bytes& piece) {
    if (std::exchange(done, true)) return;
    Bytes forged;
    AppendFrame(forged, PullFrame(StoredEnvelopeFrame{1000, own}));
    piece.insert(piece.begin(), forged.begin(), forged.end());
  });
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kUntrusted));
}

}  // namespace
}  // namespace sacoche
