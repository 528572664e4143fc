#include "engine/change/make_change.h"

#include <gtest/gtest.h>

#include "engine/record/state.h"
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

Result<std::optional<Change>> Try(const Edit& edit, const std::map<RegisterKey, Register>& now) {
  std::uint8_t entries = 0;
  return MakeChange(TestSchema(), edit, ChangeStamp{{}, Hlc{7}, {}},
                    Present{[&](const RecordId&, FieldId field) -> Result<Registers> {
                              Registers of_field;
                              for (const auto& [key, reg] : now)
                                if (key.field == field) of_field.emplace(key, reg);
                              return of_field;
                            },
                            [](const RecordId&) -> Result<std::optional<KindId>> { return kFile; },
                            [&](const RecordId& id) -> Result<std::vector<Record>> {
                              return std::vector{Record{id, kFile, id, now}};
                            },
                            [](const Dot&) -> Result<bool> { return true; }},
                    [&] { return ByteArray<16>{++entries}; });
}

std::optional<Change> Make(const Edit& edit, const std::map<RegisterKey, Register>& now) {
  const auto made = Try(edit, now);
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

TEST(MakeChange, AStateGoesBackOnlyByAReopeningWhichBeginsTheNextRound) {
  const auto closed = Now(kStage, {Seen(1, Value::OfCode("CLOSED"))});
  Edit back = EditOf(kRecord, kStage, Value::OfCode("OPEN"));
  const auto refused = Try(back, closed);
  ASSERT_THAT(refused, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_FALSE(refused.error().advice.empty());
  back.records[0].fields[0].reopen = FieldEdit::Reopen::kYes;
  EXPECT_EQ(StateOf(Make(back, closed)->records[0].writes[0].value),
            (RoundState{Value::OfCode("OPEN"), 1}));
  const auto reopened = Make(EditOf(kRecord, kStage, Value::OfCode("REOPENED")), closed);
  EXPECT_EQ(StateOf(reopened->records[0].writes[0].value),
            (RoundState{Value::OfCode("REOPENED"), 1}));
}

TEST(MakeChange, AStateGoesOnInItsRound) {
  const auto now = Now(kStage, {Seen(1, StoredState({Value::OfCode("OPEN"), 3}))});
  EXPECT_FALSE(Make(EditOf(kRecord, kStage, Value::OfCode("OPEN")), now));
  const auto change = Make(EditOf(kRecord, kStage, Value::OfCode("CLOSED")), now);
  EXPECT_EQ(StateOf(change->records[0].writes[0].value), (RoundState{Value::OfCode("CLOSED"), 3}));
}

TEST(MakeChange, RoundsHaveALimitWhateverASenderClaims) {
  const auto now =
      Now(kStage, {Seen(1, Value::List({Value::OfCode("CLOSED"), Value::Integer(INT64_MAX)}))});
  const auto change = Make(EditOf(kRecord, kStage, Value::OfCode("REOPENED")), now);
  EXPECT_EQ(StateOf(change->records[0].writes[0].value).round, kRoundMax);
}

TEST(MakeChange, AnErasureReplacesAllThatTheRecordShows) {
  auto now = Now(kName, {Seen(1, Value::Text("Anne")), Seen(2, Value::Text("Anna"))});
  now.merge(Now(kTags, {Seen(3, Value::Flag(true))}, EncodeValue(Value::OfCode("RED"))));
  now.merge(Now(kTags, {Seen(4, Value::Flag(false))}, EncodeValue(Value::OfCode("BLUE"))));
  now.merge(Now(kEntries, {Seen(5, Value::Text("one"))}, Bytes(16, 1)));
  const auto change = Make(EditOf(kRecord, kErased, Value::OfCode("ASKED")), now);
  ASSERT_TRUE(change);
  const auto& writes = change->records.at(0).writes;
  ASSERT_EQ(writes.size(), 4U);
  EXPECT_EQ(writes[0].field, kErased);
  EXPECT_EQ(writes[1].field, kName);
  EXPECT_TRUE(writes[1].value.empty());
  EXPECT_EQ(writes[1].overwritten.size(), 2U);
  EXPECT_EQ(writes[2].value, Value::Flag(false));
  EXPECT_EQ(writes[3].overwritten.at(0).counter, 5U);
}

// What one change cannot hold stays, keeps the record flagged, and goes when it is erased again.
TEST(MakeChange, AnErasureOfMoreThanAChangeMayHoldTakesAllThatFits) {
  std::map<RegisterKey, Register> now;
  for (std::size_t i = 0; i < kRecordWritesMax + 10; ++i) {
    const Bytes element = {1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    now.merge(Now(kEntries, {Seen(i + 1, Value::Text("one"))}, element));
  }
  const Edit erasure = EditOf(kRecord, kErased, Value::OfCode("ASKED"));
  const auto change = Make(erasure, now);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->records[0].writes.size(), kRecordWritesMax);
  for (const FieldWrite& write : change->records[0].writes)
    now[RegisterKey{write.field, write.element}] = {{Seen(9999, write.value)}, {}};
  const auto again = Make(erasure, now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->records[0].writes.size(), 11U);
}

TEST(MakeChange, AnErasedRecordTakesNoEdit) {
  const auto now = Now(kErased, {Seen(1, Value::OfCode("ASKED"))});
  EXPECT_THAT(Try(EditOf(kRecord, kName, Value::Text("Anne")), now),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_FALSE(Make(EditOf(kRecord, kErased, Value::OfCode("ASKED")), now));
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
