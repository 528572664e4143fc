// One dossier, shared with somebody outside its post.

#include <fstream>

#include "tests/support/test_post.h"

namespace sacoche::casework {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kName = "Maupertuis-Delacroix";
constexpr std::uint64_t kDayMs = 24ULL * 60 * 60 * 1000;

class SharingADossier : public ::testing::Test {
 protected:
  void SetUp() override {
    claire = post_.NewLaptop("claire", Role::kIntervenant);
    samir = post_.NewLaptop("samir", Role::kIntervenant);
    ines = post_.NewLaptop("ines", Role::kClinician);
    SyncAll();
    situation = Write(*claire, kSituation, "danger", Value::OfCode("2"));
    person = Write(*claire, kPersonne, "nom", Value::Text(kName), situation);
    Write(*claire, kTache, "intitule", Value::Text("Rappeler"), situation);
    other = Write(*claire, kSituation, "danger", Value::OfCode("1"));
    SyncAll();
  }

  static RecordId Write(TestDeviceEngine& laptop, std::string_view kind, std::string_view field,
                        Value value, const RecordId& dossier = {}) {
    const RecordId record = laptop->NewRecordId();
    EXPECT_THAT(laptop->Edit(OneField(record, kind, field, std::move(value), dossier)), Succeeds());
    return record;
  }

  void SyncAll() {
    for (int round = 0; round < 3; ++round)
      for (TestDeviceEngine* laptop : {claire.get(), samir.get(), ines.get()}) post_.Sync(*laptop);
  }

  static std::vector<RecordView> Of(TestDeviceEngine& laptop, std::string_view kind) {
    RecordQuery query;
    query.kind = KindNamed(kind).id;
    return *laptop->List(query);
  }
  static std::vector<RecordView> In(TestDeviceEngine& laptop, std::string_view kind,
                                    const SpaceId& space) {
    auto views = Of(laptop, kind);
    std::erase_if(views, [&](const RecordView& view) { return view.head.space != space; });
    return views;
  }
  static std::string Shown(const RecordView& view, std::string_view field) {
    const VisibleField* shown =
        view.Find(CaseworkSchema().FindKind(view.head.kind)->FindField(field)->id);
    return shown == nullptr ? "" : FormatValue(shown->value);
  }

  std::uint64_t InDays(std::uint64_t days) {
    return (post_.server_clock.NowMs() + days * kDayMs) / 1000;
  }
  void LetDaysPass(std::uint64_t days) {
    for (ManualClock* clock : {&post_.server_clock, &claire->clock, &samir->clock, &ines->clock})
      clock->Advance(days * kDayMs);
  }

  SpaceId Share(std::vector<DeviceId> guests = {}) {
    if (guests.empty()) guests = {(*ines)->device()};
    const auto space = (*claire)->ShareDossier(
        situation, guests,
        {ReaderRole::kClinicalBinome, SharedDossier::Grounds::kShared, InDays(20)});
    EXPECT_THAT(space, Succeeds());
    return *space;
  }

  std::string FileOf(TestDeviceEngine& laptop) {
    laptop.Close();
    std::ifstream file(laptop.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    laptop.Reopen();
    return bytes;
  }

  TestPost post_;
  std::unique_ptr<TestDeviceEngine> claire;
  std::unique_ptr<TestDeviceEngine> samir;
  std::unique_ptr<TestDeviceEngine> ines;
  RecordId situation;
  RecordId person;
  RecordId other;
};

TEST_F(SharingADossier, GivesTheGuestThatOneAndWhatHerRoleMayBeTold) {
  ASSERT_THAT(Of(*ines, kSituation), IsEmpty());
  const SpaceId space = Share();
  ASSERT_THAT(*(*claire)->Sharings(), SizeIs(1));
  EXPECT_EQ((*claire)->Sharings()->front().state, Sharing::State::kWaits);
  SyncAll();
  ASSERT_THAT(Of(*ines, kSituation), SizeIs(1));
  EXPECT_EQ(Shown(Of(*ines, kSituation)[0], "danger"), "2");
  EXPECT_EQ(Of(*ines, kSituation)[0].head.space, space);
  ASSERT_THAT(Of(*ines, kPersonne), SizeIs(1));
  EXPECT_EQ(Shown(Of(*ines, kPersonne)[0], "nom"), kName);
  EXPECT_EQ(Of(*ines, kPersonne)[0].head.dossier, Of(*ines, kSituation)[0].head.id);
  EXPECT_THAT(Of(*ines, kTache), IsEmpty());
  for (TestDeviceEngine* laptop : {claire.get(), samir.get(), ines.get()}) {
    ASSERT_THAT(*(*laptop)->Sharings(), SizeIs(1));
    const Sharing sharing = (*laptop)->Sharings()->front();
    EXPECT_EQ(sharing.state, Sharing::State::kStands);
    EXPECT_EQ(sharing.dossier, situation);
    EXPECT_EQ(sharing.is_guest, laptop == ines.get());
    laptop->ExpectWhole();
  }
}

TEST_F(SharingADossier, FollowsTheDossierWhoeverOfThePostChangesIt) {
  Share();
  SyncAll();
  ASSERT_THAT((*samir)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  Write(*claire, kIntervention, "note", Value::Text("Reçue avec sa sœur."), situation);
  SyncAll();
  EXPECT_EQ(Shown(Of(*ines, kSituation)[0], "danger"), "3");
  ASSERT_THAT(Of(*ines, kIntervention), SizeIs(1));
  EXPECT_EQ(Shown(Of(*ines, kIntervention)[0], "note"), "Reçue avec sa sœur.");
}

// Each of them finds on their own laptop what the other has not told yet.
TEST_F(SharingADossier, CopiesAnEntryOnceThoughTwoCopyIt) {
  const SpaceId space = Share();
  SyncAll();
  const RecordId visit = Write(*claire, kIntervention, "note", Value::Text("Première."), situation);
  SyncAll();
  for (TestDeviceEngine* laptop : {claire.get(), samir.get()})
    ASSERT_THAT(
        (*laptop)->Edit(OneField(visit, kIntervention, "note",
                                 Value::Text(laptop == claire.get() ? "A." : "B."), situation)),
        Succeeds());
  SyncAll();
  const auto copies = In(*ines, kIntervention, space);
  ASSERT_THAT(copies, SizeIs(1));
  EXPECT_THAT(copies[0].Find(KindNamed(kIntervention).FindField("note")->id)->entries, SizeIs(3));
  EXPECT_EQ(claire->Digest(), samir->Digest());
  EXPECT_EQ(claire->Conflicts() + samir->Conflicts(), 0U);
}

TEST_F(SharingADossier, LetsTheGuestAddAndNotChange) {
  const SpaceId space = Share();
  SyncAll();
  const RecordId copy = Of(*ines, kSituation)[0].head.id;
  EXPECT_THAT((*ines)->Edit(OneField(copy, kSituation, "danger", Value::OfCode("0"))),
              FailsWith(ErrorCode::kRefused));
  Write(*ines, kIntervention, "note", Value::Text("Entretien infirmier."), copy);
  SyncAll();
  for (TestDeviceEngine* laptop : {claire.get(), samir.get()}) {
    const auto added = In(*laptop, kIntervention, space);
    ASSERT_THAT(added, SizeIs(1));
    EXPECT_EQ(Shown(added[0], "note"), "Entretien infirmier.");
  }
}

TEST_F(SharingADossier, EndsAndTheGuestsLaptopForgetsTheCopy) {
  const SpaceId space = Share();
  SyncAll();
  ASSERT_NE(FileOf(*ines).find(kName), std::string::npos);
  EXPECT_FALSE(*(*samir)->HasProtectionWaiting());
  ASSERT_THAT((*samir)->EndSharing(space), Succeeds());
  EXPECT_TRUE(*(*samir)->HasProtectionWaiting());
  SyncAll();
  EXPECT_FALSE(*(*samir)->HasProtectionWaiting());
  ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  SyncAll();
  EXPECT_THAT(Of(*ines, kSituation), IsEmpty());
  EXPECT_THAT(*(*ines)->Search(kName), IsEmpty());
  EXPECT_EQ(FileOf(*ines).find(kName), std::string::npos);
  EXPECT_FALSE(post_.server->directory->directory().IsMember((*ines)->device(), space));
  EXPECT_EQ((*claire)->Sharings()->front().state, Sharing::State::kOver);
  ines->ExpectWhole();
}

TEST_F(SharingADossier, WithOneGuestLessGoesOnUnderAnotherKey) {
  const auto helene = post_.NewLaptop("helene", Role::kClinician);
  SyncAll();
  const SpaceId space = Share({(*ines)->device(), (*helene)->device()});
  SyncAll();
  post_.Sync(*helene);
  ASSERT_THAT(Of(*helene, kSituation), SizeIs(1));
  ASSERT_EQ(post_.server->directory->directory().CurrentEpoch(space), 1U);
  post_.Revoke((*helene)->device());
  SyncAll();
  EXPECT_EQ(post_.server->directory->directory().CurrentEpoch(space), 2U);
  ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  SyncAll();
  EXPECT_EQ(Shown(Of(*ines, kSituation)[0], "danger"), "3");
}

TEST_F(SharingADossier, IsOverAtItsEndEvenWithoutANetwork) {
  Share();
  SyncAll();
  ASSERT_THAT(Of(*ines, kSituation), SizeIs(1));
  LetDaysPass(21);
  EXPECT_THAT(Of(*ines, kSituation), IsEmpty());
  EXPECT_THAT(*(*ines)->Search(kName), IsEmpty());
  // Said by whoever of the post comes first.
  post_.Sync(*samir);
  post_.Sync(*ines);
  EXPECT_EQ(FileOf(*ines).find(kName), std::string::npos);
}

// A wrong clock says nothing about a sharing: the server's time does.
TEST_F(SharingADossier, IsNotEndedByALaptopWhoseClockIsYearsAhead) {
  const SpaceId space = Share();
  SyncAll();
  samir->clock.Advance(3650 * kDayMs);
  samir->Reopen();
  SyncAll();
  EXPECT_FALSE(post_.server->directory->directory().FindSharing(space)->guests.empty());
  EXPECT_THAT(Of(*ines, kSituation), SizeIs(1));
}

// A request asks for so many spaces at most.
TEST_F(SharingADossier, MayBeOneOfMoreThanARequestHoldsSpaces) {
  for (std::size_t i = 0; i < limits::kRequestSpacesMax + 2; ++i) Share();
  SyncAll();
  ASSERT_THAT((*(*claire)->Sharings()), SizeIs(limits::kRequestSpacesMax + 2));
  EXPECT_THAT(Of(*ines, kSituation), SizeIs(limits::kRequestSpacesMax + 2));
  ASSERT_THAT((*claire)->Edit(OneField(situation, kSituation, "danger", Value::OfCode("3"))),
              Succeeds());
  SyncAll();
  for (const RecordView& copy : Of(*ines, kSituation)) EXPECT_EQ(Shown(copy, "danger"), "3");
  claire->ExpectWhole();
}

TEST_F(SharingADossier, KeepsWhatTheGuestWroteAndCouldNotSend) {
  const SpaceId space = Share();
  SyncAll();
  const RecordId copy = Of(*ines, kSituation)[0].head.id;
  Write(*ines, kIntervention, "note", Value::Text("Entretien infirmier."), copy);
  ASSERT_THAT((*claire)->EndSharing(space), Succeeds());
  post_.Sync(*claire);
  post_.Sync(*ines);
  EXPECT_NE(FileOf(*ines).find("Entretien infirmier."), std::string::npos);
}

TEST_F(SharingADossier, RefusesWhatMakesNoSense) {
  const SharingTerms terms{ReaderRole::kClinicalBinome, SharedDossier::Grounds::kShared,
                           InDays(30)};
  const std::vector<DeviceId> guest = {(*ines)->device()};
  EXPECT_THAT((*claire)->ShareDossier(person, guest, terms), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT((*claire)->ShareDossier(situation, {}, terms), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT((*claire)->ShareDossier(situation, {DeviceId{}}, terms),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(
      (*claire)->ShareDossier(situation, guest,
                              {ReaderRole::kClinicalBinome, SharedDossier::Grounds::kShared, 1}),
      FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(
      (*claire)->ShareDossier(situation, guest,
                              {ReaderRole::kHost, SharedDossier::Grounds::kShared, InDays(1)}),
      FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT((*claire)->EndSharing(SpaceId{}), FailsWith(ErrorCode::kNotFound));
  // The guest cannot pass it on.
  Share();
  SyncAll();
  EXPECT_THAT((*ines)->ShareDossier(Of(*ines, kSituation)[0].head.id, {(*samir)->device()}, terms),
              FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace sacoche::casework
