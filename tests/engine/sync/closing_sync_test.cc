// Who closes a dossier while a colleague, offline, goes on in it: between real stores and a real
// server, with a snapshot, and on a laptop whose store was put back.

#include <gmock/gmock.h>

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

using ::testing::ElementsAre;

class ClosingSyncTest : public TwoLaptops {
 protected:
  void Close(TestDeviceEngine& device) { device.Set(record, kStage, Value::OfCode("CLOSED")); }

  // A page in the dossier.
  RecordId AddPage(TestDeviceEngine& device, const std::string& title) {
    const RecordId page = device->NewRecordId();
    const FieldEdit edit{kTitle, Value::Text(title), {}};
    EXPECT_THAT(device->Edit({record, {{page, kPage, {edit}}}}), Succeeds());
    return page;
  }

  Status Settle(TestDeviceEngine& device) {
    FieldEdit look{kStage, {}, {}};
    look.settle = FieldEdit::Settle::kYes;
    const auto settled = device->Edit({record, {{record, kFile, {look}}}});
    if (!settled) return Forward(settled.error());
    return *settled ? Status() : Fail(ErrorCode::kNotFound, "nothing was to be settled");
  }

  // What the closing is flagged with; the inbox and the record must say the same.
  std::set<std::pair<RecordId, FieldId>> Unseen(TestDeviceEngine& device) {
    std::set<std::pair<RecordId, FieldId>> unseen;
    const auto conflicts = device->Conflicts();
    const auto view = device->Read(record);
    for (const Conflict& conflict : *conflicts) {
      EXPECT_EQ(conflict.record, record);
      EXPECT_EQ(conflict.field, kStage);
      EXPECT_EQ(conflict.first_applies, Precedence::kClosed);
      for (const UnseenWrite& write : conflict.unseen) unseen.emplace(write.record, write.field);
      EXPECT_EQ((*view)->Find(kStage)->unseen, conflict.unseen);
    }
    return unseen;
  }
  void ExpectUnseen(const std::set<std::pair<RecordId, FieldId>>& expected) {
    for (TestDeviceEngine* device : {a.get(), b.get()}) {
      EXPECT_EQ(Unseen(*device), expected);
      EXPECT_EQ(device->Text(record, kStage), "CLOSED");
    }
    EXPECT_EQ(a->Digest(), b->Digest());
  }
};

TEST_F(ClosingSyncTest, WhatAColleagueWroteWithoutSightOfTheClosingIsFlaggedWithWhoWroteIt) {
  Close(*a);
  b->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  const RecordId page = AddPage(*b, "She called on Monday.");
  SyncBoth();
  ExpectUnseen({{record, kSince}, {page, kTitle}});
  const auto conflicts = (*a)->Conflicts();
  EXPECT_EQ(conflicts->at(0).unseen.at(0).writer.author, (*b)->device());
  EXPECT_EQ(conflicts->at(0).candidates.at(0).author, (*a)->device());
  EXPECT_EQ(b->Text(page, kTitle), "She called on Monday.");
}

TEST_F(ClosingSyncTest, WhatTheCloserHadSeenAndWhatWasWrittenAfterwardsIsNot) {
  b->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  AddPage(*b, "before");
  SyncBoth();
  Close(*a);
  SyncBoth();
  b->Set(record, kName, Value::Text("Hannah"));
  AddPage(*b, "afterwards");
  SyncBoth();
  ExpectUnseen({});
}

TEST_F(ClosingSyncTest, WhoeverGoesOnInAClosedDossierDoesNotHideWhatWasNotSeen) {
  Close(*a);
  b->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  SyncBoth();
  b->Set(record, kName, Value::Text("Hannah"));
  AddPage(*a, "afterwards");
  SyncBoth();
  ExpectUnseen({{record, kSince}});
}

TEST_F(ClosingSyncTest, ALookSettlesItForAllAndIsInTheHistory) {
  Close(*a);
  AddPage(*b, "She called on Monday.");
  SyncBoth();
  ASSERT_THAT(Settle(*b), Succeeds());
  SyncBoth();
  ExpectUnseen({});
  const auto history = (*a)->History(record);
  EXPECT_TRUE(history->back().settles);
  EXPECT_EQ(history->back().author, (*b)->device());
  EXPECT_EQ(
      std::ranges::count_if(*history, [](const auto& entry) { return entry.field == kStage; }), 2);
  EXPECT_THAT(Settle(*a), FailsWith(ErrorCode::kNotFound));
}

TEST_F(ClosingSyncTest, ALookSettlesOnlyWhatItHadBeforeIt) {
  Close(*a);
  AddPage(*b, "She called on Monday.");
  SyncBoth();
  ASSERT_THAT(Settle(*a), Succeeds());
  b->Set(record, kName, Value::Text("Hannah"));  // saw the closing
  SyncBoth();
  ExpectUnseen({});
}

TEST_F(ClosingSyncTest, ReopeningEndsIt) {
  Close(*a);
  AddPage(*b, "She called on Monday.");
  SyncBoth();
  a->Set(record, kStage, Value::OfCode("REOPENED"));
  SyncBoth();
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  Close(*b);
  SyncBoth();
  ExpectUnseen({});
}

TEST_F(ClosingSyncTest, WordsOfATextAreHeardOfToo) {
  Close(*a);
  b->Set(record, kStory, Value::Text("She called."));
  SyncBoth();
  ExpectUnseen({{record, kStory}});
}

TEST_F(ClosingSyncTest, WhoeverOnlyLookedAtATextWroteNothingIntoIt) {
  a->Set(record, kStory, Value::Text("She calls."));
  SyncBoth();
  a->Set(record, kStory, Value::Text("She will call."));
  b->Set(record, kStory, Value::Text("She called."));
  SyncBoth();
  ASSERT_EQ(b->Conflicts(), 1U);
  Close(*a);
  FieldEdit look{kStory, {}, {}};
  look.settle = FieldEdit::Settle::kYes;
  ASSERT_THAT((*b)->Edit({record, {{record, kFile, {look}}}}), Succeeds());
  SyncBoth();
  ExpectUnseen({});
}

TEST_F(ClosingSyncTest, ANewLaptopLearnsOfItFromASnapshot) {
  Close(*a);
  AddPage(*b, "She called on Monday.");
  SyncBoth();
  a->snapshot_after_envelopes = 1;
  a->Reopen();
  b->Set(record, kName, Value::Text("Hannah"));
  SyncBoth();
  team.Sync(*a);
  const auto c = team.NewMember("C");
  team.Sync(*a);  // grants the key
  const SyncReport first = team.Sync(*c);
  EXPECT_GT(first.snapshots_in, 0U);
  EXPECT_EQ(Unseen(*c), Unseen(*a));
  EXPECT_EQ(Unseen(*c).size(), 1U);
  EXPECT_EQ(c->Digest(), a->Digest());
}

// Its changes take new dots; what their author had seen follows.
TEST_F(ClosingSyncTest, OnALaptopThatWasPutBackTheSightMovesWithTheChanges) {
  a->BackUp();
  a->Set(record, kCount, Value::Integer(1));
  team.Sync(*a);
  a->PutBackByHand();
  a->Set(record, kSince, Value::OfDate({Date::Precision::kYear, 2020, 0, 0}));
  Close(*a);
  a->Set(record, kName, Value::Text("Hannah"));
  SyncBoth();
  EXPECT_EQ(a->Digest(), b->Digest());
  EXPECT_EQ(b->Text(record, kStage), "CLOSED");
  EXPECT_THAT(Unseen(*b), ElementsAre(std::pair(record, kCount)));
}

}  // namespace
}  // namespace sacoche
