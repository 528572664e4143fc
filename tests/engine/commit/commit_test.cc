#include "engine/commit/commit.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "tests/support/first_format.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const SpaceId kSpace = SpaceId::FromArray({1});
const RecordId kRecord = RecordId::FromArray({2});

ReplicaId ReplicaNumber(std::uint8_t number) { return ReplicaId::FromArray({number}); }

Change WriteOf(std::uint8_t replica, std::uint64_t counter, FieldId field, Value value,
               std::vector<Dot> over = {}, const Bytes& element = {}) {
  Change change{{ReplicaNumber(replica), counter},
                Hlc::Of(1'750'000'000'000 + counter, replica),
                DeviceId::FromArray({replica}),
                kRecord,
                {}};
  change.records = {{kRecord, kFile, {{field, element, std::move(value), std::move(over)}}}};
  return change;
}

class CommitTest : public ::testing::Test {
 protected:
  struct Device {
    explicit Device(const std::string& path)
        : store(std::move(*Store::Open(path))), committer(store.get(), &TestSchema()) {}
    std::unique_ptr<Store> store;
    Committer committer;

    Result<CommitReport> Pull(const std::vector<Change>& changes, std::uint64_t seq = 1) {
      return committer.CommitPulled(kSpace, changes, {seq, DeviceId::FromArray({9}), {seq, {}}});
    }
    std::size_t Siblings(FieldId field) {
      const auto registers = store->records().Registers(kRecord, field);
      std::size_t count = 0;
      for (const auto& [key, reg] : *registers) count += reg.siblings.size();
      return count;
    }
  };

  std::unique_ptr<Device> NewDevice() {
    return std::make_unique<Device>(folder_ / (std::to_string(++devices_) + ".db"));
  }

  TemporaryDirectory folder_;
  int devices_ = 0;
};

TEST_F(CommitTest, AppliesARemoteChangeOnlyOnce) {
  auto device = NewDevice();
  const Change change = WriteOf(1, 1, kName, Value::Text("Anne"));
  EXPECT_EQ(device->Pull({change}, 1)->applied, 1U);
  const auto again = device->Pull({change, change}, 2);
  EXPECT_EQ(again->applied, 0U);
  EXPECT_EQ(again->repeated, 2U);
  EXPECT_EQ(device->Siblings(kName), 1U);
  EXPECT_EQ(*device->store->log().Count(), 1U);
}

TEST_F(CommitTest, RefusesADotThatWasUsedForSomethingElse) {
  auto device = NewDevice();
  ASSERT_THAT(device->Pull({WriteOf(1, 1, kName, Value::Text("Anne"))}, 1), Succeeds());
  EXPECT_THAT(device->Pull({WriteOf(1, 1, kName, Value::Text("Eve"))}, 2),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_EQ(*device->store->progress().Cursor(kSpace), 1U);
}

TEST_F(CommitTest, AFailureInTheMiddleLeavesNothingBehind) {
  auto device = NewDevice();
  ASSERT_THAT(device->Pull({WriteOf(1, 1, kName, Value::Text("Anne"))}, 1), Succeeds());
  // The second change of the batch is refused: the first must not stay, nor the cursor move.
  EXPECT_FALSE(device->Pull(
      {WriteOf(2, 1, kTitle, Value::Text("half")), WriteOf(1, 1, kName, Value::Text("Eve"))}, 2));
  EXPECT_EQ(device->Siblings(kTitle), 0U);
  EXPECT_EQ(*device->store->log().Count(), 1U);
  EXPECT_EQ(device->store->progress().PeerChain(kSpace, DeviceId::FromArray({9}))->counter, 1U);
}

TEST_F(CommitTest, ANewDotThatSomethingBearsIsPassedOver) {
  auto device = NewDevice();
  ASSERT_THAT(device->committer.CommitLocal(kSpace, WriteOf(1, 1, kName, Value::Text("Anne"))),
              Succeeds());
  ASSERT_THAT(device->Pull({WriteOf(1, 101, kTitle, Value::Text("there"))}), Succeeds());
  const NewDot further = [](const Change& change) {
    return Dot{change.dot.replica, change.dot.counter + 100};
  };
  ASSERT_THAT(device->committer.MoveAllUnsealed(further, kSpace), Succeeds());
  const auto unsealed = device->store->log().ReadUnsealed(kSpace, 10);
  ASSERT_EQ(unsealed->size(), 1U);
  EXPECT_EQ(unsealed->front().change.dot, (Dot{ReplicaNumber(1), 201}));
  EXPECT_EQ(device->Siblings(kName), 1U);
}

TEST_F(CommitTest, EveryOrderGivesTheSameRows) {
  const Dot first{ReplicaNumber(1), 1};
  std::vector<Change> changes = {
      WriteOf(1, 1, kName, Value::Text("Anne")),
      WriteOf(2, 1, kName, Value::Text("Anna"), {first}),
      WriteOf(3, 1, kName, Value::Text("Hannah"), {first}),
      WriteOf(1, 2, kTags, Value::Flag(true), {}, EncodeValue(Value::OfCode("RED"))),
      WriteOf(2, 2, kTags, Value::Flag(false), {{ReplicaNumber(1), 2}},
              EncodeValue(Value::OfCode("RED"))),
      WriteOf(3, 2, kEntries, Value::Text("note"), {}, Bytes(16, 7)),
      WriteOf(1, 3, kName, Value::Text("Anne-Marie"), {{ReplicaNumber(2), 1}}),
  };
  std::mt19937 random(1);
  std::optional<Record> expected;
  for (int round = 0; round < 40; ++round) {
    std::ranges::shuffle(changes, random);
    auto device = NewDevice();
    std::uint64_t seq = 0;
    for (const Change& change : changes) ASSERT_THAT(device->Pull({change}, ++seq), Succeeds());
    const auto record = device->store->records().Read(kRecord);
    ASSERT_TRUE(record && *record);
    if (!expected) expected = **record;
    ASSERT_EQ(**record, *expected);
    ASSERT_EQ(*device->store->records().CountConflicts(), 1U);
    ASSERT_EQ(device->store->search().Find("anne-marie hannah", 5)->size(), 1U);
  }
  EXPECT_EQ(expected->registers.at(RegisterKey{kName, {}}).siblings.size(), 2U);
}

TEST_F(CommitTest, SiblingsOfEveryPolicySurviveTheStore) {
  const std::string path = folder_ / "kept.db";
  const Dot first{ReplicaNumber(1), 3};
  const std::vector<Change> changes = {
      WriteOf(1, 1, kLevel, Value::OfCode("GRAVE")),
      WriteOf(2, 1, kLevel, Value::OfCode("LOW")),
      WriteOf(2, 2, kSecret, Value::Flag(true)),
      WriteOf(1, 3, kStage, Value::OfCode("CLOSED")),
      WriteOf(1, 4, kStage, StoredState({Value::OfCode("OPEN"), 1}), {first}),
      WriteOf(2, 3, kStage, Value::OfCode("WAITING"), {first})};
  std::optional<Record> before;
  {
    Device device(path);
    ASSERT_THAT(device.Pull(changes), Succeeds());
    before = device.store->records().Read(kRecord).value();
  }
  Device device(path);
  EXPECT_EQ(device.store->records().Read(kRecord).value(), before);
  EXPECT_EQ(device.Siblings(kStage), 2U);
  using Open = std::vector<std::pair<RecordId, FieldId>>;
  EXPECT_EQ(*device.store->records().OpenConflicts(), (Open{{kRecord, kLevel}, {kRecord, kStage}}));
  const Dot open{ReplicaNumber(1), 4};
  const Dot waiting{ReplicaNumber(2), 3};
  ASSERT_THAT(
      device.Pull(
          {WriteOf(1, 5, kStage, StoredState({Value::OfCode("CLOSED"), 1}), {open, waiting})}, 2),
      Succeeds());
  EXPECT_EQ(*device.store->records().OpenConflicts(), (Open{{kRecord, kLevel}}));
}

TEST_F(CommitTest, AnErasedRecordIsFlaggedWhileItHoldsWhatWasNotSeen) {
  const Dot named{ReplicaNumber(1), 1};
  Change erased = WriteOf(1, 2, kErased, Value::OfCode("ASKED"));
  erased.records[0].writes.push_back({kName, {}, Value::Nothing(), {named}});
  const Change noted = WriteOf(2, 1, kEntries, Value::Text("called again"), {}, Bytes(16, 7));
  std::vector<Change> changes = {WriteOf(1, 1, kName, Value::Text("Anne")), erased, noted};
  std::ranges::sort(changes, {}, &Change::dot);
  do {
    auto device = NewDevice();
    std::uint64_t seq = 0;
    for (const Change& change : changes) ASSERT_THAT(device->Pull({change}, ++seq), Succeeds());
    const auto open = device->store->records().OpenConflicts();
    ASSERT_EQ(open->size(), 1U);
    EXPECT_EQ(open->front(), std::pair(kRecord, kErased));
    EXPECT_EQ(device->store->search().Find("anne", 5)->size(), 0U);
    EXPECT_EQ(device->store->search().Find("called", 5)->size(), 1U);
    ASSERT_THAT(device->Pull({WriteOf(1, 3, kEntries, Value::Nothing(), {{ReplicaNumber(2), 1}},
                                      Bytes(16, 7))},
                             ++seq),
                Succeeds());
    EXPECT_EQ(*device->store->records().CountConflicts(), 0U);
    EXPECT_EQ(device->store->search().Find("called", 5)->size(), 0U);
  } while (std::ranges::next_permutation(changes, {}, &Change::dot).found);
}

TEST_F(CommitTest, TheIndexFollowsWhatIsShown) {
  auto device = NewDevice();
  const auto found = [&](const char* name) {
    RecordQuery query;
    query.kind = kFile;
    query.field = kName;
    query.value = Value::Text(name);
    return device->store->records().List(query)->size();
  };
  ASSERT_THAT(device->Pull({WriteOf(1, 1, kName, Value::Text("Anne"))}, 1), Succeeds());
  EXPECT_EQ(found("Anne"), 1U);
  ASSERT_THAT(device->Pull({WriteOf(1, 2, kName, Value::Text("Anna"), {{ReplicaNumber(1), 1}})}, 2),
              Succeeds());
  EXPECT_EQ(found("Anne"), 0U);
  EXPECT_EQ(found("Anna"), 1U);
  // In an open conflict the record is found under each of its values.
  ASSERT_THAT(
      device->Pull({WriteOf(2, 1, kName, Value::Text("Hannah"), {{ReplicaNumber(1), 1}})}, 3),
      Succeeds());
  EXPECT_EQ(found("Anna") + found("Hannah"), 2U);
}

TEST_F(CommitTest, SearchFoldsCaseAccentsAndLigatures) {
  auto device = NewDevice();
  ASSERT_THAT(
      device->Pull({WriteOf(1, 1, kTitle, Value::Text("La SŒUR d'Élodie, née à Crécy"))}, 1),
      Succeeds());
  for (const char* words : {"soeur", "sœur elodie", "ÉLODIE", "crec", "nee", "\"née\""})
    EXPECT_EQ(device->store->search().Find(words, 5)->size(), 1U) << words;
  for (const char* words : {"frere", "", "  ", "elodie AND", "NEAR(", "*", "-elodie soeurs"})
    EXPECT_THAT(device->store->search().Find(words, 5), Succeeds()) << words;
  EXPECT_EQ(device->store->search().Find("frere", 5)->size(), 0U);
}

TEST_F(CommitTest, UnknownKindsAndFieldsAreKeptAsTheyCame) {
  auto device = NewDevice();
  Change change = WriteOf(1, 1, FieldId{4711}, Value::Text("later"));
  change.records[0].kind = KindId{99};
  ASSERT_THAT(device->Pull({change}, 1), Succeeds());
  EXPECT_EQ(device->store->log().Read(1).value(), change);
  EXPECT_EQ(device->Siblings(FieldId{4711}), 1U);
}

TEST_F(CommitTest, TheHistoryTellsEveryWriteWithItsAuthor) {
  auto device = NewDevice();
  ASSERT_THAT(device->Pull({WriteOf(1, 1, kName, Value::Text("Anne")),
                            WriteOf(2, 2, kName, Value::Text("Anna"), {{ReplicaNumber(1), 1}})},
                           1),
              Succeeds());
  const auto history = device->store->log().History(kRecord);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(history->at(0).value, Value::Text("Anne"));
  EXPECT_EQ(history->at(1).author, DeviceId::FromArray({2}));
}

TEST_F(CommitTest, TheLogKnowsExactlyWhatItHolds) {
  auto device = NewDevice();
  ASSERT_THAT(
      device->Pull(
          {WriteOf(1, 1, kName, Value::Text("a")), WriteOf(1, 3, kTitle, Value::Text("b"))}, 1),
      Succeeds());
  const auto known = device->store->log().Known(kSpace);
  EXPECT_TRUE(known->Contains({ReplicaNumber(1), 3}));
  EXPECT_FALSE(known->Contains({ReplicaNumber(1), 2}));
  EXPECT_EQ(known->ContiguousUpTo(ReplicaNumber(1)), 1U);
}

// A store that may be damaged is looked at as it is, without the tables that later steps make.
TEST_F(CommitTest, AStoreOfTheFirstFormatCanBeReadWithoutBeingChanged) {
  const std::string path = folder_ / "older.db";
  {
    Device device(path);
    ASSERT_THAT(device.Pull({WriteOf(1, 1, kName, Value::Text("Anne"))}), Succeeds());
  }
  {
    auto database = Database::Open({.path = path});
    ASSERT_THAT((*database)->Execute(kBackToTheFirstFormat), Succeeds());
  }
  const auto store = Store::OpenReadOnly(path);
  ASSERT_THAT(store, Succeeds());
  EXPECT_EQ((*store)->log().FindHoles()->values_without_change, 0U);
  EXPECT_TRUE((*store)->log().Known(kSpace)->Contains({ReplicaNumber(1), 1}));
  EXPECT_EQ((*store)->log().NextCounter(kSpace, ReplicaNumber(1)).value(), 2U);
  EXPECT_EQ((*store)->outbox().Head(kSpace)->counter, 0U);
  EXPECT_TRUE((*store)->snapshots().Taken(kSpace)->empty());
  EXPECT_FALSE(*(*store)->snapshots().HasOlderHistory(kRecord));
  EXPECT_EQ((*store)->log().History(kRecord)->size(), 1U);
  EXPECT_EQ(*(*store)->log().ReceivedAt(kSpace, {ReplicaNumber(1), 1}), std::nullopt);
  EXPECT_FALSE(*(*store)->progress().NeedsRecall(kSpace));
  EXPECT_EQ((*store)->progress().KnownHistory(kSpace)->sequence, 0U);
  EXPECT_EQ((*store)->log().LastSequence().value(), 1);
  EXPECT_TRUE((*store)->log().ReadEntry(1)->has_value());
  EXPECT_EQ((*store)->format(), 1);
}

TEST_F(CommitTest, AStoreOfANewerReleaseIsRefusedUntouched) {
  const std::string path = folder_ / "newer.db";
  { const Device device(path); }
  {
    auto database = Database::Open({.path = path});
    ASSERT_THAT((*database)->Execute("PRAGMA user_version=99"), Succeeds());
  }
  const auto opened = Store::Open(path);
  ASSERT_THAT(opened, FailsWith(ErrorCode::kNewerFormat));
  EXPECT_FALSE(opened.error().advice.empty());
  auto database = Database::Open({.path = path});
  EXPECT_EQ(*(*database)->FormatVersion(), 99);
}

}  // namespace
}  // namespace sacoche
