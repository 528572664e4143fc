#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

namespace sacoche::casework {
namespace {

using namespace define;

// The nurse's own. It begins a dossier, since a dossier is in one space and this one has its own.
KindDef NoteClinique() {
  return Root({12, "note_clinique", "Note clinique"}, SpaceKind::kClinical,
              {Field({1, "date", "Date"}, kDate, kKeepLatest, P4),
               Field({2, "situation", "Situation"}, kReference, kKeepLatest, P4),
               Words({3, "texte", "Texte"}, kAppendOnly, P4),
               Field({4, "partage", "Part partagée"}, kReference, kKeepLatest, P4),
               Erasure(kErasureNumber)});
}

// That there is such a note, and as much of it as the nurse chose to share: written anew by her
// hand into the case, and from then on as sensitive as the case is.
KindDef NoteCliniquePartagee() {
  return Child({13, "note_clinique_partagee", "Note clinique, part partagée"}, SpaceKind::kDossiers,
               {Field({1, "date", "Date"}, kDate, kKeepLatest, P3),
                Field({2, "auteur", "Auteur"}, kReference, kKeepLatest, P1),
                Words({3, "texte", "Texte"}, kAppendOnly), Erasure(kErasureNumber)});
}

// Her withdrawal is further than everything else that can have happened to the sheet.
KindDef FicheProtocole() {
  return Root({14, "fiche_protocole_vc", "Fiche protocole violences conjugales"},
              SpaceKind::kProtocol,
              {Field({1, "date", "Date"}, kDate, kKeepLatest, P5),
               Field({2, "situation", "Situation"}, kReference, kKeepLatest, P5),
               InOrder(Coded({3, "statut", "Statut"}, "protocole_statut", kMonotonic, P5),
                       {Place("TRAME_LOCALE", 0), Place("ACCORD_DONNE", 1), Place("TRANSMISE", 2),
                        Place("REMISE_A_LA_PERSONNE", 2), Place("RETIREE", 3)}),
               Words({4, "trame", "Trame de l'entretien"}, kText, P5),
               NoWins({5, "lecture_permise", "Lecture permise au poste"}, P5),
               Field({6, "depositaire", "Association dépositaire"}, kReference, kKeepAll, P5),
               Field({7, "accord", "Accord"}, kReference, kKeepAll, P5), Erasure(kErasureNumber)});
}

KindDef FaitProtocole() {
  return Child(
      {15, "fait_protocole", "Fait du protocole"}, SpaceKind::kProtocol,
      {Field({1, "date", "Date"}, kDate, kKeepAll, P5),
       Coded({2, "certitude", "Certitude de la date"}, "certitude", kKeepLatest, P5),
       Words({3, "faits", "Faits"}, kText, P5), Words({4, "temoins", "Témoins"}, kKeepAll, P5),
       Words({5, "certificats", "Certificats"}, kKeepAll, P5), Erasure(kErasureNumber)});
}

}  // namespace

std::vector<KindDef> SealedKinds() {
  return {NoteClinique(), NoteCliniquePartagee(), FicheProtocole(), FaitProtocole()};
}

}  // namespace sacoche::casework
