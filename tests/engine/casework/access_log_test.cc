#include "engine/casework/access_log.h"

#include "tests/support/test_post.h"

namespace sacoche::casework {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kHourS = 3600;
constexpr std::uint64_t kDayS = 24 * kHourS;

class AccessLog : public ::testing::Test {
 protected:
  void SetUp() override {
    claire = post_.NewLaptop("claire", Role::kIntervenant);
    helene = post_.NewLaptop("helene", Role::kTechnicalSupervisor);
    SyncAll();
    situation = (*claire)->NewRecordId();
    ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
                Succeeds());
    SyncAll();
  }

  void SyncAll() {
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : {claire.get(), helene.get()}) post_.Sync(*laptop);
  }
  void AllClocksAdvance(std::uint64_t seconds) {
    for (ManualClock* clock : {&post_.server_clock, &claire->clock, &helene->clock})
      clock->AdvanceSeconds(seconds);
  }
  RecordView Situation() { return **(*claire)->Read(situation); }
  static std::vector<AccessEntry> Entries(TestDeviceEngine& laptop) {
    const auto entries = ReadAccessLog(*laptop);
    EXPECT_THAT(entries, Succeeds());
    return *entries;
  }

  TestPost post_;
  std::unique_ptr<TestDeviceEngine> claire;
  std::unique_ptr<TestDeviceEngine> helene;
  RecordId situation;
};

TEST(AccessGesture, HasACodeForEachOfTheListsAndNoOther) {
  std::set<std::string_view> codes;
  for (const AccessGesture gesture : kAccessGestures) codes.insert(CodeOf(gesture));
  const auto& entries = CaseworkSchema().FindList("acces_geste")->entries;
  EXPECT_THAT(codes, SizeIs(entries.size()));
  for (const auto& entry : entries) EXPECT_TRUE(codes.contains(entry.code)) << entry.code;
}

TEST_F(AccessLog, TellsTheSupervisorWhoReadWhatAndWhy) {
  ASSERT_THAT(LogReading(**claire, Situation(), "Préparation de la réunion"), Succeeds());
  SyncAll();
  const auto entries = Entries(*helene);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].who, (*claire)->device());
  EXPECT_EQ(entries[0].record, situation);
  EXPECT_EQ(entries[0].gesture, "LECTURE");
  EXPECT_EQ(entries[0].reason, "Préparation de la réunion");
  EXPECT_EQ(entries[0].space, post_.SpaceFor(SpaceKind::kAccessLog));
  EXPECT_FALSE(entries[0].when.in_doubt);
  EXPECT_THAT(*ReadAccessLog(**helene, situation), SizeIs(1));
  EXPECT_THAT(*ReadAccessLog(**helene, entries[0].id), IsEmpty());
}

TEST_F(AccessLog, WritesOneReadingAnHour) {
  for (int time = 0; time < 3; ++time)
    ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  EXPECT_THAT(Entries(*claire), SizeIs(1));
  ASSERT_THAT(LogReading(**claire, Situation(), "Demande du parquet"), Succeeds());
  EXPECT_THAT(Entries(*claire), SizeIs(2));
  AllClocksAdvance(kHourS + 1);
  ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  EXPECT_THAT(Entries(*claire), SizeIs(3));
  // What somebody else read is not what she read.
  auto samir = post_.NewLaptop("samir", Role::kIntervenant);
  for (int round = 0; round < 2; ++round)
    for (TestDeviceEngine* laptop : {claire.get(), samir.get()}) post_.Sync(*laptop);
  ASSERT_THAT(LogReading(**samir, **(*samir)->Read(situation), ""), Succeeds());
  EXPECT_THAT(Entries(*samir), SizeIs(4));
}

TEST_F(AccessLog, DoesNotSpeakOfItselfNorOfWhatConcernsNobody) {
  ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  const auto entry = (*claire)->Read(Entries(*claire).front().id);
  ASSERT_THAT(LogReading(**claire, **entry, ""), Succeeds());
  EXPECT_THAT(Entries(*claire), SizeIs(1));
  EXPECT_TRUE(SpeaksOfPeople(KindNamed("personne")));
  EXPECT_FALSE(SpeaksOfPeople(KindNamed("activite_hors_situation")));
  EXPECT_FALSE(SpeaksOfPeople(KindNamed("journal_acces")));
}

TEST_F(AccessLog, AsksWhyForAnExport) {
  EXPECT_THAT(LogExportOfAll(**claire, ""), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Entries(*claire), IsEmpty());
  ASSERT_THAT(LogExportOfAll(**claire, "Changement de poste"), Succeeds());
  ASSERT_THAT(Entries(*claire), SizeIs(1));
  EXPECT_EQ(Entries(*claire)[0].gesture, "EXPORT");
  EXPECT_EQ(Entries(*claire)[0].record, post_.post());
  for (const AccessGesture gesture : {AccessGesture::kPrint, AccessGesture::kBreakGlass})
    EXPECT_THAT(LogAccess(**claire, gesture, {situation, Situation().head.space}, ""),
                FailsWith(ErrorCode::kInvalidInput));
}

// A laptop of one space in which anything may stand has nowhere to write it.
TEST(AccessLogOfNoPost, LetsReadAndExportButNotBreakGlass) {
  TestTeam team;
  auto claire = team.NewMember("claire", CaseworkSchema());
  const RecordId situation = (*claire)->NewRecordId();
  ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  const RecordView view = **(*claire)->Read(situation);
  EXPECT_THAT(LogReading(**claire, view, ""), Succeeds());
  EXPECT_THAT(LogExportOfAll(**claire, ""), Succeeds());
  EXPECT_THAT(LogAccess(**claire, AccessGesture::kBreakGlass, {situation, view.head.space}, "x"),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(*ReadAccessLog(**claire), IsEmpty());
}

TEST_F(AccessLog, IsKeptTwelveMonthsByTheServersTime) {
  ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  SyncAll();
  for (int month = 0; month < 11; ++month) {
    AllClocksAdvance(31 * kDayS);
    SyncAll();
  }
  ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  SyncAll();
  EXPECT_EQ(*EraseOldAccesses(**claire), 0U);
  EXPECT_THAT(Entries(*claire), SizeIs(2));

  AllClocksAdvance(30 * kDayS);
  SyncAll();
  // Neither has heard of the other's erasing.
  EXPECT_EQ(*EraseOldAccesses(**claire), 1U);
  EXPECT_EQ(*EraseOldAccesses(**helene), 1U);
  EXPECT_EQ(*EraseOldAccesses(**helene), 0U);
  SyncAll();
  for (TestDeviceEngine* laptop : {claire.get(), helene.get()}) {
    EXPECT_EQ(laptop->Conflicts(), 0U);
    EXPECT_THAT(Entries(*laptop), SizeIs(1));
  }
  RecordQuery all;
  all.kind = KindNamed("journal_acces").id;
  const auto views = (*helene)->List(all);
  ASSERT_THAT(*views, SizeIs(2));
  const FieldId erasure = KindNamed("journal_acces").FindErasure()->id;
  for (const RecordView& view : *views)
    EXPECT_EQ(view.fields.size(), view.Find(erasure) != nullptr ? 1U : 2U);
}

TEST_F(AccessLog, IsNotEndedByALaptopsClock) {
  ASSERT_THAT(LogReading(**claire, Situation(), ""), Succeeds());
  SyncAll();
  claire->clock.AdvanceSeconds(3 * 366 * kDayS);
  EXPECT_EQ(*EraseOldAccesses(**claire), 0U);
  post_.Sync(*claire);
  EXPECT_EQ(*EraseOldAccesses(**claire), 0U);
  EXPECT_THAT(Entries(*claire), SizeIs(1));
}

TEST_F(AccessLog, IsErasedSoManyAtOnce) {
  for (std::size_t entry = 0; entry < kAccessesErasedAtOnceMax + 3; ++entry)
    ASSERT_THAT(LogReading(**claire, Situation(), "Relecture"), Succeeds());
  SyncAll();
  for (int month = 0; month < 13; ++month) {
    AllClocksAdvance(30 * kDayS);
    SyncAll();
  }
  EXPECT_EQ(*EraseOldAccesses(**claire), kAccessesErasedAtOnceMax);
  EXPECT_EQ(*EraseOldAccesses(**claire), 3U);
  EXPECT_EQ(*EraseOldAccesses(**claire), 0U);
}

}  // namespace
}  // namespace sacoche::casework
