#include "engine/casework/break_glass.h"

#include "engine/recovery.h"

#include "tests/support/test_post.h"

namespace sacoche::casework {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kReason = "Appel du parquet, intervenante injoignable.";

class BreakGlass : public ::testing::Test {
 protected:
  void SetUp() override {
    claire = post_.NewLaptop("claire", Role::kIntervenant);
    helene = post_.NewLaptop("helene", Role::kTechnicalSupervisor);
    ASSERT_THAT(post_.organisation.SetRecoveryKey(recovery.public_key()), Succeeds());
    ASSERT_THAT(post_.organisation.SetPolicy({30, 6}), Succeeds());
    SyncAll();
    situation = (*claire)->NewRecordId();
    ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
                Succeeds());
    const RecordId person = (*claire)->NewRecordId();
    ASSERT_THAT(
        (*claire)->Edit(OneField(person, kPersonne, "nom", Value::Text("Aubrac"), situation)),
        Succeeds());
    SyncAll();
    follow_up = Of(*helene, kSuivi).front().head.id;
  }

  void SyncAll() {
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : {claire.get(), helene.get()}) post_.Sync(*laptop);
  }
  static std::vector<RecordView> Of(TestDeviceEngine& laptop, std::string_view kind) {
    RecordQuery query;
    query.kind = KindNamed(kind).id;
    return *laptop->List(query);
  }
  static std::string Shown(const RecordView& view, std::string_view field) {
    const VisibleField* shown =
        view.Find(CaseworkSchema().FindKind(view.head.kind)->FindField(field)->id);
    return shown == nullptr ? "" : FormatValue(shown->value);
  }

  // A laptop that the recovery key lets into the post's cases and their log.
  std::unique_ptr<TestDeviceEngine> Emergency() {
    auto laptop = post_.NewStranger("emergency");
    post_.Admit(*laptop, "emergency", Role::kIntervenant,
                {post_.SpaceFor(SpaceKind::kDossiers), post_.SpaceFor(SpaceKind::kAccessLog)});
    EXPECT_THAT(post_.organisation.UseRecoveryKey(recovery, (*laptop)->device()), Succeeds());
    post_.Sync(*laptop);
    return laptop;
  }

  TestPost post_;
  BoxKey recovery = BoxKey::Generate();
  std::unique_ptr<TestDeviceEngine> claire;
  std::unique_ptr<TestDeviceEngine> helene;
  RecordId situation;
  RecordId follow_up;
};

TEST_F(BreakGlass, ARequestIsReadByThePost) {
  EXPECT_THAT(AskForDossier(**helene, follow_up, ""), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(AskForDossier(**helene, situation, kReason), FailsWith(ErrorCode::kNotFound));
  ASSERT_THAT(AskForDossier(**helene, follow_up, kReason), Succeeds());
  SyncAll();
  ASSERT_THAT(Of(*claire, "journal_acces"), SizeIs(1));
  EXPECT_EQ(Shown(Of(*claire, "journal_acces")[0], "geste"), "DEMANDE");
  EXPECT_EQ(Shown(Of(*claire, "journal_acces")[0], "motif"), kReason);
  // Whoever holds the cases finds the one that is meant.
  EXPECT_EQ(*(*claire)->OriginalOf(follow_up), situation);
  EXPECT_EQ(*(*helene)->OriginalOf(follow_up), std::nullopt);
}

TEST_F(BreakGlass, OpensOneCaseForATimeAndInEverybodysSight) {
  const RecordId other = (*claire)->NewRecordId();
  ASSERT_THAT((*claire)->Edit(OneField(other, kSituation, "danger", Value::OfCode("1"))),
              Succeeds());
  SyncAll();
  // Nobody of the post is there from now on.
  auto emergency = Emergency();
  const auto opened = OpenByForce(**emergency, {follow_up, (*helene)->device(), kReason, 3});
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(opened->dossier, situation);
  post_.Sync(*emergency);
  post_.Revoke((*emergency)->device());

  post_.Sync(*helene);
  ASSERT_THAT(Of(*helene, kSituation), SizeIs(1));
  EXPECT_EQ(Shown(Of(*helene, kSituation)[0], "danger"), "3");
  ASSERT_THAT(Of(*helene, kPersonne), SizeIs(1));
  EXPECT_EQ(Shown(Of(*helene, kPersonne)[0], "nom"), "Aubrac");

  SyncAll();
  ASSERT_THAT(*(*claire)->Sharings(), SizeIs(1));
  EXPECT_EQ((*claire)->Sharings()->front().grounds, SharedDossier::Grounds::kOnRequest);
  EXPECT_EQ((*claire)->Sharings()->front().dossier, situation);
  ASSERT_THAT(Of(*claire, "journal_acces"), SizeIs(1));
  EXPECT_EQ(Shown(Of(*claire, "journal_acces")[0], "geste"), "BRIS_DE_GLACE");
  EXPECT_EQ(Shown(Of(*claire, "journal_acces")[0], "motif"), kReason);
  EXPECT_FALSE((*claire)->ReadRecovery()->notices.empty());

  for (ManualClock* clock : {&post_.server_clock, &claire->clock, &helene->clock})
    clock->AdvanceSeconds(3 * 3600);
  EXPECT_THAT(Of(*helene, kSituation), IsEmpty());
  SyncAll();
  EXPECT_THAT(Of(*helene, kPersonne), IsEmpty());
  EXPECT_THAT(Of(*helene, kSuivi), SizeIs(2));
}

// Whoever asks in her name, and whatever else the laptop may read.
TEST_F(BreakGlass, IsForTechnicalSupervisorsOnly) {
  auto emergency = Emergency();
  for (const Role role : {Role::kIntervenant, Role::kFunctionalSupervisor, Role::kHierarchy}) {
    const auto laptop = post_.NewLaptop("role " + std::to_string(static_cast<int>(role)), role);
    post_.Sync(*emergency);
    EXPECT_THAT(OpenByForce(**emergency, {follow_up, (*laptop)->device(), kReason, 1}),
                FailsWith(ErrorCode::kInvalidInput));
  }
  EXPECT_THAT(OpenByForce(**emergency, {follow_up, DeviceId(), kReason, 1}),
              FailsWith(ErrorCode::kInvalidInput));
  post_.Revoke((*helene)->device());
  post_.Sync(*emergency);
  EXPECT_THAT(OpenByForce(**emergency, {follow_up, (*helene)->device(), kReason, 1}),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Of(*emergency, "journal_acces"), IsEmpty());
  EXPECT_THAT(*(*emergency)->Sharings(), IsEmpty());
}

TEST_F(BreakGlass, ObeysThePolicyThatTheLaptopReads) {
  ASSERT_THAT(post_.organisation.SetPolicy({30, 0}), Succeeds());
  auto emergency = Emergency();
  const auto open = [&](std::uint64_t hours) {
    return OpenByForce(**emergency, {follow_up, (*helene)->device(), kReason, hours});
  };
  EXPECT_THAT(open(1), FailsWith(ErrorCode::kRefused));
  ASSERT_THAT(post_.organisation.SetPolicy({30, 2}), Succeeds());
  post_.Sync(*emergency);
  EXPECT_THAT(open(3), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Of(*emergency, "journal_acces"), IsEmpty());
  EXPECT_THAT(*(*emergency)->Sharings(), IsEmpty());
  EXPECT_THAT(open(2), Succeeds());
}

TEST(HoursByForce, AreThreeOrAsFewAsThePolicyLets) {
  EXPECT_THAT(HoursByForce(PolicyStatement(), std::nullopt), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(HoursByForce(PolicyStatement(), 1), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(*HoursByForce({30, 2}, std::nullopt), 2U);
  EXPECT_EQ(*HoursByForce({30, 72}, std::nullopt), 3U);
  EXPECT_EQ(*HoursByForce({30, 72}, 72), 72U);
  EXPECT_THAT(HoursByForce({30, 2}, 3), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(HoursByForce({30, 2}, 0), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(BreakGlass, FindsNoCaseThatIsNotThePosts) {
  auto emergency = Emergency();
  EXPECT_THAT(
      OpenByForce(**emergency, {RecordId::FromArray({9}), {(*helene)->device()}, kReason, 3}),
      FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(OpenByForce(**emergency, {follow_up, {(*helene)->device()}, "", 3}),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(*(*emergency)->Sharings(), IsEmpty());
}

}  // namespace
}  // namespace sacoche::casework
