#include "engine/change/make_change.h"

#include <gtest/gtest.h>

#include "engine/record/value_codec.h"
#include "tests/support/results.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const RecordId kRecord = RecordId::FromArray({1});

Sibling Seen(std::uint64_t counter, Value value) {
  Sibling sibling;
  sibling.dot.counter = counter;
  sibling.value = std::move(value);
  return sibling;
}

std::optional<Change> Make(const Edit& edit, std::map<RegisterKey, Register> now) {
  std::uint8_t entries = 0;
  const auto made = MakeChange(
      TestSchema(), edit, ChangeStamp{{}, Hlc{7}, {}},
      [&](const RecordId&, FieldId) -> Result<std::map<RegisterKey, Register>> { return now; },
      [&] { return ByteArray<16>{++entries}; });
  EXPECT_THAT(made, Succeeds());
  return *made;
}

std::map<RegisterKey, Register> Now(FieldId field, std::vector<Sibling> siblings,
                                    const Bytes& element = {}) {
  return {{RegisterKey{field, element}, Register{std::move(siblings), {}}}};
}

TEST(MakeChange, AWriteNamesEverySiblingThatItReplaces) {
  const auto change = Make(EditOf(kRecord, kName, Value::Text("Anna")),
                           Now(kName, {Seen(1, Value::Text("Anne")), Seen(2, Value::Text("Ana"))}));
  ASSERT_TRUE(change);
  const FieldWrite& write = change->records.at(0).writes.at(0);
  ASSERT_EQ(write.overwritten.size(), 2U);
  EXPECT_EQ(write.overwritten[1].counter, 2U);
}

TEST(MakeChange, WhatIsShownAlreadyIsNotWritten) {
  EXPECT_FALSE(Make(EditOf(kRecord, kName, Value::Text("Anne")),
                    Now(kName, {Seen(1, Value::Text("Anne")), Seen(2, Value::Text("Anne"))})));
}

TEST(MakeChange, ChoosingTheShownValueOfAnOpenConflictIsAWrite) {
  EXPECT_TRUE(Make(EditOf(kRecord, kName, Value::Text("Anne")),
                   Now(kName, {Seen(1, Value::Text("Anne")), Seen(2, Value::Text("Ana"))})));
}

TEST(MakeChange, ClearingWhatWasNeverWrittenIsNothing) {
  EXPECT_FALSE(Make(EditOf(kRecord, kName, Value::Nothing()), {}));
}

TEST(MakeChange, OfASetOnlyTheDifferencesAreWritten) {
  auto now = Now(kTags, {Seen(1, Value::Flag(true))}, EncodeValue(Value::OfCode("RED")));
  now.merge(Now(kTags, {Seen(2, Value::Flag(true))}, EncodeValue(Value::OfCode("GREEN"))));
  now.merge(Now(kTags, {Seen(3, Value::Flag(false))}, EncodeValue(Value::OfCode("BLUE"))));
  const auto change = Make(EditOf(kRecord, kTags, TagList({"GREEN", "BLUE", "BLUE"})), now);
  ASSERT_TRUE(change);
  const auto& writes = change->records.at(0).writes;
  ASSERT_EQ(writes.size(), 2U);
  EXPECT_EQ(writes[0].element, EncodeValue(Value::OfCode("BLUE")));
  EXPECT_TRUE(writes[0].value.is_true());
  EXPECT_EQ(writes[0].overwritten.at(0).counter, 3U);
  EXPECT_EQ(writes[1].element, EncodeValue(Value::OfCode("RED")));
  EXPECT_FALSE(writes[1].value.is_true());
}

TEST(MakeChange, EveryEntryOfALogHasItsOwnRegister) {
  const auto first = Make(EditOf(kRecord, kEntries, Value::Text("one")), {});
  Edit correction = EditOf(kRecord, kEntries, Value::Text("better"));
  correction.records[0].fields[0].corrects = ByteArray<16>{9};
  const auto second = Make(correction, {});
  EXPECT_EQ(first->records[0].writes[0].element.size(), 16U);
  EXPECT_EQ(second->records[0].writes[0].element.size(), 32U);
  EXPECT_EQ(second->records[0].writes[0].element[16], 9);
}

}  // namespace
}  // namespace sacoche
