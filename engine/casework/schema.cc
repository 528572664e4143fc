#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

using enum FieldType;
using enum MergePolicy;
using Entry = ClosedList::Entry;
constexpr auto kIndexed = FieldDef::Indexed::kYes;
constexpr auto kPlain = FieldDef::Indexed::kNo;
constexpr auto kSearchable = FieldDef::Searchable::kYes;

FieldDef Coded(std::uint32_t id, std::string name, std::string label, MergePolicy policy,
               std::string list, FieldDef::Indexed indexed = kPlain) {
  return FieldDef{FieldId(id), std::move(name), std::move(label), kCode,
                  policy,      std::move(list), indexed,          FieldDef::Searchable::kNo};
}

FieldDef Of(std::uint32_t id, std::string name, std::string label, FieldType type,
            MergePolicy policy, FieldDef::Indexed indexed = kPlain) {
  return FieldDef{FieldId(id), std::move(name), std::move(label),         type, policy,
                  "",          indexed,         FieldDef::Searchable::kNo};
}

FieldDef Words(std::uint32_t id, std::string name, std::string label, MergePolicy policy) {
  return FieldDef{FieldId(id), std::move(name), std::move(label), kText, policy,
                  "",          kPlain,          kSearchable};
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
  };
}

KindDef Situation() {
  return {KindId(1),
          "situation",
          "Situation",
          KindDef::Place::kRoot,
          {Words(1, "intitule", "Intitulé", kKeepLatest),
           Coded(2, "statut", "Statut", kKeepAll, "statut", kIndexed),
           Words(3, "referent", "Référent", kKeepAll),
           Of(4, "date_ouverture", "Ouverte le", kDate, kKeepLatest),
           Of(5, "commune_insee", "Commune (INSEE)", kText, kKeepLatest, kIndexed),
           Words(6, "unite_origine", "Unité d'origine", kKeepLatest),
           Coded(7, "saisine", "Modes de saisine", kAppendOnly, "saisine"),
           Coded(8, "problematique_principale", "Problématique principale", kKeepAll,
                 "problematique", kIndexed),
           Coded(9, "problematiques", "Problématiques", kAddWinsSet, "problematique", kIndexed),
           Coded(10, "type_violence", "Types de violence", kAddWinsSet, "violence"),
           Coded(11, "danger", "Danger", kKeepAll, "danger", kIndexed),
           Coded(12, "consignes_securite", "Consignes de sécurité", kAddWinsSet, "consigne"),
           Coded(13, "suite_penale", "Suite pénale", kAppendOnly, "suite_penale"),
           Words(14, "synthese", "Synthèse", kKeepAll),
           Coded(15, "motif_cloture", "Motif de clôture", kKeepAll, "cloture")}};
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
           Of(8, "responsable_legal", "Responsable légal", kReference, kKeepAll)}};
}

KindDef Intervention() {
  return {KindId(3),
          "intervention",
          "Intervention",
          KindDef::Place::kChild,
          {Of(1, "date", "Date", kDate, kKeepLatest),
           Coded(2, "type", "Type", kKeepLatest, "intervention", kIndexed),
           Of(3, "duree_min", "Durée (minutes)", kInteger, kKeepLatest),
           Words(4, "note", "Note", kAppendOnly)}};
}

KindDef Tache() {
  return {KindId(4),
          "tache",
          "Tâche",
          KindDef::Place::kChild,
          {Words(1, "intitule", "Intitulé", kKeepLatest),
           Of(2, "echeance", "Échéance", kDate, kKeepLatest, kIndexed),
           Words(3, "porteur", "Porteur", kKeepAll),
           Of(4, "fait", "Faite", kFlag, kKeepLatest, kIndexed)}};
}

}  // namespace

const Schema& CaseworkSchema() {
  static const Schema schema({Situation(), Personne(), Intervention(), Tache()}, Lists());
  return schema;
}

}  // namespace sacoche::casework
