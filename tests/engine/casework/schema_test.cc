#include "engine/casework/schema.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "engine/record/value_codec.h"
#include "samples/cli/schema_words.h"

namespace sacoche::casework {
namespace {

// What the first builds wrote into stores: number, name, type, policy, list. Only added to.
constexpr std::string_view kFirstFields = R"(
1 situation
  1 intitule text keep_latest
  2 statut code monotonic statut
  3 referent text keep_all
  4 date_ouverture date keep_latest
  5 commune_insee text keep_latest
  6 unite_origine text keep_latest
  7 saisine code append_only saisine
  8 problematique_principale code keep_all problematique
  9 problematiques code add_wins_set problematique
  10 type_violence code add_wins_set violence
  11 danger code protective danger
  12 consignes_securite code add_wins_set consigne
  13 suite_penale code append_only suite_penale
  14 synthese text text
  15 motif_cloture code keep_all cloture
  16 information_preoccupante code protective information_preoccupante
  17 effacement code erasure effacement
2 personne
  1 nom text keep_all
  2 prenoms text keep_all
  3 sexe code keep_all sexe
  4 naissance date keep_all
  5 tel text add_wins_set
  6 adresse text keep_all
  7 qualite code add_wins_set qualite
  8 responsable_legal reference keep_all
  9 adresse_confidentielle flag protective
  10 appel code protective appel
  11 effacement code erasure effacement
3 intervention
  1 date date keep_latest
  2 type code keep_latest intervention
  3 duree_min integer keep_latest
  4 note text append_only
  5 effacement code erasure effacement
4 tache
  1 intitule text keep_latest
  2 echeance date keep_latest
  3 porteur text keep_all
  4 fait flag monotonic
  5 effacement code erasure effacement
5 accord
  1 personne reference keep_all
  2 objet code keep_all accord_objet
  3 etat code protective accord_etat
  4 mode code keep_latest accord_mode
  5 date date keep_latest
  6 recueilli_par text keep_latest
  7 effacement code erasure effacement
)";

constexpr std::string_view kFirstCodes = R"(
statut: NOUVELLE EN_COURS ATTENTE_RETOUR RELAYEE CLOSE ROUVERTE
danger: 0 1 2 3
saisine: FDO_ORAL FDO_FICHE FDO_REUNION FDO_REF_VIF FDO_VIF_SYST AUTO_CORG AUTO_BDRIJ PART_SSD PART_ASSO USAGER_DIRECT ENTOURAGE
problematique: VC VC_EX VIF VIOL_SEX CONF_CONJ CONF_FAM CONF_PARENT_ADO ENF_DANGER FUGUE VULN_AGE VULN_HAND SOUFF_PSY SUICIDE ADDICTION ISOLEMENT LOGEMENT PRECARITE DROITS VOISINAGE AUTRE
violence: PHYS PSY VERB SEX ECO ADM CYBER MENACE PRIV
consigne: NE_PAS_APPELER NE_PAS_LAISSER_MESSAGE NE_PAS_ECRIRE ADRESSE_CONFIDENTIELLE CRENEAU_SUR
suite_penale: PLAINTE RENSEIGNEMENT_SANS_PLAINTE MAIN_COURANTE INTERVENTION AUCUNE NSP
cloture: RELAIS_FAIT INFO_SUFFISANTE REFUS INJOIGNABLE HORS_CHAMP DEJA_SUIVI DEMENAGEMENT DECES DOUBLON AUTRE
sexe: F H AUTRE NSP
qualite: VICTIME MIS_EN_CAUSE ENFANT_EXPOSE MINEUR_EN_CAUSE TEMOIN IMPLIQUE ENTOURAGE DEMANDEUR
intervention: ENT_UNITE ENT_TEL VISITE_DOMICILE ENT_SIEGE ENT_CONJOINT ACCOMPAGNEMENT CONTACT_UNITE CONTACT_PARTENAIRE TENTATIVE RELAIS_BINOME COURRIER
information_preoccupante: NON EN_REFLEXION TRANSMISE_CRIP SIGNALEMENT_PARQUET
appel: JOIGNABLE CRENEAU_SUR NE_PAS_APPELER
accord_objet: CONTACT FICHE_LIAISON PARTAGE_PARTENAIRE PROTOCOLE_VC ENTRETIEN_CONJOINT STATISTIQUE_PROTOCOLE
accord_etat: DONNE IMPOSSIBLE REFUSE RETIRE
accord_mode: ORAL ECRIT
effacement: DEMANDE CONSERVATION
)";

const std::vector<KindDef>& Kinds() { return CaseworkSchema().kinds(); }

std::string Line(const FieldDef& field) {
  std::string line = "  " + std::to_string(static_cast<std::uint32_t>(field.id)) + " " +
                     field.name + " " + std::string(TypeWord(field.type)) + " " +
                     std::string(PolicyWord(field.policy));
  if (!field.closed_list.empty()) line += " " + field.closed_list;
  return line;
}

std::set<std::string> LinesOf(const KindDef& kind) {
  std::set<std::string> lines;
  for (const FieldDef& field : kind.fields) lines.insert(Line(field));
  return lines;
}

TEST(CaseworkSchema, KeepsTheFieldsOfTheFirstBuilds) {
  std::istringstream first{std::string(kFirstFields)};
  const KindDef* kind = nullptr;
  for (std::string line; std::getline(first, line);) {
    if (line.empty()) continue;
    if (line.starts_with("  ")) {
      ASSERT_NE(kind, nullptr);
      EXPECT_TRUE(LinesOf(*kind).contains(line)) << kind->name << line;
      continue;
    }
    kind = CaseworkSchema().FindKind(line.substr(2));
    ASSERT_NE(kind, nullptr) << line;
    EXPECT_EQ(std::to_string(static_cast<std::uint32_t>(kind->id)), line.substr(0, 1));
  }
}

TEST(CaseworkSchema, KeepsTheCodesOfTheFirstBuilds) {
  std::istringstream first{std::string(kFirstCodes)};
  for (std::string line; std::getline(first, line);) {
    if (line.empty()) continue;
    const ClosedList* list = CaseworkSchema().FindList(line.substr(0, line.find(':')));
    ASSERT_NE(list, nullptr) << line;
    std::istringstream codes(line.substr(line.find(':') + 1));
    for (std::string code; codes >> code;) EXPECT_NE(list->Find(code), nullptr) << line;
  }
}

TEST(CaseworkSchema, GivesEveryKindAndFieldALabelAndAPlainName) {
  const auto is_plain = [](std::string_view name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
  };
  for (const KindDef& kind : Kinds()) {
    EXPECT_TRUE(is_plain(kind.name) && !kind.label.empty()) << kind.name;
    for (const FieldDef& field : kind.fields)
      EXPECT_TRUE(is_plain(field.name) && !field.label.empty()) << kind.name << field.name;
  }
}

TEST(CaseworkSchema, UsesEveryListAndGivesEachCodeOnce) {
  std::set<std::string> used;
  for (const KindDef& kind : Kinds())
    for (const FieldDef& field : kind.fields) used.insert(field.closed_list);
  for (const ClosedList& list : CaseworkSchema().lists()) {
    EXPECT_TRUE(used.contains(list.name)) << list.name;
    std::set<std::string> codes;
    for (const ClosedList::Entry& entry : list.entries) {
      EXPECT_TRUE(codes.insert(entry.code).second) << list.name << " " << entry.code;
      EXPECT_LE(entry.code.size(), kCodeBytesMax);
      EXPECT_FALSE(entry.label.empty()) << list.name << " " << entry.code;
    }
  }
}

// A report says of a closed situation why it was closed.
TEST(CaseworkSchema, HasAnOutcomeForEveryMotiveOfClosing) {
  for (const ClosedList::Entry& motive : CaseworkSchema().FindList("cloture")->entries)
    EXPECT_NE(CaseworkSchema().FindList("issue")->Find(motive.code), nullptr) << motive.code;
}

TEST(CaseworkSchema, CanEraseWhateverSpeaksOfAPerson) {
  for (const KindDef& kind : Kinds()) {
    const bool is_of_persons = kind.space != SpaceKind::kSharedDirectory ||
                               kind.name == "intervenant" || kind.name == "contact_unite";
    EXPECT_TRUE(!is_of_persons || kind.FindErasure() != nullptr) << kind.name;
  }
}

// Whoever reads a nameless space finds no way back to a dossier.
TEST(CaseworkSchema, PointsFromANamelessSpaceToTheDirectoryOnly) {
  for (const KindDef& kind : Kinds()) {
    if (!IsNameless(kind.space)) continue;
    EXPECT_EQ(kind.place, KindDef::Place::kRoot);
    for (const FieldDef& field : kind.fields)
      EXPECT_TRUE(field.type != FieldType::kReference || field.name == "poste" ||
                  field.name == "unite")
          << kind.name << field.name;
  }
}

TEST(CaseworkSchema, CallsWhatPeopleTellSensitive) {
  for (const auto& [kind, field] :
       std::vector<std::pair<const char*, const char*>>{{"situation", "intitule"},
                                                        {"intervention", "note"},
                                                        {"tache", "intitule"},
                                                        {"partenaire", "modalites"},
                                                        {"journal_acces", "motif"}})
    EXPECT_EQ(CaseworkSchema().FindKind(kind)->FindField(field)->sensitivity,
              Sensitivity::kSensitive)
        << kind;
  EXPECT_EQ(CaseworkSchema().FindKind("note_clinique")->FindField("texte")->sensitivity,
            Sensitivity::kClinical);
  EXPECT_EQ(CaseworkSchema().FindKind("fiche_protocole_vc")->FindField("trame")->sensitivity,
            Sensitivity::kProtocol);
}

}  // namespace
}  // namespace sacoche::casework
