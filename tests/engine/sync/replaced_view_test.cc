// Envelopes that tell of a directory which the server has forgotten since, and which never grows as
// long again: docs/decisions/0035-what-a-laptop-is-no-longer-shown.md.

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

class ReplacedViews : public TwoLaptops {
 protected:
  // a and c know of four statements of the root's. Then the server and the administrator's machine
  // are put back to before these, and the root says one other in their place.
  void SetUp() override {
    TwoLaptops::SetUp();
    c = team.NewMember("C");
    SyncBoth();
    team.Sync(*c);
    TestServer forgotten(team.server_clock, team.server->store);
    LoopbackHttpClient line(&forgotten.service);
    Organisation office = team.OfficeOf(team.organisation.key(), line);
    for (const char* name : {"one", "two", "three", "four"})
      ASSERT_THAT(office.AddSpace(name), Succeeds());
    // What a itself says there, too, is to be said again first.
    ASSERT_THAT((*a)->NoteRecoveryCode(Bytes(kRecoveryCodeBytes, 1)), Succeeds());
    SyncReport report;
    ASSERT_THAT((*a)->Sync(line, report), Succeeds());
    a->Set(record, kName, Value::Text("of a longer directory"));
    ASSERT_THAT((*a)->Sync(line, report), Succeeds());
    ASSERT_THAT((*c)->Sync(line, report), Succeeds());
    told = forgotten.directory->directory().statement_count();
    ASSERT_THAT(team.organisation.AddSpace("another"), Succeeds());
    team.Sync(*b);
  }

  [[nodiscard]] std::uint64_t StatementsAtTheServer() const {
    return team.server->directory->directory().statement_count();
  }

  std::unique_ptr<TestDeviceEngine> c;
  std::uint64_t told = 0;  // statements, by a's envelope
};

TEST_F(ReplacedViews, NobodyWaitsForWhatTheServerWillNeverShow) {
  team.Sync(*a);
  ASSERT_LT(StatementsAtTheServer(), told);
  b->Set(record, kTitle, Value::Text("by b"));
  for (int round = 0; round < 3; ++round)
    for (TestDeviceEngine* laptop : {b.get(), c.get(), a.get()}) {
      EXPECT_FALSE(team.Sync(*laptop).directory_withheld);
      EXPECT_EQ(laptop->Status().changes_waiting, 0U);
    }
  EXPECT_LT(StatementsAtTheServer(), told);
  for (TestDeviceEngine* laptop : {a.get(), b.get(), c.get()}) {
    EXPECT_EQ(laptop->Text(record, kName), "of a longer directory");
    EXPECT_EQ(laptop->Text(record, kTitle), "by b");
    EXPECT_EQ(team.Sync(*laptop).requests, 1U) << "nothing more is said of it";
  }
}

// c gives the server back what a wrote, and cannot speak for a: only a knows what it was shown.
TEST_F(ReplacedViews, WhatAColleagueGaveBackIsWaitedForUntilItsMakerComes) {
  team.Sync(*c);
  team.Sync(*b);
  b->Set(record, kTitle, Value::Text("by b"));
  ASSERT_LT(StatementsAtTheServer(), told);
  EXPECT_TRUE(team.Sync(*b).directory_withheld);
  EXPECT_EQ(b->Status().changes_waiting, 1U);
  team.Sync(*a);
  EXPECT_FALSE(team.Sync(*b).directory_withheld);
  EXPECT_EQ(b->Status().changes_waiting, 0U);
}

TEST_F(ReplacedViews, WhereverTheLineBreaksNobodyWaits) {
  for (std::uint64_t after = 0; after < 4000; after += 90) {
    team.http.CutAfter(after);
    SyncReport report;
    if ((*a)->Sync(team.http, report)) break;
    team.http.Mend();
    // What the first shows is waited for in the second.
    team.Sync(*b);
    EXPECT_FALSE(team.Sync(*b).directory_withheld) << "cut after " << after << " bytes";
  }
  team.http.Mend();
  team.Sync(*a);
  team.Sync(*b);
  EXPECT_FALSE(team.Sync(*b).directory_withheld);
  EXPECT_EQ(b->Text(record, kName), "of a longer directory");
}

}  // namespace
}  // namespace sacoche
