#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

// What projections.cc computes from the present state of a dossier. Two laptops that hold the same
// changes compute the same, and each computes anew when it learns more: nothing is merged here, so
// the policies only say what stands until then. Months are integers, year * 100 + month. References
// are to posts and units of the directory, never to what is in a dossier.
namespace sacoche::casework {
namespace {

using namespace define;

FieldDef Whichever(Named named, const char* list, Sensitivity sensitivity = P3) {
  return Coded(named, list, kKeepLatest, sensitivity);
}

FieldDef AllOf(Named named, const char* list) { return Coded(named, list, kAddWinsSet, P3); }

FieldDef Number(Named named) { return Field(named, kInteger, kKeepLatest, P3); }

FieldDef Withdrawal() {
  return Coded({kErasureNumber, "effacement", "Retiré"}, "retrait", kErasure, P0);
}

// A situation as the technical supervisor follows it.
KindDef Suivi() {
  return Root(
      {32, "suivi", "Suivi (pseudonymisé)"}, SpaceKind::kFollowUp,
      {Number({1, "mois_ouverture", "Mois d'ouverture"}),
       Indexed(Whichever({2, "statut", "Statut"}, "statut")),
       Indexed(Whichever({3, "danger", "Danger"}, "danger")),
       Indexed(
           Whichever({4, "problematique_principale", "Problématique principale"}, "problematique")),
       AllOf({5, "problematiques", "Problématiques"}, "problematique"),
       AllOf({6, "type_violence", "Types de violence"}, "violence"),
       AllOf({7, "suite_penale", "Suite pénale"}, "suite_penale"),
       Whichever({8, "information_preoccupante", "Information préoccupante"},
                 "information_preoccupante"),
       Whichever({9, "mode", "Mode de la première saisine"}, "saisine"),
       AllOf({10, "qualites", "Qualités"}, "qualite"),
       AllOf({11, "tranches_age", "Tranches d'âge"}, "tranche_age"),
       Number({12, "nb_personnes", "Nombre de personnes"}),
       Number({13, "nb_faits", "Nombre de faits"}),
       Number({14, "nb_interventions", "Nombre d'interventions"}),
       Number({15, "mois_derniere_intervention", "Mois de la dernière intervention"}),
       AllOf({16, "orientations", "Orientations"}, "partenaire"),
       AllOf({17, "orientations_statuts", "Statuts des orientations"}, "orientation_statut"),
       Number({18, "nb_taches_ouvertes", "Nombre de tâches ouvertes"}),
       Whichever({19, "commune_tranche", "Taille de la commune"}, "commune_tranche"),
       Field({20, "poste", "Poste"}, kReference, kKeepLatest, P1),
       Field({21, "unite", "Unité"}, kReference, kKeepLatest, P1),
       Whichever({22, "issue", "Issue"}, "issue"),
       Withdrawal()});
}

// A person in a situation, without either. Situations are counted by `compte_situation`, which
// stands on one fact of each.
KindDef FaitStatistique() {
  return Root(
      {33, "fait_statistique", "Fait statistique"}, SpaceKind::kStatistics,
      {Indexed(Number({1, "mois", "Mois"})),
       Indexed(Field({2, "poste", "Poste"}, kReference, kKeepLatest, P1)),
       Indexed(Field({3, "unite", "Unité"}, kReference, kKeepLatest, P1)),
       Whichever({4, "commune_tranche", "Taille de la commune"}, "commune_tranche"),
       Whichever({5, "mode", "Mode de la première saisine"}, "saisine"),
       AllOf({6, "qualite", "Qualité"}, "qualite"), Whichever({7, "sexe", "Sexe"}, "sexe"),
       Whichever({8, "tranche_age", "Tranche d'âge à l'ouverture"}, "tranche_age"),
       Whichever({9, "problematique_principale", "Problématique principale"}, "problematique"),
       AllOf({10, "problematiques", "Problématiques"}, "problematique"),
       Whichever({11, "connu_services", "Connue des services sociaux"}, "connu_services"),
       Whichever({12, "recu", "Reçue"}, "recu"),
       Number({13, "nb_interventions", "Nombre d'interventions de la situation"}),
       AllOf({14, "orientations", "Orientations de la situation"}, "partenaire"),
       Whichever({15, "issue", "Issue"}, "issue"),
       Field({16, "compte_situation", "Compte pour la situation"}, kFlag, kKeepLatest, P3),
       Withdrawal()});
}

}  // namespace

std::vector<KindDef> DerivedKinds() { return {Suivi(), FaitStatistique()}; }

}  // namespace sacoche::casework
