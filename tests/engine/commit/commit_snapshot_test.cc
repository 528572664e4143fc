#include <gmock/gmock.h>

#include "engine/commit/commit.h"
#include "engine/commit/take_snapshot.h"
#include "tests/engine/merge/history.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

const SpaceId kSpace = SpaceId::FromArray({1});
const DeviceId kMe = DeviceId::FromArray({0xee});
const DeviceId kPeer = DeviceId::FromArray({0xdd});
const HistoryTag kHistory{0xcc};
constexpr int kHistories = 120;

Dot Elsewhere(const Change& change) {
  Dot dot = change.dot;
  dot.replica.bytes.back() ^= 99;
  return dot;
}

// A snapshot between two stores.
struct Carried {
  SnapshotSummary summary;
  std::vector<Bytes> chunks;

  bool operator==(const Carried&) const = default;
};

class Device {
 public:
  explicit Device(const std::string& path)
      : store(std::move(*Store::Open(path))), committer(store.get(), &TestSchema()) {}

  Result<CommitReport> Pull(const std::vector<Change>& changes) {
    ++seq_;
    return committer.CommitPulled(kSpace, changes, {seq_, kPeer, {seq_, {}}});
  }

  Result<Carried> Take(const DeviceId& self = kMe) {
    Carried carried;
    SACOCHE_ASSIGN(carried.summary, TakeSnapshot(*store, kSpace, self, [&](Bytes chunk) -> Status {
                     carried.chunks.push_back(std::move(chunk));
                     return {};
                   }));
    return carried;
  }

  Snapshots::Entry Arrive(const Carried& carried) {
    SnapshotId id;
    id.bytes[0] = ++snapshots_;
    const Snapshots::Entry entry{
        kSpace, id, Snapshots::State::kArriving, {}, *EncodeSnapshotSummary(carried.summary)};
    EXPECT_THAT(store->snapshots().Put(entry), Succeeds());
    std::uint64_t position = 0;
    for (const Bytes& chunk : carried.chunks)
      EXPECT_THAT(store->snapshots().PutChunk(entry, position++, chunk), Succeeds());
    return entry;
  }
  Result<CommitReport> TakeIn(const Carried& carried) {
    return committer.CommitSnapshot(kSpace, Arrive(carried), kMe, kHistory);
  }

  // All that people can see, and all that later merging depends on.
  struct State {
    std::vector<Record> records;
    std::vector<std::pair<Hlc, Hlc>> times;
    std::vector<std::pair<RecordId, FieldId>> conflicts;
    std::vector<std::vector<RecordId>> found;
    VersionVector known;

    bool operator==(const State&) const = default;
    // What differs first is what a failure should tell.
    friend void PrintTo(const State& state, std::ostream* out) {
      *out << state.records.size() << " records, " << state.conflicts.size() << " conflicts,";
      for (const Record& record : state.records)
        for (const auto& [key, reg] : record.registers) {
          *out << "\n " << int{record.id.bytes[0]} << "." << static_cast<unsigned>(key.field)
               << ":";
          for (const Sibling& s : reg.siblings)
            *out << " " << int{s.dot.replica.bytes[0]} + int{s.dot.replica.bytes[15]} << "/"
                 << s.dot.counter << "=" << FormatValue(s.value);
          for (const Dot& dot : reg.awaited)
            *out << " awaits " << int{dot.replica.bytes[15]} << "/" << dot.counter;
        }
      for (const auto& [created, changed] : state.times)
        *out << "\n times " << created.bits << " " << changed.bits;
      for (const auto& found : state.found) *out << "\n found " << found.size();
      for (const auto& [replica, up_to] : state.known.contiguous())
        *out << "\n knows " << int{replica.bytes[0]} + int{replica.bytes[15]} << "/" << up_to;
      *out << "\n and " << state.known.beyond_gaps();
    }
  };
  State Look() {
    State state;
    const auto heads = store->records().PageById({}, 1000);
    for (const RecordHead& head : *heads) {
      state.records.push_back(**store->records().Read(head.id));
      state.times.emplace_back(head.created, head.changed);
    }
    state.conflicts = *store->records().OpenConflicts();
    for (const char* name : {"Anne", "Anna"}) {
      RecordQuery query;
      query.kind = kFile;
      query.field = kName;
      query.value = Value::Text(name);
      state.found.emplace_back();
      const auto listed = store->records().List(query);
      for (const RecordHead& head : *listed) state.found.back().push_back(head.id);
      state.found.push_back(*store->search().Find(name, 100));
      std::ranges::sort(state.found.back());
    }
    state.known = *store->log().Known(kSpace);
    return state;
  }

  std::unique_ptr<Store> store;
  Committer committer;

 private:
  std::uint64_t seq_ = 0;
  std::uint8_t snapshots_ = 0;
};

FieldEdit AnyEdit(Choices& choices) {
  static const std::vector<std::pair<FieldId, const char*>> kEdits = {
      {kName, "Anne"},  {kName, "Anna"},      {kName, ""},       {kTitle, "a"},
      {kLevel, "HIGH"}, {kLevel, "GRAVE"},    {kStage, "OPEN"},  {kStage, "CLOSED"},
      {kEntries, "x"},  {kStage, "REOPENED"}, {kErased, "ASKED"}};
  const auto& [field, text] = choices.Of(kEdits);
  return {field, *TestSchema().ParseValue(*TestSchema().FindField(kFile, field), text), {}};
}

// Three people on three records each with now and then a word from the others, every policy.
std::vector<Change> AnyHistory(Choices& choices) {
  std::vector<Change> all;
  for (std::uint8_t number = 1; number <= 3; ++number) {
    std::vector<Colleague> people;
    for (std::uint8_t i = 0; i < 3; ++i)
      people.emplace_back(static_cast<std::uint8_t>(10 * number + i));
    std::vector<Change> changes;
    for (std::size_t edits = choices.Below(8); edits > 0; --edits) {
      Colleague& who = people[choices.Below(people.size())];
      for (const Change& change : changes)
        if (choices.Below(2) == 0) who.held.Apply(change);
      const auto change = who.Ask({{AnyEdit(choices)}}, 1 + choices.Below(6));
      if (change && *change) changes.push_back(**change);
    }
    for (Change& change : changes) {
      change.dossier = change.records[0].record = RecordId::FromArray({number});
      all.push_back(std::move(change));
    }
  }
  return all;
}

std::vector<Change> Some(const std::vector<Change>& changes, Choices& choices) {
  std::vector<Change> some = choices.Shuffled(changes);
  some.resize(choices.Below(some.size() + 1));
  return some;
}

class CommitSnapshotTest : public ::testing::Test {
 protected:
  std::unique_ptr<Device> NewDevice(const std::vector<Change>& changes = {}) {
    auto device = std::make_unique<Device>(folder_ / (std::to_string(++devices_) + ".db"));
    EXPECT_THAT(device->Pull(changes), Succeeds());
    return device;
  }

  TemporaryDirectory folder_;
  int devices_ = 0;
};

Change WriteOf(std::uint8_t replica, std::uint64_t counter, Value value,
               std::vector<Dot> over = {}) {
  const RecordId record = RecordId::FromArray({7});
  Change change{{ReplicaId::FromArray({replica}), counter},
                Hlc::Of(1'750'000'000'000 + counter, replica),
                DeviceId::FromArray({replica}),
                record,
                {}};
  change.records = {{record, kFile, {{kName, {}, std::move(value), std::move(over)}}}};
  return change;
}

const Dot kFirst{ReplicaId::FromArray({1}), 1};

TEST_F(CommitSnapshotTest, ASnapshotIsAsGoodAsItsChanges) {
  for (std::uint32_t seed = 1; seed <= kHistories; ++seed) {
    SCOPED_TRACE(seed);
    Choices choices(seed);
    const std::vector<Change> history = AnyHistory(choices);
    const std::vector<Change> a = Some(history, choices);
    const std::vector<Change> b = Some(history, choices);
    auto reader = NewDevice(a);
    ASSERT_THAT(reader->TakeIn(*NewDevice(b)->Take()), Succeeds());
    auto expected = NewDevice(a);
    ASSERT_THAT(expected->Pull(b), Succeeds());
    ASSERT_EQ(reader->Look(), expected->Look());

    // Merging the log again begins with the snapshot.
    ASSERT_THAT(reader->committer.MoveAllUnsealed(Elsewhere, kSpace), Succeeds());
    ASSERT_EQ(reader->Look(), expected->Look());

    const std::vector<Change> rest = choices.Shuffled(history);
    ASSERT_THAT(reader->Pull(rest), Succeeds());
    ASSERT_THAT(expected->Pull(rest), Succeeds());
    ASSERT_EQ(reader->Look(), expected->Look());
    const auto holes = reader->store->log().FindHoles();
    ASSERT_EQ(holes->values_without_change + holes->changes_without_writes, 0U);
  }
}

TEST_F(CommitSnapshotTest, ThreeSnapshotsInAnyOrderAndOwnEditsOnTop) {
  for (std::uint32_t seed = 1; seed <= kHistories / 2; ++seed) {
    SCOPED_TRACE(seed);
    Choices choices(seed);
    const std::vector<Change> history = AnyHistory(choices);
    const std::vector<Change> own = Some(history, choices);
    auto away = NewDevice();
    auto expected = NewDevice();
    for (const Change& change : own) {
      ASSERT_THAT(away->committer.CommitLocal(kSpace, change), Succeeds());
      ASSERT_THAT(expected->committer.CommitLocal(kSpace, change), Succeeds());
    }
    for (int i = 0; i < 3; ++i) {
      const std::vector<Change> seen = Some(history, choices);
      ASSERT_THAT(away->TakeIn(*NewDevice(seen)->Take()), Succeeds());
      ASSERT_THAT(expected->Pull(seen), Succeeds());
      ASSERT_EQ(away->Look(), expected->Look());
    }
    ASSERT_THAT(away->committer.MoveAllUnsealed(Elsewhere, kSpace), Succeeds());
    ASSERT_THAT(expected->committer.MoveAllUnsealed(Elsewhere, kSpace), Succeeds());
    // Names that a snapshot knew as well are no longer in the log; all else is the same.
    if (std::ranges::none_of(own, [&](const Change& change) {
          return *away->store->snapshots().IsInBase(kSpace, change.dot);
        })) {
      ASSERT_EQ(away->Look(), expected->Look());
    }
  }
}

TEST_F(CommitSnapshotTest, EqualStatesGiveEqualBytesWhateverTheOrderOfArrival) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Choices choices(seed);
    const std::vector<Change> history = AnyHistory(choices);
    const auto one = NewDevice(history)->Take();
    ASSERT_THAT(one, Succeeds());
    ASSERT_EQ(*NewDevice(choices.Shuffled(history))->Take(), *one);
    // And so does a device that has it from a snapshot.
    auto from_snapshot = NewDevice();
    ASSERT_THAT(from_snapshot->TakeIn(*one), Succeeds());
    ASSERT_EQ(*from_snapshot->Take(), *one);
  }
}

TEST_F(CommitSnapshotTest, WhatASnapshotStandsForWasApplied) {
  auto maker =
      NewDevice({WriteOf(1, 1, Value::Text("Anne")), WriteOf(1, 2, Value::Text("Anna"), {kFirst})});
  auto reader = NewDevice();
  ASSERT_THAT(reader->TakeIn(*maker->Take()), Succeeds());
  EXPECT_TRUE(*reader->store->log().WasApplied(kSpace, kFirst));
  EXPECT_EQ(*reader->store->log().NextCounter(kSpace, kFirst.replica), 3U);
  // It comes again: the history is longer, and nothing else.
  const Device::State before = reader->Look();
  const auto again = reader->Pull({WriteOf(1, 1, Value::Text("Anne"))});
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->repeated, 1U);
  EXPECT_EQ(reader->Look(), before);
  // A write over it awaits nothing: it was here, and is gone.
  ASSERT_THAT(reader->Pull({WriteOf(2, 1, Value::Text("Hannah"), {kFirst})}), Succeeds());
  const Record record = reader->Look().records.front();
  EXPECT_TRUE(record.registers.at({kName, {}}).awaited.empty());
  EXPECT_EQ(record.registers.at({kName, {}}).siblings.size(), 2U);
}

TEST_F(CommitSnapshotTest, TheHistorySaysThatItBeginsLater) {
  auto reader = NewDevice({WriteOf(1, 1, Value::Text("Anne"))});
  auto maker = NewDevice({WriteOf(1, 1, Value::Text("Anne"))});
  const RecordId record = RecordId::FromArray({7});
  ASSERT_THAT(reader->TakeIn(*maker->Take()), Succeeds());
  EXPECT_FALSE(*reader->store->snapshots().HasOlderHistory(record));
  EXPECT_TRUE(reader->store->snapshots().Taken(kSpace)->empty());
  ASSERT_THAT(maker->Pull({WriteOf(1, 2, Value::Text("Anna"), {kFirst})}), Succeeds());
  ASSERT_THAT(reader->TakeIn(*maker->Take()), Succeeds());
  EXPECT_TRUE(*reader->store->snapshots().HasOlderHistory(record));
  EXPECT_EQ(reader->store->log().History(record)->size(), 1U);
}

TEST_F(CommitSnapshotTest, ALaterSnapshotTakesThePlaceOfTheOneBefore) {
  auto maker = NewDevice({WriteOf(1, 1, Value::Text("Anne"))});
  auto reader = NewDevice();
  ASSERT_THAT(reader->TakeIn(*maker->Take()), Succeeds());
  ASSERT_THAT(maker->Pull({WriteOf(1, 2, Value::Text("Anna"), {kFirst})}), Succeeds());
  ASSERT_THAT(reader->TakeIn(*maker->Take()), Succeeds());
  EXPECT_EQ(reader->store->snapshots().Taken(kSpace)->size(), 1U);
}

TEST_F(CommitSnapshotTest, NoSnapshotIsMadeOfWhatTheServerDoesNotHave) {
  auto device = NewDevice({WriteOf(1, 1, Value::Text("Anne"))});
  EXPECT_TRUE(*MaySnapshot(*device->store, kSpace));
  ASSERT_THAT(device->committer.CommitLocal(kSpace, WriteOf(9, 1, Value::Text("mine"))),
              Succeeds());
  EXPECT_FALSE(*MaySnapshot(*device->store, kSpace));
}

// -- What cannot be believed changes nothing ------------------------------------------------------

class ForgedSnapshotTest : public CommitSnapshotTest {
 protected:
  void ExpectRefused(ErrorCode code) {
    const Device::State before = reader->Look();
    const std::uint64_t cursor = *reader->store->progress().Cursor(kSpace);
    EXPECT_THAT(reader->TakeIn(forged), FailsWith(code));
    EXPECT_EQ(reader->Look(), before);
    EXPECT_EQ(*reader->store->progress().Cursor(kSpace), cursor);
    EXPECT_TRUE(reader->store->snapshots().Taken(kSpace)->empty());
  }
  void Rewrite(const std::function<void(std::vector<SnapshotRecord>&)>& how) {
    auto records = *DecodeSnapshotChunk(forged.chunks.front());
    how(records);
    forged.chunks.front() = *EncodeSnapshotChunk(records);
  }

  std::unique_ptr<Device> reader = NewDevice({WriteOf(2, 1, Value::Text("mine"))});
  Carried forged =
      *NewDevice({WriteOf(1, 1, Value::Text("Anne")), WriteOf(2, 1, Value::Text("mine"))})->Take();
};

TEST_F(ForgedSnapshotTest, AValueThatIsNoneOfItsChanges) {
  Rewrite(
      [](auto& records) { records[0].registers.begin()->second.siblings.back().dot.counter = 9; });
  ExpectRefused(ErrorCode::kUntrusted);
}

TEST_F(ForgedSnapshotTest, AnAwaitedChangeThatItHolds) {
  Rewrite([](auto& records) { records[0].registers.begin()->second.awaited = {kFirst}; });
  ExpectRefused(ErrorCode::kUntrusted);
}

TEST_F(ForgedSnapshotTest, AnotherValueForAWriteThatIsKnownHere) {
  Rewrite([](auto& records) {
    records[0].registers.begin()->second.siblings.back().value = Value::Text("not mine");
  });
  ExpectRefused(ErrorCode::kUntrusted);
}

TEST_F(ForgedSnapshotTest, ARecordOfAnotherDossier) {
  Rewrite([](auto& records) { records[0].dossier = RecordId::FromArray({8}); });
  ExpectRefused(ErrorCode::kUntrusted);
}

TEST_F(ForgedSnapshotTest, AnotherSpace) {
  forged.summary.space = SpaceId::FromArray({2});
  ExpectRefused(ErrorCode::kUntrusted);
}

TEST_F(ForgedSnapshotTest, AChunkThatIsMissing) {
  forged.chunks.clear();
  ExpectRefused(ErrorCode::kCorrupt);
}

TEST_F(ForgedSnapshotTest, AChunkThatIsDamaged) {
  forged.chunks.front().back() ^= 1;
  ExpectRefused(ErrorCode::kCorrupt);
}

TEST_F(ForgedSnapshotTest, AnotherEndOfAColleaguesChain) {
  forged.summary.chains[kPeer].hash[0] ^= 1;
  ExpectRefused(ErrorCode::kUntrusted);
}

// -- This device's own envelopes ------------------------------------------------------------------

class OwnChainTest : public CommitSnapshotTest {
 protected:
  void Send(std::uint64_t counter, std::uint8_t hash) {
    OutboxEntry entry{kSpace, counter, {}, {hash}, {1}, 1};
    entry.id.bytes[0] = static_cast<std::uint8_t>(counter);
    ASSERT_THAT(device->store->outbox().Put(entry), Succeeds());
  }
  Carried SnapshotWithOwn(std::uint64_t counter, std::uint8_t hash) {
    Carried carried = *NewDevice({WriteOf(1, 1, Value::Text("Anne"))})->Take();
    carried.summary.chains[kMe] = {counter, {hash}};
    return carried;
  }
  ChainHead Head() { return *device->store->outbox().Head(kSpace); }

  std::unique_ptr<Device> device = NewDevice();
};

TEST_F(OwnChainTest, WhatASnapshotStandsForIsStored) {
  Send(1, 11);
  Send(2, 12);
  Send(3, 13);
  ASSERT_THAT(device->TakeIn(SnapshotWithOwn(2, 12)), Succeeds());
  EXPECT_EQ(*device->store->outbox().CountWaiting(kSpace), 1U);
  EXPECT_EQ(Head().counter, 3U);
}

TEST_F(OwnChainTest, ALostPartOfTheChainGoesOnWhereTheSnapshotEnds) {
  ASSERT_THAT(device->TakeIn(SnapshotWithOwn(5, 15)), Succeeds());
  EXPECT_EQ(Head().counter, 5U);
  EXPECT_EQ(Head().hash[0], 15);
  Send(6, 16);
  EXPECT_EQ(Head().counter, 6U);
}

TEST_F(OwnChainTest, WhatWaitsBesideAnotherHistoryIsAFork) {
  Send(1, 11);
  const auto forks = [&](const Carried& carried) {
    return device->committer.ForksFrom(kSpace, device->Arrive(carried), kMe);
  };
  EXPECT_FALSE(*forks(SnapshotWithOwn(1, 11)));
  EXPECT_TRUE(*forks(SnapshotWithOwn(1, 99)));
  EXPECT_TRUE(*forks(SnapshotWithOwn(4, 14)));
  EXPECT_THAT(device->TakeIn(SnapshotWithOwn(4, 14)), FailsWith(ErrorCode::kUntrusted));
  ASSERT_THAT(device->store->outbox().MarkStoredUpTo(kSpace, 1, 1), Succeeds());
  EXPECT_THAT(forks(SnapshotWithOwn(1, 99)), FailsWith(ErrorCode::kUntrusted));
}

TEST_F(OwnChainTest, AnUnsentChangeWhoseNameTheSnapshotKnowsIsAFork) {
  ASSERT_THAT(device->committer.CommitLocal(kSpace, WriteOf(1, 1, Value::Text("another Anne"))),
              Succeeds());
  EXPECT_TRUE(*device->committer.ForksFrom(kSpace, device->Arrive(SnapshotWithOwn(1, 1)), kMe));
  // Under another name it stays beside the other.
  ASSERT_THAT(device->committer.MoveAllUnsealed(Elsewhere, kSpace), Succeeds());
  ASSERT_THAT(device->TakeIn(SnapshotWithOwn(1, 1)), Succeeds());
  EXPECT_EQ(device->Look().records.front().registers.begin()->second.siblings.size(), 2U);
}

}  // namespace
}  // namespace sacoche
