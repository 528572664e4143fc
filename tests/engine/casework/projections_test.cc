#include "engine/casework/projections.h"

#include <gtest/gtest.h>

#include "engine/casework/age_band.h"
#include "engine/record/edit.h"
#include "tests/engine/casework/dossier_samples.h"
#include "tests/support/results.h"

namespace sacoche::casework {
namespace {

const RecordId kDossier = SampleId(1);
const RecordId kPost = SampleId(201);
const RecordId kBrigade = SampleId(202);
const RecordId kCompany = SampleId(203);

const ReferenceData kReference{
    {{"99001", "INF_2000"}, {"99002", "DE_10000_A_49999"}}, {{kBrigade, kCompany}}, {kPost}};

// A woman and her two children, one of whom is known from the interview only.
std::vector<DossierRecord> Family() {
  return {
      Sample(1, "situation",
             {{"intitule", Value::Text("Famille Aubrac")},
              {"statut", OneCode("EN_COURS")},
              {"danger", OneCode("2")},
              {"date_ouverture", Day("2026-03-17")},
              {"commune_insee", Value::Text("99002")},
              {"poste", Value::Reference(kPost)},
              {"unite", Value::Reference(kBrigade)},
              {"problematique_principale", OneCode("VC")},
              {"problematiques", Codes({"VC", "LOGEMENT"})},
              {"type_violence", Codes({"PSY", "PHYS"})},
              {"information_preoccupante", OneCode("EN_REFLEXION")},
              {"suite_penale", Codes({"MAIN_COURANTE", "PLAINTE", "PLAINTE"})},
              {"synthese", Value::Text("Elle a deux enfants.")}}),
      Sample(2, "personne",
             {{"nom", Value::Text("Aubrac")},
              {"sexe", OneCode("F")},
              {"naissance", Day("1985-07-14")}}),
      Sample(3, "personne",
             {{"prenoms", Value::Text("Zoé")},
              {"naissance", Day("2020")},
              {"qualite", Codes({"ENFANT_EXPOSE"})}}),
      Sample(4, "participation",
             {{"personne", Value::Reference(SampleId(2))},
              {"qualite", Codes({"VICTIME"})},
              {"connu_services", OneCode("INCONNU")},
              {"recu", OneCode("TELEPHONE_SEUL")}}),
      Sample(5, "participation",
             {{"personne", Value::Reference(SampleId(2))},
              {"qualite", Codes({"DEMANDEUR", "VICTIME"})},
              {"recu", OneCode("PHYSIQUE")}}),
      Sample(6, "participation",
             {{"qualite", Codes({"ENFANT_EXPOSE"})}, {"tranche_age", OneCode("13-17")}}),
      Sample(7, "saisine", {{"date", Day("2026-03-16")}, {"mode", OneCode("FDO_FICHE")}}),
      Sample(8, "saisine", {{"date", Day("2026-03-20")}, {"mode", OneCode("AUTO_CORG")}}),
      Sample(9, "intervention", {{"date", Day("2026-03-18")}, {"type", OneCode("ENT_UNITE")}}),
      Sample(10, "intervention", {{"date", Day("2026-04-02")}, {"type", OneCode("ENT_TEL")}}),
      Sample(11, "orientation",
             {{"type_partenaire", OneCode("SSD")}, {"statut", OneCode("TRANSMISE")}}),
      Sample(12, "tache", {{"intitule", Value::Text("Rappeler")}, {"fait", Value::Flag(false)}}),
      Sample(13, "tache", {{"intitule", Value::Text("Classer")}, {"fait", Value::Flag(true)}}),
      Sample(14, "fait", {{"date", Day("2026-02")}}),
  };
}

Projections Told(const std::vector<DossierRecord>& records) {
  return Project(kDossier, records, kReference);
}

// The family, with these fields of its situation in place of what stood there.
std::vector<DossierRecord> FamilyWith(const std::vector<std::pair<const char*, Value>>& values) {
  std::vector<DossierRecord> family = Family();
  for (const auto& [field, value] : values)
    family[0].values[FieldNamed("situation", field).id] = value;
  return family;
}

std::string ValueIn(const ProjectedRecord& record, std::string_view field) {
  const FieldDef* def = CaseworkSchema().FindKind(record.kind)->FindField(field);
  return FormatValue(record.values.at(def->id));
}

TEST(Project, TellsTheSupervisorHowASituationGoes) {
  const auto suivi = Told(Family()).suivi;
  ASSERT_TRUE(suivi);
  EXPECT_EQ(Spelled(*suivi),
            "mois_ouverture=202603\n"
            "statut=EN_COURS\n"
            "danger=2\n"
            "problematique_principale=VC\n"
            "problematiques=LOGEMENT, VC\n"
            "type_violence=PHYS, PSY\n"
            "suite_penale=MAIN_COURANTE, PLAINTE\n"
            "information_preoccupante=EN_REFLEXION\n"
            "mode=FDO_FICHE\n"
            "qualites=DEMANDEUR, ENFANT_EXPOSE, VICTIME\n"
            "tranches_age=13-17, 26-40, 6-12\n"
            "nb_personnes=3\n"
            "nb_faits=1\n"
            "nb_interventions=2\n"
            "mois_derniere_intervention=202604\n"
            "orientations=SSD\n"
            "orientations_statuts=TRANSMISE\n"
            "nb_taches_ouvertes=1\n"
            "commune_tranche=DE_10000_A_49999\n"
            "poste=" +
                kPost.ToUuid() +
                "\n"
                "unite=" +
                kCompany.ToUuid() +
                "\n"
                "issue=EN_COURS\n");
}

TEST(Project, TellsReportsOneFactForEachPerson) {
  const auto facts = Told(Family()).facts;
  ASSERT_EQ(facts.size(), 3U);
  const std::string where = "mois=202603\nposte=" + kPost.ToUuid() +
                            "\nunite=" + kCompany.ToUuid() +
                            "\ncommune_tranche=DE_10000_A_49999\nmode=FDO_FICHE\n";
  const std::string what = "problematique_principale=VC\nproblematiques=LOGEMENT, VC\n";
  const std::string work = "nb_interventions=2\norientations=SSD\nissue=EN_COURS\n";
  EXPECT_EQ(Spelled(facts[0]), where + "qualite=DEMANDEUR, VICTIME\nsexe=F\ntranche_age=26-40\n" +
                                   what + "connu_services=INCONNU\nrecu=PHYSIQUE\n" + work +
                                   "compte_situation=oui\n");
  EXPECT_EQ(Spelled(facts[1]), where + "qualite=ENFANT_EXPOSE\nsexe=NSP\ntranche_age=6-12\n" +
                                   what + "connu_services=NSP\n" + work + "compte_situation=non\n");
  EXPECT_EQ(Spelled(facts[2]), where + "qualite=ENFANT_EXPOSE\nsexe=NSP\ntranche_age=13-17\n" +
                                   what + "connu_services=NSP\n" + work + "compte_situation=non\n");
  for (std::uint32_t i = 0; i < facts.size(); ++i) EXPECT_EQ(facts[i].index, i);
}

TEST(Project, TellsOneFactOfASituationWithoutPersons) {
  const auto facts = Told({Sample(1, "situation", {{"statut", OneCode("NOUVELLE")}})}).facts;
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(Spelled(facts[0]),
            "commune_tranche=NSP\nsexe=NSP\ntranche_age=NSP\nconnu_services=NSP\n"
            "nb_interventions=0\nissue=EN_COURS\ncompte_situation=oui\n");
}

TEST(Project, TellsNothingOfADossierThatWasErasedOrIsNotThere) {
  EXPECT_EQ(Told(FamilyWith({{"effacement", OneCode("DEMANDE")}})), Projections());
  std::vector<DossierRecord> headless = Family();
  headless.erase(headless.begin());
  EXPECT_EQ(Told(headless), Projections());
  EXPECT_EQ(Told({}), Projections());
}

TEST(Project, TellsNothingOfAnErasedRecord) {
  std::vector<DossierRecord> family = Family();
  std::erase_if(family, [](const DossierRecord& record) { return record.id == SampleId(9); });
  const Projections without = Told(family);
  family.push_back(
      Sample(9, "intervention", {{"date", Day("2026-09-09")}, {"effacement", OneCode("DEMANDE")}}));
  EXPECT_EQ(Told(family), without);
}

// An erased person was still somebody whom the situation concerned.
TEST(Project, KeepsTheFactOfAPersonWhoWasErasedAsFarAsTheParticipationTells) {
  std::vector<DossierRecord> family = Family();
  family[1] = Sample(2, "personne", {{"effacement", OneCode("DEMANDE")}});
  const auto facts = Told(family).facts;
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(ValueIn(facts[0], "qualite"), "DEMANDEUR, VICTIME");
  EXPECT_EQ(ValueIn(facts[0], "sexe"), "NSP");
  EXPECT_EQ(ValueIn(facts[0], "tranche_age"), "NSP");
}

TEST(Project, FreezesTheAgeAtTheOpening) {
  std::vector<DossierRecord> family = Family();
  family[3].values[FieldNamed("participation", "tranche_age").id] = OneCode("18-25");
  EXPECT_EQ(ValueIn(Told(family).facts[0], "tranche_age"), "18-25");
  family[3].values[FieldNamed("participation", "tranche_age").id] = OneCode("NSP");
  EXPECT_EQ(ValueIn(Told(family).facts[0], "tranche_age"), "26-40");
}

TEST(Project, SaysHowASituationEnded) {
  const auto outcome = [](const char* state, const char* motive) {
    return ValueIn(
        *Told(FamilyWith({{"statut", OneCode(state)}, {"motif_cloture", OneCode(motive)}})).suivi,
        "issue");
  };
  EXPECT_EQ(outcome("CLOSE", "INJOIGNABLE"), "INJOIGNABLE");
  EXPECT_EQ(outcome("RELAYEE", "INJOIGNABLE"), "RELAYEE");
  EXPECT_EQ(outcome("ROUVERTE", "INJOIGNABLE"), "EN_COURS");
  EXPECT_EQ(ValueIn(*Told(FamilyWith({{"statut", OneCode("CLOSE")}})).suivi, "issue"), "NSP");
}

TEST(Project, TakesTheMonthOfTheFirstReferralWhereTheOpeningHasNone) {
  const auto told = Told(FamilyWith({{"date_ouverture", Day("2026")}}));
  EXPECT_EQ(ValueIn(*told.suivi, "mois_ouverture"), "202603");
  EXPECT_EQ(ValueIn(told.facts[0], "mois"), "202603");
}

TEST(Project, NamesOnlyPlacesThatTheReferenceDataKnow) {
  const auto told = Told(FamilyWith({{"commune_insee", Value::Text("99009")},
                                     {"poste", Value::Reference(kDossier)},
                                     {"unite", Value::Reference(SampleId(2))}}));
  EXPECT_EQ(ValueIn(*told.suivi, "commune_tranche"), "NSP");
  EXPECT_EQ(ValueIn(*told.suivi, "poste"), "");
  EXPECT_EQ(ValueIn(*told.suivi, "unite"), "");
}

TEST(Project, WritesEveryFieldSoThatNothingOfAnEarlierStateRemains) {
  const auto told = Told({Sample(1, "situation", {})});
  for (const ProjectedRecord& record : {*told.suivi, told.facts[0]}) {
    const KindDef& kind = *CaseworkSchema().FindKind(record.kind);
    EXPECT_EQ(record.values.size(), kind.fields.size() - 1);
    Edit edit{SampleId(250), {RecordEdit{SampleId(250), record.kind, {}}}};
    for (const auto& [field, value] : record.values)
      edit.records[0].fields.push_back(FieldEdit{field, value, {}});
    EXPECT_THAT(CheckEdit(CaseworkSchema(), edit), Succeeds());
  }
}

TEST(DossierRecordOf, TakesWhatShowsSomething) {
  RecordView view;
  view.head.id = SampleId(9);
  view.head.kind = CaseworkSchema().FindKind("situation")->id;
  view.fields.push_back(VisibleField{FieldId{1}, Value::Text("Aubrac"), {}, {}, {}});
  view.fields.push_back(VisibleField{FieldId{14}, Value::Nothing(), {}, {}, {}});
  const DossierRecord record = DossierRecordOf(view);
  EXPECT_EQ(record.id, SampleId(9));
  EXPECT_EQ(record.kind, view.head.kind);
  EXPECT_EQ(record.values, (std::map<FieldId, Value>{{FieldId{1}, Value::Text("Aubrac")}}));
}

TEST(AgeBandAt, CountsCompletedYears) {
  const auto band = [](const char* opening, const char* birth) {
    return AgeBandAt(*ParseDate(opening), *ParseDate(birth));
  };
  EXPECT_EQ(band("2026-03-17", "2008-03-17"), "18-25");
  EXPECT_EQ(band("2026-03-17", "2008-03-18"), "13-17");
  EXPECT_EQ(band("2026-03", "2008-03-18"), "18-25");
  EXPECT_EQ(band("2026-03", "2008-04"), "13-17");
  EXPECT_EQ(band("2026", "2008-12-31"), "18-25");
  EXPECT_EQ(band("2026-03-17", "2008"), "18-25");
  EXPECT_EQ(band("2026-03-17", "2008-automne"), "18-25");
  EXPECT_EQ(band("2026-03-17", "2026-03-17"), "0-5");
  EXPECT_EQ(band("2026-03-17", "1951-03-17"), "75+");
  EXPECT_EQ(band("2026-03-17", "1951-03-18"), "61-74");
}

TEST(AgeBandAt, KnowsNoAgeThatNobodyHas) {
  const auto band = [](const char* opening, const char* birth) {
    return AgeBandAt(*ParseDate(opening), *ParseDate(birth));
  };
  EXPECT_EQ(band("2026-03-17", "2026-03-18"), "NSP");
  EXPECT_EQ(band("2026-03-17", "1026"), "NSP");
  EXPECT_EQ(band("inconnue", "1980"), "NSP");
  EXPECT_EQ(band("2026-03-17", "inconnue"), "NSP");
}

}  // namespace
}  // namespace sacoche::casework
