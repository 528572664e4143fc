#include <fstream>

#include "tests/support/test_post.h"

namespace sacoche::casework {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RecordQuery AllOf(KindId kind) {
  RecordQuery query;
  query.kind = kind;
  return query;
}

constexpr const char* kName = "Maupertuis-Delacroix";

class Projecting : public ::testing::Test {
 protected:
  static Value Codes(std::initializer_list<const char*> codes) {
    ValueList list;
    for (const char* code : codes) list.push_back(Value::OfCode(code));
    return Value::List(std::move(list));
  }

  static RecordId NewSituation(TestDeviceEngine& laptop) {
    const RecordId situation = laptop->NewRecordId();
    EXPECT_THAT(laptop->Edit(OneField(situation, kSituation, "danger", Value::OfCode("2"))),
                Succeeds());
    return situation;
  }

  static RecordId AddPerson(TestDeviceEngine& laptop, const RecordId& situation) {
    const RecordId person = laptop->NewRecordId();
    EXPECT_THAT(laptop->Edit(OneField(person, kPersonne, "nom", Value::Text(kName), situation)),
                Succeeds());
    return person;
  }

  // Those that are not withdrawn.
  static std::vector<RecordView> Standing(TestDeviceEngine& laptop, std::string_view kind) {
    const KindDef& def = KindNamed(kind);
    auto views = *laptop->List(AllOf(def.id));
    std::erase_if(
        views, [&](const RecordView& view) { return view.Find(def.FindErasure()->id) != nullptr; });
    return views;
  }

  static std::string Shown(const RecordView& view, std::string_view field) {
    const FieldDef* def = CaseworkSchema().FindKind(view.head.kind)->FindField(field);
    const VisibleField* shown = view.Find(def->id);
    return shown == nullptr ? "" : FormatValue(shown->value);
  }

  static void Erase(TestDeviceEngine& laptop, const RecordId& record, std::string_view kind,
                    const RecordId& dossier) {
    const KindDef& def = KindNamed(kind);
    const FieldDef& erasure = *def.FindErasure();
    const auto& reasons = CaseworkSchema().FindList(erasure.closed_list)->entries;
    const Value why = Value::OfCode(reasons.front().code);
    EXPECT_THAT(laptop->Edit({dossier, {{record, def.id, {{erasure.id, why, {}}}}}}), Succeeds());
  }

  void SyncAll(std::initializer_list<TestDeviceEngine*> laptops) {
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : laptops) post_.Sync(*laptop);
  }

  TestPost post_;
};

TEST_F(Projecting, TellsOfADossierInTheCommitThatChangesIt) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const RecordId situation = NewSituation(*claire);
  ASSERT_THAT(Standing(*claire, kSuivi), SizeIs(1));
  ASSERT_THAT(Standing(*claire, kFaitStatistique), SizeIs(1));
  EXPECT_EQ(Shown(Standing(*claire, kSuivi)[0], "danger"), "2");
  EXPECT_EQ(Standing(*claire, kSuivi)[0].head.space, post_.SpaceFor(SpaceKind::kFollowUp));
  EXPECT_EQ(Standing(*claire, kFaitStatistique)[0].head.space,
            post_.SpaceFor(SpaceKind::kStatistics));

  ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  ASSERT_THAT(Standing(*claire, kSuivi), SizeIs(1));
  EXPECT_EQ(Shown(Standing(*claire, kSuivi)[0], "danger"), "3");
}

TEST_F(Projecting, GivesTheObserverWhatFollowed) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  std::set<RecordId> seen;
  (*claire)->Observe(
      [&](const std::set<RecordId>& touched) { seen.insert(touched.begin(), touched.end()); });
  const RecordId situation = NewSituation(*claire);
  EXPECT_TRUE(seen.contains(situation));
  EXPECT_TRUE(seen.contains(Standing(*claire, kSuivi)[0].head.id));
}

TEST_F(Projecting, GivesTheSupervisorTheFollowUpAndNoMore) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const auto helene = post_.NewLaptop("helene", Role::kTechnicalSupervisor);
  const RecordId situation = NewSituation(*claire);
  AddPerson(*claire, situation);
  SyncAll({claire.get(), helene.get()});
  ASSERT_THAT(Standing(*helene, kSuivi), SizeIs(1));
  EXPECT_EQ(Shown(Standing(*helene, kSuivi)[0], "nb_personnes"), "1");
  EXPECT_THAT(*(*helene)->List(AllOf(KindNamed(kSituation).id)), IsEmpty());
  EXPECT_THAT(*(*helene)->List(AllOf(KindNamed(kPersonne).id)), IsEmpty());
  EXPECT_THAT(*(*helene)->Search(kName), IsEmpty());
  // Its id does not lead back.
  EXPECT_NE(Standing(*helene, kSuivi)[0].head.id, situation);

  helene->Close();
  std::ifstream file(helene->path(), std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(bytes.find(kName), std::string::npos);
  EXPECT_EQ(bytes.find(std::string(TextOf(situation.view()))), std::string::npos);
}

TEST_F(Projecting, IsNotRepeatedByWhoeverReceivesBoth) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const auto samir = post_.NewLaptop("samir", Role::kIntervenant);
  SyncAll({claire.get(), samir.get()});
  AddPerson(*claire, NewSituation(*claire));
  SyncAll({claire.get(), samir.get()});
  ASSERT_THAT(Standing(*samir, kSuivi), SizeIs(1));
  EXPECT_EQ(samir->Status().changes, claire->Status().changes);
  EXPECT_EQ(samir->Digest(), claire->Digest());
}

TEST_F(Projecting, TellsWhatTwoPeopleChangedApart) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const auto samir = post_.NewLaptop("samir", Role::kIntervenant);
  SyncAll({claire.get(), samir.get()});
  const RecordId situation = NewSituation(*claire);
  SyncAll({claire.get(), samir.get()});
  AddPerson(*claire, situation);
  AddPerson(*samir, situation);
  SyncAll({claire.get(), samir.get()});
  for (TestDeviceEngine* laptop : {claire.get(), samir.get()}) {
    ASSERT_THAT(Standing(*laptop, kSuivi), SizeIs(1));
    EXPECT_EQ(Shown(Standing(*laptop, kSuivi)[0], "nb_personnes"), "2");
    EXPECT_THAT(Standing(*laptop, kFaitStatistique), SizeIs(2));
    EXPECT_EQ(laptop->Conflicts(), 0U);
    laptop->ExpectWhole();
  }
  EXPECT_EQ(samir->Digest(), claire->Digest());
}

TEST_F(Projecting, IsTakenAwayWithTheDossier) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const auto helene = post_.NewLaptop("helene", Role::kTechnicalSupervisor);
  const RecordId situation = NewSituation(*claire);
  SyncAll({claire.get(), helene.get()});
  ASSERT_THAT(Standing(*helene, kSuivi), SizeIs(1));
  Erase(*claire, situation, kSituation, situation);
  SyncAll({claire.get(), helene.get()});
  EXPECT_THAT(Standing(*claire, kSuivi), IsEmpty());
  EXPECT_THAT(Standing(*claire, kFaitStatistique), IsEmpty());
  EXPECT_THAT(Standing(*helene, kSuivi), IsEmpty());
  const auto stub = (*helene)->List(AllOf(KindNamed(kSuivi).id));
  ASSERT_THAT(*stub, SizeIs(1));
  EXPECT_EQ(Shown((*stub)[0], "danger"), "");
}

TEST_F(Projecting, CountsAPersonNoMoreWhoIsErasedAndOneWhoComesAfter) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const RecordId situation = NewSituation(*claire);
  const RecordId first = AddPerson(*claire, situation);
  AddPerson(*claire, situation);
  ASSERT_THAT(Standing(*claire, kFaitStatistique), SizeIs(2));
  Erase(*claire, first, kPersonne, situation);
  ASSERT_THAT(Standing(*claire, kFaitStatistique), SizeIs(1));
  AddPerson(*claire, situation);
  EXPECT_THAT(Standing(*claire, kFaitStatistique), SizeIs(2));
  EXPECT_EQ(Shown(Standing(*claire, kSuivi)[0], "nb_personnes"), "2");
}

// One erased a person while the other, who had not heard of it, noted something of that situation.
TEST_F(Projecting, SettlesAWithdrawalThatSomebodyWroteOver) {
  const auto claire = post_.NewLaptop("claire", Role::kIntervenant);
  const auto samir = post_.NewLaptop("samir", Role::kIntervenant);
  SyncAll({claire.get(), samir.get()});
  const RecordId situation = NewSituation(*claire);
  const RecordId first = AddPerson(*claire, situation);
  AddPerson(*claire, situation);
  SyncAll({claire.get(), samir.get()});
  Erase(*claire, first, kPersonne, situation);
  ASSERT_THAT(
      (*samir)->Edit(OneField(situation, kSituation, "problematiques", Codes({"VC", "LOGEMENT"}))),
      Succeeds());
  SyncAll({claire.get(), samir.get()});
  for (TestDeviceEngine* laptop : {claire.get(), samir.get()}) {
    ASSERT_THAT(Standing(*laptop, kFaitStatistique), SizeIs(1));
    EXPECT_EQ(laptop->Conflicts(), 0U);
  }
  EXPECT_EQ(samir->Digest(), claire->Digest());
}

TEST(ProjectingLater, TellsASpaceThatIsNewOfTheDossiersThatAreNot) {
  TestPost post({SpaceKind::kFollowUp});
  const auto claire = post.NewLaptop("claire", Role::kIntervenant);
  for (int i = 0; i < 3; ++i)
    ASSERT_THAT((*claire)->Edit(
                    OneField((*claire)->NewRecordId(), kSituation, "danger", Value::OfCode("1"))),
                Succeeds());
  post.Sync(*claire);
  ASSERT_THAT(*(*claire)->List(AllOf(KindNamed(kSuivi).id)), IsEmpty());
  post.AddSpace(SpaceKind::kFollowUp, {{(*claire)->device(), Role::kIntervenant}});
  post.Sync(*claire);
  EXPECT_THAT(*(*claire)->List(AllOf(KindNamed(kSuivi).id)), SizeIs(3));
}

TEST(Spaces, TakeTheKindsThatTheyAreFor) {
  TestPost post;
  const auto claire = post.NewLaptop("claire", Role::kIntervenant);
  const Edit situation =
      OneField((*claire)->NewRecordId(), kSituation, "danger", Value::OfCode("1"));
  EXPECT_THAT((*claire)->Edit(situation, post.SpaceFor(SpaceKind::kStatistics)),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT((*claire)->Edit(situation), Succeeds());
  EXPECT_EQ((*(*claire)->Read(situation.dossier))->head.space, post.SpaceFor(SpaceKind::kDossiers));

  const auto nurse = post.NewLaptop("ines", Role::kClinician);
  const Edit other = OneField((*nurse)->NewRecordId(), kSituation, "danger", Value::OfCode("1"));
  EXPECT_THAT((*nurse)->Edit(other), FailsWith(ErrorCode::kInvalidInput));
}

}  // namespace
}  // namespace sacoche::casework
