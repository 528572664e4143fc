#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

namespace sacoche::casework {
namespace {

using namespace define;
constexpr auto kHere = SpaceKind::kDossiers;

KindDef Intervention() {
  return Child(
      {3, "intervention", "Intervention"}, kHere,
      {Field({1, "date", "Date"}, kDate, kKeepLatest, P2),
       Indexed(Coded({2, "type", "Type"}, "intervention", kKeepLatest, P2)),
       Field({3, "duree_min", "Durée (minutes)"}, kInteger, kKeepLatest, P1),
       // Entries and not one text: a colleague adds to what the author wrote, and does not rewrite.
       Words({4, "note", "Note"}, kAppendOnly), Erasure(5),
       Field({6, "rang", "Rang de l'entretien"}, kInteger, kKeepLatest, P2),
       // One record of a joint interview, whoever takes part: counted once for the situation and
       // once for each of them.
       Indexed(Field({7, "intervenants", "Intervenants"}, kReference, kAddWinsSet, P1)),
       Field({8, "lieu_unite", "Lieu (unité)"}, kReference, kKeepLatest, P1),
       Field({9, "personnes", "Personnes"}, kReference, kAddWinsSet, P3),
       Coded({10, "actions", "Actions"}, "action", kAddWinsSet, P3)});
}

KindDef Tache() {
  return Child({4, "tache", "Tâche"}, kHere,
               {Words({1, "intitule", "Intitulé"}, kKeepLatest),
                Indexed(Field({2, "echeance", "Échéance"}, kDate, kKeepLatest, P2)),
                Searchable(Bounded({3, "porteur", "Porteur"}, kKeepAll, P1)),
                Indexed(YesWins({4, "fait", "Faite"}, kMonotonic, P1)), Erasure(5)});
}

// What a person agreed to, and was told. Whoever knows of a refusal or a withdrawal prevails.
KindDef Accord() {
  return Child({5, "accord", "Accord"}, kHere,
               {Field({1, "personne", "Personne"}, kReference, kKeepAll, P2),
                Indexed(Coded({2, "objet", "Objet"}, "accord_objet", kKeepAll, P2)),
                Indexed(InOrder(Coded({3, "etat", "État"}, "accord_etat", kProtective, P2),
                                {Place("DONNE", 0), Place("IMPOSSIBLE", 1), Place("REFUSE", 2),
                                 Place("RETIRE", 2)})),
                Coded({4, "mode", "Mode"}, "accord_mode", kKeepLatest, P2),
                Field({5, "date", "Date"}, kDate, kKeepLatest, P2),
                Searchable(Bounded({6, "recueilli_par", "Recueilli par"}, kKeepLatest, P1)),
                Erasure(7), Coded({8, "etendue", "Étendue"}, "fiche_item", kAddWinsSet, P2),
                Field({9, "destinataire", "Destinataire"}, kReference, kKeepAll, P2),
                Coded({10, "base", "Fondement"}, "accord_base", kKeepAll, P2),
                NoWins({11, "information_donnee", "Information donnée"}, P2)});
}

// A late answer is further than the lack of one. How it ended has one rank: of two endings nobody
// chooses by the clock.
KindDef Orientation() {
  return Child(
      {9, "orientation", "Orientation"}, kHere,
      {Indexed(Coded({1, "type_partenaire", "Type de partenaire"}, "partenaire", kKeepAll, P3)),
       Indexed(Field({2, "partenaire", "Partenaire"}, kReference, kKeepLatest, P3)),
       Words({3, "motif", "Motif"}, kKeepLatest),
       Indexed(InOrder(Coded({4, "statut", "Statut"}, "orientation_statut", kMonotonic, P3),
                       {Place("PROPOSEE", 0), Place("TRANSMISE", 1), Place("SANS_RETOUR", 2),
                        Place("RECUE", 3), Place("RDV", 4), Place("PRISE_EN_CHARGE", 5),
                        Place("REFUSEE", 5), Place("NON_ABOUTIE", 5)})),
       Field({5, "retour_le", "Retour le"}, kDate, kKeepLatest, P3),
       Words({6, "retour", "Retour"}, kKeepAll),
       Coded({7, "pertinence", "Pertinence"}, "pertinence", kKeepLatest, P3),
       Indexed(Field({8, "relance_le", "Relance le"}, kDate, kKeepLatest, P2)),
       Field({9, "personnes", "Personnes orientées"}, kReference, kAddWinsSet, P3),
       Erasure(kErasureNumber)});
}

// A sheet that was sent is not rewritten: a new version is a new sheet. A cancelled one stands
// beside a sent one until somebody looks, since what left cannot be called back.
KindDef FicheLiaison() {
  return Child(
      {10, "fiche_liaison", "Fiche de liaison"}, kHere,
      {Coded({1, "sens", "Sens"}, "fiche_sens", kKeepLatest, P2),
       Bounded({2, "emetteur", "Émetteur"}, kKeepLatest, P1),
       Field({3, "destinataire", "Destinataire"}, kReference, kKeepAll, P2),
       Field({4, "personne", "Personne"}, kReference, kKeepAll, P2),
       Words({5, "motif", "Motif"}, kKeepLatest),
       Words({6, "precisions", "Précisions sur la situation"}, kText),
       Coded({7, "items", "Rubriques transmises"}, "fiche_item", kAddWinsSet, P2),
       NoWins({8, "relu_avec_personne", "Relue avec la personne"}, P2),
       Field({9, "relu_le", "Relue le"}, kDate, kKeepLatest, P2),
       Coded({10, "relu_mode", "Mode de relecture"}, "relecture_mode", kKeepLatest, P2),
       Field({11, "accord", "Accord"}, kReference, kKeepAll, P2),
       // Of the text that the person was shown. Two hashes are two texts: nothing may choose.
       Bounded({12, "hash_texte", "Empreinte du texte relu"}, kKeepAll, P1),
       Field({13, "appel_relais_le", "Appel de relais le"}, kDate, kKeepLatest, P2),
       Field({14, "relais_personne_le", "Relais en personne le"}, kDate, kKeepLatest, P2),
       Indexed(InOrder(Coded({15, "statut", "Statut"}, "fiche_statut", kMonotonic, P2),
                       {Place("BROUILLON", 0), Place("VALIDEE_USAGER", 1), Place("ENVOYEE", 2),
                        Place("ANNULEE", 2), Place("RECUE", 3), Place("RETOUR", 4)})),
       Erasure(kErasureNumber)});
}

// One that several professionals write, for an instance or for each other. Its chronology is made
// from the facts when it is shown.
KindDef SynthesePartagee() {
  return Child({16, "synthese_partagee", "Synthèse partagée"}, kHere,
               {Coded({1, "nature", "Nature"}, "synthese_nature", kKeepLatest, P2),
                Bounded({2, "instance", "Instance"}, kKeepLatest, P1),
                Field({3, "date", "Date"}, kDate, kKeepLatest, P2),
                Words({4, "strategie", "Stratégie"}, kText),
                Words({5, "decisions", "Décisions"}, kAppendOnly), Erasure(kErasureNumber)});
}

KindDef Invite() {
  return Child({17, "invite", "Invité à une synthèse"}, kHere,
               {Bounded({1, "nom", "Nom"}, kKeepLatest, P1),
                Field({2, "synthese", "Synthèse"}, kReference, kKeepLatest, P2),
                // Whoever is not known to be bound by secrecy is told what those who are not are.
                InOrder(Coded({3, "secret", "Soumis au secret"}, "soumis_secret", kProtective, P1),
                        {Place("OUI", 0), Place("INCONNU", 1), Place("NON", 2)}),
                Erasure(kErasureNumber)});
}

KindDef Relais() {
  return Child({19, "relais", "Relais"}, kHere,
               {Field({1, "date", "Date"}, kDate, kKeepLatest, P2),
                Field({2, "de", "De"}, kReference, kKeepLatest, P1),
                Field({3, "a", "À"}, kReference, kKeepLatest, P1),
                Words({4, "motif", "Motif"}, kKeepLatest), Erasure(kErasureNumber)});
}

// What people said about a conflict. Which values stood there, and whose they were, the engine
// reads from the registers and the history: here they would be a second truth.
KindDef Conflit() {
  return Child(
      {30, "conflit", "Conflit"}, kHere,
      {Field({1, "enregistrement", "Enregistrement"}, kReference, kKeepLatest, P2),
       Field({2, "champ", "Champ (numéro)"}, kInteger, kKeepLatest, P2),
       Indexed(InOrder(Coded({3, "etat", "État"}, "conflit_etat", kMonotonic, P2),
                       {Place("OUVERT", 0), Place("ACCEPTE_AUTO", 1), Place("RESOLU", 2)})),
       Field({4, "resolu_par", "Résolu par"}, kReference, kKeepLatest, P1),
       Words({5, "motif", "Motif"}, kKeepLatest), Erasure(kErasureNumber)});
}

}  // namespace

std::vector<KindDef> FollowUpKinds() {
  return {Intervention(),     Tache(),  Accord(), Orientation(), FicheLiaison(),
          SynthesePartagee(), Invite(), Relais(), Conflit()};
}

}  // namespace sacoche::casework
