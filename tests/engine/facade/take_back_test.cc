#include <gmock/gmock.h>

#include "tests/support/test_team.h"

namespace sacoche {
namespace {

class TakeBackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    device = team.NewMember("A");
    record = (*device)->NewRecordId();
  }

  [[nodiscard]] std::vector<HistoryEntry> History() { return *(*device)->History(record); }

  // Takes back what the n-th write of the record wrote, from 0.
  [[nodiscard]] Status TakeBack(std::size_t n) {
    const auto taken = (*device)->TakeBack(record, History().at(n));
    return taken ? Status() : Forward(taken.error());
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> device;
  RecordId record;
};

TEST_F(TakeBackTest, AnEarlierValueAppliesAgainAndTheLaterStaysInTheHistory) {
  device->Set(record, kName, Value::Text("Anne"));
  device->Set(record, kName, Value::Text("Hannah"));
  ASSERT_THAT(TakeBack(0), Succeeds());
  EXPECT_EQ(device->Text(record, kName), "Anne");
  EXPECT_EQ(History().size(), 3U);
  EXPECT_THAT(History().back().before, testing::ElementsAre(Value::Text("Hannah")));
}

TEST_F(TakeBackTest, AClearedFieldIsClearedAgain) {
  device->Set(record, kName, Value::Text("Anne"));
  device->Set(record, kName, Value::Nothing());
  device->Set(record, kName, Value::Text("Hannah"));
  ASSERT_THAT(TakeBack(1), Succeeds());
  EXPECT_EQ(device->Text(record, kName), "");
}

TEST_F(TakeBackTest, AnElementComesBackAndTheOthersStay) {
  const Value red = Value::OfCode("RED");
  const Value green = Value::OfCode("GREEN");
  device->Set(record, kTags, Value::List({red}));
  device->Set(record, kTags, Value::List({green}));
  ASSERT_THAT(TakeBack(0), Succeeds());
  EXPECT_THAT(*(*(*device)->Read(record))->Find(kTags)->value.As<ValueList>(),
              testing::UnorderedElementsAre(red, green));
}

TEST_F(TakeBackTest, AStateComesBackByReopening) {
  device->Set(record, kStage, Value::OfCode("OPEN"));
  device->Set(record, kStage, Value::OfCode("CLOSED"));
  ASSERT_THAT(TakeBack(0), Succeeds());
  EXPECT_EQ(device->Text(record, kStage), "OPEN");
}

TEST_F(TakeBackTest, AnEntryIsWrittenAgainAsACorrection) {
  device->Set(record, kEntries, Value::Text("first"));
  ASSERT_THAT(TakeBack(0), Succeeds());
  const auto view = (*device)->Read(record);
  const std::vector<LogEntry>& entries = (*view)->Find(kEntries)->entries;
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].corrects, entries[0].id);
}

TEST_F(TakeBackTest, ATextIsAsItWasAfterThatEdit) {
  for (const char* text : {"Elle vit seule.", "Elle vit seule. Deux enfants.", "Elle part."})
    device->Set(record, kStory, Value::Text(text));
  ASSERT_THAT(TakeBack(1), Succeeds());
  EXPECT_EQ(device->Text(record, kStory), "Elle vit seule. Deux enfants.");
  EXPECT_EQ(History().size(), 4U);
  ASSERT_THAT(TakeBack(2), Succeeds());
  EXPECT_EQ(device->Text(record, kStory), "Elle part.");
}

TEST_F(TakeBackTest, AnErasureStays) {
  device->Set(record, kName, Value::Text("Anne"));
  device->Set(record, kErased, Value::OfCode("ASKED"));
  for (std::size_t n = 0; n < History().size(); ++n) EXPECT_FALSE(TakeBack(n)) << n;
  EXPECT_EQ(device->Text(record, kName), "");
}

TEST_F(TakeBackTest, ARecordThatIsNotHereIsNamed) {
  device->Set(record, kName, Value::Text("Anne"));
  const auto taken = (*device)->TakeBack((*device)->NewRecordId(), History().at(0));
  ASSERT_THAT(taken, FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(taken.error().message, "there is no such record on this laptop");
}

TEST_F(TakeBackTest, TheInboxOfASpaceHoldsItsConflictsOnly) {
  const auto other = team.NewMember("B");
  team.Sync(*device);
  team.Sync(*other);
  device->Set(record, kName, Value::Text("Anne"));
  team.Sync(*device);
  team.Sync(*other);
  device->Set(record, kName, Value::Text("Anna"));
  other->Set(record, kName, Value::Text("Hannah"));
  team.Sync(*other);
  team.Sync(*device);
  EXPECT_EQ((*device)->Conflicts(team.space)->size(), 1U);
  EXPECT_EQ((*device)->Conflicts(SpaceId{})->size(), 0U);
}

}  // namespace
}  // namespace sacoche
