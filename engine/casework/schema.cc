#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

using enum FieldType;
using MergePolicy::kAddWinsSet;
using MergePolicy::kAppendOnly;
using MergePolicy::kErasure;
using MergePolicy::kKeepAll;
using MergePolicy::kKeepLatest;
using MergePolicy::kMonotonic;
using MergePolicy::kProtective;
using Entry = ClosedList::Entry;
constexpr auto kIndexed = FieldDef::Indexed::kYes;
constexpr auto kPlain = FieldDef::Indexed::kNo;
constexpr auto kSearchable = FieldDef::Searchable::kYes;

FieldDef Coded(std::uint32_t id, std::string name, std::string label, MergePolicy policy,
               std::string list, FieldDef::Indexed indexed = kPlain) {
  return FieldDef{FieldId(id),     std::move(name), std::move(label),          kCode, policy,
                  std::move(list), indexed,         FieldDef::Searchable::kNo, {}};
}

FieldDef Of(std::uint32_t id, std::string name, std::string label, FieldType type,
            MergePolicy policy, FieldDef::Indexed indexed = kPlain) {
  return FieldDef{FieldId(id), std::move(name), std::move(label),          type, policy,
                  "",          indexed,         FieldDef::Searchable::kNo, {}};
}

FieldDef Words(std::uint32_t id, std::string name, std::string label, MergePolicy policy) {
  return FieldDef{FieldId(id), std::move(name), std::move(label), kText, policy,
                  "",          kPlain,          kSearchable,      {}};
}

using Turn = Step::Turn;

Step Place(const char* code, int rank, Turn turn = Turn::kNone) {
  return Step{Value::OfCode(code), rank, turn};
}

FieldDef InOrder(FieldDef field, std::vector<Step> order) {
  field.order = std::move(order);
  return field;
}

// A flag that a concurrent "non" does not take back.
FieldDef YesWins(std::uint32_t id, std::string name, std::string label, MergePolicy policy,
                 FieldDef::Indexed indexed = kPlain) {
  return InOrder(Of(id, std::move(name), std::move(label), kFlag, policy, indexed),
                 {Step{Value::Flag(false), 0}, Step{Value::Flag(true), 1}});
}

// Whoever erases says why, and nothing of the record remains but that.
FieldDef Erasure(std::uint32_t id) {
  return Coded(id, "effacement", "Effacé", kErasure, "effacement");
}

std::vector<ClosedList> Lists() {
  return {
      {"statut",
       {{"NOUVELLE", "Nouvelle"},
        {"EN_COURS", "En cours"},
        {"ATTENTE_RETOUR", "En attente d'un retour"},
        {"RELAYEE", "Relayée"},
        {"CLOSE", "Close"},
        {"ROUVERTE", "Rouverte"}}},
      {"danger",
       {{"0", "Pas de danger repéré"},
        {"1", "À surveiller"},
        {"2", "Danger"},
        {"3", "Danger grave et imminent"}}},
      {"saisine",
       {{"FDO_ORAL", "Orientation orale par un gendarme ou policier"},
        {"FDO_FICHE", "Fiche de liaison"},
        {"FDO_REUNION", "Réunion de service"},
        {"FDO_REF_VIF", "Référent VIF"},
        {"FDO_VIF_SYST", "Information systématique VIF"},
        {"AUTO_CORG", "Auto-saisine, synthèse CORG"},
        {"AUTO_BDRIJ", "Auto-saisine, messagerie BDRIJ"},
        {"PART_SSD", "Service social départemental"},
        {"PART_ASSO", "Association"},
        {"USAGER_DIRECT", "La personne elle-même"},
        {"ENTOURAGE", "Entourage"}}},
      {"problematique",
       {{"VC", "Violences conjugales"},
        {"VC_EX", "Violences par ex-conjoint"},
        {"VIF", "Autres violences intrafamiliales"},
        {"VIOL_SEX", "Violences sexuelles"},
        {"CONF_CONJ", "Conflit conjugal, séparation"},
        {"CONF_FAM", "Conflit familial"},
        {"CONF_PARENT_ADO", "Conflit parent-adolescent"},
        {"ENF_DANGER", "Mineur en danger ou en risque"},
        {"FUGUE", "Fugue"},
        {"VULN_AGE", "Personne âgée vulnérable"},
        {"VULN_HAND", "Handicap"},
        {"SOUFF_PSY", "Souffrance psychique"},
        {"SUICIDE", "Tentative ou idées suicidaires"},
        {"ADDICTION", "Addiction"},
        {"ISOLEMENT", "Isolement"},
        {"LOGEMENT", "Expulsion ou rupture d'hébergement"},
        {"PRECARITE", "Difficultés financières"},
        {"DROITS", "Accès aux droits"},
        {"VOISINAGE", "Conflit de voisinage"},
        {"AUTRE", "Autre"}}},
      {"violence",
       {{"PHYS", "Physiques"},
        {"PSY", "Psychologiques"},
        {"VERB", "Verbales"},
        {"SEX", "Sexuelles"},
        {"ECO", "Économiques"},
        {"ADM", "Administratives"},
        {"CYBER", "En ligne"},
        {"MENACE", "Menaces"},
        {"PRIV", "Privation de liberté ou de soins"}}},
      {"consigne",
       {{"NE_PAS_APPELER", "Ne pas appeler"},
        {"NE_PAS_LAISSER_MESSAGE", "Ne pas laisser de message"},
        {"NE_PAS_ECRIRE", "Ne pas écrire"},
        {"ADRESSE_CONFIDENTIELLE", "Adresse confidentielle"},
        {"CRENEAU_SUR", "Créneau sûr convenu"}}},
      {"suite_penale",
       {{"PLAINTE", "Plainte"},
        {"RENSEIGNEMENT_SANS_PLAINTE", "Renseignement judiciaire sans plainte"},
        {"MAIN_COURANTE", "Main courante"},
        {"INTERVENTION", "Intervention"},
        {"AUCUNE", "Aucune"},
        {"NSP", "Ne sait pas"}}},
      {"cloture",
       {{"RELAIS_FAIT", "Relais fait"},
        {"INFO_SUFFISANTE", "Information suffisante"},
        {"REFUS", "Refus"},
        {"INJOIGNABLE", "Injoignable"},
        {"HORS_CHAMP", "Hors champ"},
        {"DEJA_SUIVI", "Déjà suivi"},
        {"DEMENAGEMENT", "Déménagement"},
        {"DECES", "Décès"},
        {"DOUBLON", "Doublon"},
        {"AUTRE", "Autre"}}},
      {"sexe", {{"F", "Femme"}, {"H", "Homme"}, {"AUTRE", "Autre"}, {"NSP", "Ne sait pas"}}},
      {"qualite",
       {{"VICTIME", "Victime"},
        {"MIS_EN_CAUSE", "Mis en cause"},
        {"ENFANT_EXPOSE", "Enfant exposé"},
        {"MINEUR_EN_CAUSE", "Mineur en cause"},
        {"TEMOIN", "Témoin"},
        {"IMPLIQUE", "Impliqué"},
        {"ENTOURAGE", "Entourage"},
        {"DEMANDEUR", "Demandeur"}}},
      {"intervention",
       {{"ENT_UNITE", "Entretien à l'unité"},
        {"ENT_TEL", "Entretien téléphonique"},
        {"VISITE_DOMICILE", "Visite à domicile"},
        {"ENT_SIEGE", "Entretien au siège"},
        {"ENT_CONJOINT", "Entretien conjoint"},
        {"ACCOMPAGNEMENT", "Accompagnement"},
        {"CONTACT_UNITE", "Contact avec l'unité"},
        {"CONTACT_PARTENAIRE", "Contact avec un partenaire"},
        {"TENTATIVE", "Tentative de contact"},
        {"RELAIS_BINOME", "Relais au binôme"},
        {"COURRIER", "Courrier"}}},
      {"information_preoccupante",
       {{"NON", "Non"},
        {"EN_REFLEXION", "En réflexion"},
        {"TRANSMISE_CRIP", "Transmise à la CRIP"},
        {"SIGNALEMENT_PARQUET", "Signalement au parquet"}}},
      {"appel",
       {{"JOIGNABLE", "Peut être appelée"},
        {"CRENEAU_SUR", "Seulement au créneau convenu"},
        {"NE_PAS_APPELER", "Ne pas appeler"}}},
      {"accord_objet",
       {{"CONTACT", "Être contactée"},
        {"FICHE_LIAISON", "Fiche de liaison"},
        {"PARTAGE_PARTENAIRE", "Partage avec un partenaire"},
        {"PROTOCOLE_VC", "Protocole violences conjugales"},
        {"ENTRETIEN_CONJOINT", "Entretien conjoint"},
        {"STATISTIQUE_PROTOCOLE", "Statistiques du protocole"}}},
      {"accord_etat",
       {{"DONNE", "Donné"},
        {"IMPOSSIBLE", "Impossible à recueillir"},
        {"REFUSE", "Refusé"},
        {"RETIRE", "Retiré"}}},
      {"accord_mode", {{"ORAL", "Oral"}, {"ECRIT", "Écrit"}}},
      {"effacement",
       {{"DEMANDE", "À la demande de la personne"}, {"CONSERVATION", "Fin de la conservation"}}},
  };
}

KindDef Situation() {
  return {KindId(1),
          "situation",
          "Situation",
          KindDef::Place::kRoot,
          {Words(1, "intitule", "Intitulé", kKeepLatest),
           InOrder(Coded(2, "statut", "Statut", kMonotonic, "statut", kIndexed),
                   {Place("NOUVELLE", 0), Place("EN_COURS", 1), Place("ATTENTE_RETOUR", 1),
                    Place("RELAYEE", 1), Place("ROUVERTE", 1, Turn::kReopens),
                    Place("CLOSE", 2, Turn::kCloses)}),
           Words(3, "referent", "Référent", kKeepAll),
           Of(4, "date_ouverture", "Ouverte le", kDate, kKeepLatest),
           Of(5, "commune_insee", "Commune (INSEE)", kText, kKeepLatest, kIndexed),
           Words(6, "unite_origine", "Unité d'origine", kKeepLatest),
           Coded(7, "saisine", "Modes de saisine", kAppendOnly, "saisine"),
           Coded(8, "problematique_principale", "Problématique principale", kKeepAll,
                 "problematique", kIndexed),
           Coded(9, "problematiques", "Problématiques", kAddWinsSet, "problematique", kIndexed),
           Coded(10, "type_violence", "Types de violence", kAddWinsSet, "violence"),
           InOrder(Coded(11, "danger", "Danger", kProtective, "danger", kIndexed),
                   {Place("0", 0), Place("1", 1), Place("2", 2), Place("3", 3)}),
           Coded(12, "consignes_securite", "Consignes de sécurité", kAddWinsSet, "consigne"),
           Coded(13, "suite_penale", "Suite pénale", kAppendOnly, "suite_penale"),
           Words(14, "synthese", "Synthèse", MergePolicy::kText),
           Coded(15, "motif_cloture", "Motif de clôture", kKeepAll, "cloture"),
           InOrder(Coded(16, "information_preoccupante", "Information préoccupante", kProtective,
                         "information_preoccupante"),
                   {Place("NON", 0), Place("EN_REFLEXION", 1), Place("TRANSMISE_CRIP", 2),
                    Place("SIGNALEMENT_PARQUET", 3)}),
           Erasure(17)}};
}

KindDef Personne() {
  return {KindId(2),
          "personne",
          "Personne",
          KindDef::Place::kChild,
          {Words(1, "nom", "Nom", kKeepAll), Words(2, "prenoms", "Prénoms", kKeepAll),
           Coded(3, "sexe", "Sexe", kKeepAll, "sexe"),
           Of(4, "naissance", "Date de naissance", kDate, kKeepAll),
           Words(5, "tel", "Téléphones", kAddWinsSet), Words(6, "adresse", "Adresse", kKeepAll),
           Coded(7, "qualite", "Qualité", kAddWinsSet, "qualite"),
           Of(8, "responsable_legal", "Responsable légal", kReference, kKeepAll),
           YesWins(9, "adresse_confidentielle", "Adresse confidentielle", kProtective),
           InOrder(Coded(10, "appel", "Appel téléphonique", kProtective, "appel"),
                   {Place("JOIGNABLE", 0), Place("CRENEAU_SUR", 1), Place("NE_PAS_APPELER", 2)}),
           Erasure(11)}};
}

KindDef Intervention() {
  return {KindId(3),
          "intervention",
          "Intervention",
          KindDef::Place::kChild,
          {Of(1, "date", "Date", kDate, kKeepLatest),
           Coded(2, "type", "Type", kKeepLatest, "intervention", kIndexed),
           Of(3, "duree_min", "Durée (minutes)", kInteger, kKeepLatest),
           Words(4, "note", "Note", kAppendOnly), Erasure(5)}};
}

KindDef Tache() {
  return {KindId(4),
          "tache",
          "Tâche",
          KindDef::Place::kChild,
          {Words(1, "intitule", "Intitulé", kKeepLatest),
           Of(2, "echeance", "Échéance", kDate, kKeepLatest, kIndexed),
           Words(3, "porteur", "Porteur", kKeepAll),
           YesWins(4, "fait", "Faite", kMonotonic, kIndexed), Erasure(5)}};
}

// What a person agreed to. Whoever knows of a refusal or a withdrawal prevails.
KindDef Accord() {
  return {
      KindId(5),
      "accord",
      "Accord",
      KindDef::Place::kChild,
      {Of(1, "personne", "Personne", kReference, kKeepAll),
       Coded(2, "objet", "Objet", kKeepAll, "accord_objet", kIndexed),
       InOrder(Coded(3, "etat", "État", kProtective, "accord_etat", kIndexed),
               {Place("DONNE", 0), Place("IMPOSSIBLE", 1), Place("REFUSE", 2), Place("RETIRE", 2)}),
       Coded(4, "mode", "Mode", kKeepLatest, "accord_mode"),
       Of(5, "date", "Date", kDate, kKeepLatest),
       Words(6, "recueilli_par", "Recueilli par", kKeepLatest), Erasure(7)}};
}

}  // namespace

const Schema& CaseworkSchema() {
  static const Schema schema({Situation(), Personne(), Intervention(), Tache(), Accord()}, Lists());
  return schema;
}

}  // namespace sacoche::casework
