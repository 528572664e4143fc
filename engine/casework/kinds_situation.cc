#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

namespace sacoche::casework {
namespace {

using namespace define;
constexpr auto kHere = SpaceKind::kDossiers;

// Its fields from 18 on came later. Recurrence and the end of the retention are computed from the
// records and the last contact, and not stored: what is stored could disagree with them.
KindDef Situation() {
  return Root(
      {1, "situation", "Situation"}, kHere,
      {Words({1, "intitule", "Intitulé"}, kKeepLatest),
       Indexed(InOrder(Coded({2, "statut", "Statut"}, "statut", kMonotonic, P2),
                       {Place("NOUVELLE", 0), Place("EN_COURS", 1), Place("ATTENTE_RETOUR", 1),
                        Place("RELAYEE", 1), Place("ROUVERTE", 1, Turn::kReopens),
                        Place("CLOSE", 2, Turn::kCloses)})),
       Searchable(Bounded({3, "referent", "Référent"}, kKeepAll, P1)),
       Field({4, "date_ouverture", "Ouverte le"}, kDate, kKeepLatest, P2),
       Indexed(Bounded({5, "commune_insee", "Commune (INSEE)"}, kKeepLatest, P2)),
       Searchable(Bounded({6, "unite_origine", "Unité d'origine"}, kKeepLatest, P1)),
       // The mode alone, as the first releases wrote it; a `saisine` says the rest.
       Coded({7, "saisine", "Modes de saisine"}, "saisine", kAppendOnly, P2),
       Indexed(Coded({8, "problematique_principale", "Problématique principale"}, "problematique",
                     kKeepAll, P3)),
       Indexed(Coded({9, "problematiques", "Problématiques"}, "problematique", kAddWinsSet, P3)),
       Coded({10, "type_violence", "Types de violence"}, "violence", kAddWinsSet, P3),
       Indexed(InOrder(Coded({11, "danger", "Danger"}, "danger", kProtective, P3),
                       {Place("0", 0), Place("1", 1), Place("2", 2), Place("3", 3)})),
       // No order among instructions: they add up, and an add-wins set keeps each that anybody
       // gave, which is what protects.
       Coded({12, "consignes_securite", "Consignes de sécurité"}, "consigne", kAddWinsSet, P3),
       Coded({13, "suite_penale", "Suite pénale"}, "suite_penale", kAppendOnly, P3),
       Words({14, "synthese", "Synthèse"}, kText),
       Coded({15, "motif_cloture", "Motif de clôture"}, "cloture", kKeepAll, P2),
       InOrder(Coded({16, "information_preoccupante", "Information préoccupante"},
                     "information_preoccupante", kProtective, P3),
               {Place("NON", 0), Place("EN_REFLEXION", 1), Place("TRANSMISE_CRIP", 2),
                Place("SIGNALEMENT_PARQUET", 3)}),
       Erasure(17),
       // Whoever reads it finds the paper file: a person's, not only the post's.
       Indexed(Searchable(Bounded({18, "numero", "Numéro"}, kKeepAll, P2))),
       Indexed(Field({19, "poste", "Poste"}, kReference, kKeepLatest, P1)),
       Field({20, "coreferents", "Co-référents"}, kReference, kAddWinsSet, P1),
       Indexed(Field({21, "unite", "Unité d'origine (annuaire)"}, kReference, kKeepLatest, P1)),
       Coded({22, "contre_indications", "Contre-indications"}, "contre_indication", kAddWinsSet,
             P3),
       YesWins({23, "conservation_prolongee", "Conservation prolongée par obligation légale"},
               kProtective, P2)});
}

KindDef Personne() {
  return Child(
      {2, "personne", "Personne"}, kHere,
      {Searchable(Bounded({1, "nom", "Nom"}, kKeepAll, P2)),
       Searchable(Bounded({2, "prenoms", "Prénoms"}, kKeepAll, P2)),
       Coded({3, "sexe", "Sexe"}, "sexe", kKeepAll, P2),
       Field({4, "naissance", "Date de naissance"}, kDate, kKeepAll, P2),
       Searchable(Bounded({5, "tel", "Téléphones"}, kAddWinsSet, P2)),
       Searchable(Bounded({6, "adresse", "Adresse"}, kKeepAll, P2)),
       // As the first releases wrote it; a `participation` says it of one situation.
       Coded({7, "qualite", "Qualité"}, "qualite", kAddWinsSet, P3),
       Field({8, "responsable_legal", "Responsable légal"}, kReference, kKeepAll, P2),
       YesWins({9, "adresse_confidentielle", "Adresse confidentielle"}, kProtective, P2),
       InOrder(Coded({10, "appel", "Appel téléphonique"}, "appel", kProtective, P2),
               {Place("JOIGNABLE", 0), Place("CRENEAU_SUR", 1), Place("NE_PAS_APPELER", 2)}),
       Erasure(11), Searchable(Bounded({12, "nom_naissance", "Nom de naissance"}, kKeepAll, P2)),
       Bounded({13, "langue", "Langue"}, kKeepLatest, P2),
       Coded({14, "besoins", "Besoins pour l'accueil"}, "besoin", kAddWinsSet, P2),
       Coded({15, "protection_juridique", "Protection juridique"}, "protection_juridique", kKeepAll,
             P2)});
}

KindDef Saisine() {
  return Child({6, "saisine", "Saisine"}, kHere,
               {Field({1, "date", "Date"}, kDate, kKeepLatest, P2),
                Indexed(Coded({2, "mode", "Mode"}, "saisine", kKeepAll, P2)),
                Field({3, "unite", "Unité"}, kReference, kKeepLatest, P1),
                Field({4, "partenaire", "Partenaire"}, kReference, kKeepLatest, P1),
                Bounded({5, "agent_nom", "Agent"}, kKeepLatest, P1),
                InOrder(Coded({6, "accord_contact", "Accord pour être contactée"}, "accord_contact",
                              kProtective, P2),
                        {Place("OUI", 0), Place("NON_DEMANDE", 1), Place("NON", 2)}),
                Field({7, "ligne_veille", "Ligne de synthèse"}, kReference, kKeepLatest, P2),
                Erasure(kErasureNumber)});
}

// A person in this situation.
KindDef Participation() {
  return Child(
      {7, "participation", "Participation"}, kHere,
      {Indexed(Field({1, "personne", "Personne"}, kReference, kKeepAll, P3)),
       Coded({2, "qualite", "Qualité"}, "qualite", kAddWinsSet, P3),
       Coded({3, "lien_avec_auteur", "Lien avec l'auteur"}, "lien_auteur", kKeepAll, P3),
       Coded({4, "connu_services", "Connue des services sociaux"}, "connu_services", kKeepAll, P3),
       Coded({5, "services", "Services qui la connaissent"}, "service_social", kAddWinsSet, P3),
       // As it was when the situation was opened: a report of that year does not age.
       Coded({6, "tranche_age", "Tranche d'âge à l'ouverture"}, "tranche_age", kKeepAll, P3),
       InOrder(Coded({7, "recu", "Reçue"}, "recu", kMonotonic, P3),
               {Place("NON_RECU", 0), Place("TELEPHONE_SEUL", 1), Place("PHYSIQUE", 2)}),
       Field({8, "responsable_legal", "Responsable légal"}, kReference, kKeepAll, P3),
       Erasure(kErasureNumber)});
}

KindDef Fait() {
  return Child(
      {8, "fait", "Fait"}, kHere,
      {Field({1, "date", "Date"}, kDate, kKeepAll, P3),
       Coded({2, "certitude", "Certitude de la date"}, "certitude", kKeepLatest, P3),
       Words({3, "lieu", "Lieu"}, kKeepLatest), Words({4, "nature", "Nature"}, kKeepLatest),
       Words({5, "description", "Description"}, kText),
       Bounded({6, "declare_par", "Déclaré par"}, kKeepLatest, P3),
       Coded({7, "traces", "Traces"}, "trace", kAddWinsSet, P3),
       Field({8, "personnes", "Personnes concernées"}, kReference, kAddWinsSet, P3),
       Erasure(kErasureNumber)});
}

}  // namespace

std::vector<KindDef> SituationKinds() {
  return {Situation(), Personne(), Saisine(), Participation(), Fait()};
}

}  // namespace sacoche::casework
