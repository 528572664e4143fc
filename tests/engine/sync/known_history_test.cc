// Wherever the line breaks, a laptop knows the history of what it has read: by its tag a server
// that was put back is told from the one before, though it be as long again.

#include <gmock/gmock.h>

#include "engine/store/store.h"
#include "tests/engine/sync/snapshot_laptops.h"

namespace sacoche {
namespace {

class KnownHistoryTest : public SnapshotLaptops {
 protected:
  struct Knowledge {
    std::uint64_t cursor = 0;
    KnownHistoryFrame history;
  };
  // Closes the laptop for a look into its file.
  Knowledge Look(TestDeviceEngine& device) {
    device.Close();
    Knowledge knowledge;
    {
      const auto store = Store::Open(device.path());
      EXPECT_THAT(store, Succeeds());
      knowledge = {*(*store)->progress().Cursor(team.space),
                   *(*store)->progress().KnownHistory(team.space)};
    }
    device.Reopen();
    return knowledge;
  }

  // Gives where it has read to.
  std::uint64_t ExpectItKnowsItsHistory(TestDeviceEngine& device) {
    const auto [cursor, history] = Look(device);
    EXPECT_GE(history.sequence, cursor);
    EXPECT_EQ(history.tag, *team.server->store.HistoryAt(team.space, history.sequence));
    return cursor;
  }

  // Gives after how many of the cuts the laptop had read something, and not all.
  int CutAtEveryByte(TestDeviceEngine& device, std::uint64_t step) {
    std::set<std::uint64_t> places;
    for (std::uint64_t bytes = 0; bytes < 100'000; bytes += step) {
      team.http.CutAfter(bytes);
      SyncReport report;
      const Status cut = device->Sync(team.http, report);
      team.http.Mend();
      places.insert(ExpectItKnowsItsHistory(device));
      if (cut) break;
    }
    places.erase(0);
    places.erase(*team.server->store.Head(team.space));
    return static_cast<int>(places.size());
  }

  void Write(TestDeviceEngine& device, const std::string& title) {
    device.Set(device->NewRecordId(), kTitle, Value::Text(title));
    team.Sync(device);
  }
};

TEST_F(KnownHistoryTest, OfOthersAndOfItsOwn) {
  Work(2);
  team.Sync(*b);
  for (int i = 0; i < 4; ++i) {
    Write(*a, "a");
    b->Set(record, kCount, Value::Integer(i));
    // B's envelope is stored, and its line is cut before what A wrote.
    for (std::uint64_t bytes = 100; b->Status().changes_waiting > 0; bytes += 20) {
      team.http.CutAfter(bytes);
      SyncReport report;
      EXPECT_THAT((*b)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
      team.http.Mend();
    }
  }
  EXPECT_GE(CutAtEveryByte(*b, 50), 3);
  EXPECT_EQ(team.Sync(*b).suspicions, std::set<Suspicion>{});
  team.Sync(*a);
  ExpectWholeAndEqual({b.get()});
}

TEST_F(KnownHistoryTest, BehindASnapshot) {
  Work(6);
  const Device c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);
  team.Sync(*a);
  Work(3);
  EXPECT_GE(CutAtEveryByte(*c, 50), 3);
  ExpectWholeAndEqual({c.get()});
}

// The snapshot that stood for the beginning was by a laptop that left, and the server forgot
// something of the rest.
TEST_F(KnownHistoryTest, BehindALateBeginning) {
  team.Sync(*b);
  Work(6);
  Compact();
  team.Sync(*b);
  ASSERT_GE(Dropped(), 5U);
  const MemoryEnvelopeStore backup = team.server->store;
  Write(*b, "forgotten");
  team.RestoreServer(backup);
  const Device c = Member("C", sync_limits::kSnapshotAfterEnvelopes);
  team.Sync(*a);
  team.Sync(*c);
  team.Revoke(a->Status().device);
  for (int i = 0; i < 3; ++i) Write(*c, "meanwhile");
  bool began_late = false;
  team.http.Tamper([&](Bytes& piece) {
    FrameSplitter splitter;
    splitter.Feed(piece);
    for (auto raw = splitter.Next(); raw && *raw; raw = splitter.Next()) {
      const auto frame = DecodePullFrame(**raw);
      began_late |= frame && std::holds_alternative<BeginsLateFrame>(*frame);
    }
  });
  for (std::uint64_t bytes = 0; Look(*b).cursor > 0; bytes += 50) {
    team.http.CutAfter(bytes);
    SyncReport report;
    EXPECT_THAT((*b)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork)) << bytes;
    team.http.Mend();
  }
  EXPECT_GE(CutAtEveryByte(*b, 50), 1);
  EXPECT_TRUE(began_late);
}

// The counter-example of the simulation, without which nobody would have thought of it.
TEST_F(KnownHistoryTest, AServerThatIsAsLongAgainIsTold) {
  team.Sync(*a);
  const Device c = Member("C", sync_limits::kSnapshotAfterEnvelopes);
  team.Sync(*a);
  team.Sync(*b);
  team.Sync(*c);
  const MemoryEnvelopeStore backup = team.server->store;
  Write(*b, "lost by the server");
  const std::uint64_t length = *team.server->store.Head(team.space);
  for (std::uint64_t bytes = 100; ExpectItKnowsItsHistory(*a) < length; bytes += 10) {
    team.http.CutAfter(bytes);
    SyncReport report;
    EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork)) << bytes;
    team.http.Mend();
  }
  team.RestoreServer(backup);
  Write(*c, "in its place");
  ASSERT_EQ(*team.server->store.Head(team.space), length);
  EXPECT_EQ(team.Sync(*a).suspicions, std::set{Suspicion::kServerForgot});
  EXPECT_EQ(a->Status().records, 3U);
  team.Sync(*b);
  team.Sync(*c);
  ExpectWholeAndEqual({b.get(), c.get()});
}

}  // namespace
}  // namespace sacoche
