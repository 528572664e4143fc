#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

// What is no longer so is marked as ended and not erased, since reports of past years point here;
// persons can be erased.
namespace sacoche::casework {
namespace {

using namespace define;
constexpr auto kHere = SpaceKind::kSharedDirectory;

KindDef Poste() {
  return Root(
      {21, "poste", "Poste"}, kHere,
      {Bounded({1, "intitule", "Intitulé"}, kKeepLatest, P1),
       Indexed(Bounded({2, "code", "Code"}, kKeepLatest, P1)),
       Coded({3, "zone", "Zone"}, "zone", kKeepLatest, P1),
       Coded({4, "rattachement", "Rattachement"}, "rattachement", kKeepLatest, P1),
       Field({5, "quotites", "Quotités (%)"}, kInteger, kAddWinsSet, P1),
       Coded({6, "publics_admis", "Publics admis"}, "public_admis", kAddWinsSet, P1),
       Field({7, "unites", "Unités"}, kReference, kAddWinsSet, P1),
       Bounded({8, "numero_unique", "Numéro unique"}, kKeepLatest, P1),
       Bounded({9, "boite_commune", "Boîte commune"}, kKeepLatest, P1),
       Coded({10, "themes", "Thèmes"}, "problematique", kAddWinsSet, P1),
       Field({11, "convention_le", "Convention du"}, kDate, kKeepLatest, P1),
       Field({12, "convention_echeance", "Échéance de la convention"}, kDate, kKeepLatest, P1),
       Coded({13, "periodicite_bilan", "Périodicité du bilan"}, "periodicite", kKeepLatest, P1),
       Bounded({14, "modeles_bilan", "Modèles de bilan"}, kAddWinsSet, P1)});
}

KindDef Permanence() {
  return Child({22, "permanence", "Permanence"}, kHere,
               {Coded({1, "jour", "Jour"}, "jour", kKeepLatest, P1),
                Bounded({2, "debut", "Début (heure)"}, kKeepLatest, P1),
                Bounded({3, "fin", "Fin (heure)"}, kKeepLatest, P1),
                Field({4, "unite", "Unité"}, kReference, kKeepLatest, P1),
                Field({5, "termine_le", "Terminée le"}, kDate, kKeepLatest, P1)});
}

KindDef Intervenant() {
  return Root({23, "intervenant", "Intervenant"}, kHere,
              {Searchable(Bounded({1, "nom", "Nom"}, kKeepAll, P1)),
               Indexed(Coded({2, "role", "Rôle"}, "role", kKeepAll, P1)),
               Coded({3, "diplome", "Diplôme"}, "diplome", kKeepLatest, P1),
               NoWins({4, "soumis_secret", "Soumis au secret professionnel"}, P1),
               Coded({5, "secret_base", "Au titre de"}, "secret_base", kKeepLatest, P1),
               Words({6, "autre_statut", "Autre statut"}, kKeepLatest),
               Field({7, "poste", "Poste"}, kReference, kKeepLatest, P1), Erasure(kErasureNumber)});
}

// When, and who stands in; never why.
KindDef Absence() {
  return Child({24, "absence", "Absence"}, kHere,
               {Field({1, "debut", "Du"}, kDate, kKeepLatest, P1),
                Field({2, "fin", "Au"}, kDate, kKeepLatest, P1),
                Field({3, "remplacant", "Remplacé par"}, kReference, kKeepLatest, P1),
                Erasure(kErasureNumber)});
}

// What people note of a device. Its keys, and whether it still belongs, are what the organisation
// signed, whatever stands here.
KindDef Appareil() {
  return Root({25, "appareil", "Appareil"}, kHere,
              {Bounded({1, "empreinte", "Empreinte"}, kKeepLatest, P1),
               Field({2, "proprietaire", "Propriétaire"}, kReference, kKeepLatest, P1),
               Field({3, "derniere_synchro", "Dernière synchronisation"}, kDate, kKeepLatest, P1),
               Indexed(InOrder(Coded({4, "etat", "État"}, "appareil_etat", kProtective, P1),
                               {Place("ACTIF", 0), Place("PERDU", 1), Place("REVOQUE", 2)}))});
}

KindDef Unite() {
  return Root({26, "unite", "Unité"}, kHere,
              {Searchable(Bounded({1, "intitule", "Intitulé"}, kKeepLatest, P0)),
               Indexed(Bounded({2, "code", "Code"}, kKeepLatest, P0)),
               Indexed(Coded({3, "type", "Type"}, "unite_type", kKeepLatest, P0)),
               Indexed(Field({4, "parent", "Rattachée à"}, kReference, kKeepLatest, P0)),
               Bounded({5, "communes", "Communes (INSEE)"}, kAddWinsSet, P0),
               Field({6, "ferme_le", "Fermée le"}, kDate, kKeepLatest, P0)});
}

KindDef ContactUnite() {
  return Child(
      {27, "contact_unite", "Contact dans une unité"}, kHere,
      {Searchable(Bounded({1, "nom", "Nom"}, kKeepLatest, P1)),
       Bounded({2, "grade", "Grade"}, kKeepLatest, P1),
       Coded({3, "fonction", "Fonction"}, "fonction", kKeepLatest, P1),
       Bounded({4, "tel", "Téléphones"}, kAddWinsSet, P1),
       Field({5, "verifie_le", "Vérifié le"}, kDate, kKeepLatest, P1), Erasure(kErasureNumber)});
}

KindDef Partenaire() {
  return Root({28, "partenaire", "Partenaire"}, kHere,
              {Searchable(Bounded({1, "nom", "Nom"}, kKeepLatest, P0)),
               Indexed(Coded({2, "type", "Type"}, "partenaire", kKeepLatest, P0)),
               Bounded({3, "territoire", "Territoire (INSEE)"}, kAddWinsSet, P0),
               Bounded({4, "tel", "Téléphones"}, kAddWinsSet, P1),
               Bounded({5, "mail", "Courriel"}, kKeepLatest, P1),
               Bounded({6, "horaires", "Horaires"}, kKeepLatest, P0),
               Words({7, "modalites", "Modalités"}, kKeepLatest),
               Coded({8, "soumis_secret", "Soumis au secret"}, "soumis_secret", kKeepLatest, P1),
               Field({9, "accepte_fiche", "Accepte la fiche de liaison"}, kFlag, kKeepLatest, P1),
               Field({10, "verifie_le", "Vérifié le"}, kDate, kKeepLatest, P1),
               Field({11, "ferme_le", "Fermé le"}, kDate, kKeepLatest, P0)});
}

}  // namespace

std::vector<KindDef> DirectoryKinds() {
  return {Poste(),    Permanence(), Intervenant(),  Absence(),
          Appareil(), Unite(),      ContactUnite(), Partenaire()};
}

}  // namespace sacoche::casework
