#include "engine/casework/define.h"
#include "engine/casework/kinds.h"

namespace sacoche::casework {
namespace {

using namespace define;
constexpr auto kHere = SpaceKind::kDossiers;

// A line of a morning's synthesis, before anybody knows whether it becomes a situation. Of two
// sortings apart, the one that keeps the line applies, and both are shown. A line that nobody kept
// is erased after its time.
KindDef LigneVeille() {
  return Root(
      {11, "ligne_veille", "Ligne de synthèse"}, kHere,
      {Words({1, "objet", "Objet"}, kKeepLatest),
       Indexed(Coded({2, "source", "Source"}, "veille_source", kKeepLatest, P1)),
       Field({3, "date_recue", "Reçue le"}, kDate, kKeepLatest, P1),
       Bounded({4, "periode", "Période couverte"}, kKeepLatest, P1),
       Field({5, "evenement_le", "Date de l'événement"}, kDate, kKeepLatest, P2),
       Bounded({6, "evenement_heure", "Heure de l'événement"}, kKeepLatest, P2),
       Indexed(Bounded({7, "lieu_insee", "Commune (INSEE)"}, kKeepLatest, P2)),
       Words({8, "lieu", "Lieu"}, kKeepLatest),
       Bounded({9, "unite_competente", "Unité compétente"}, kKeepLatest, P1),
       Bounded({10, "unite_engagee", "Unité engagée"}, kKeepLatest, P1),
       Bounded({11, "bulletin_service", "Bulletin de service"}, kKeepLatest, P1),
       Bounded({12, "mots_cles", "Mots-clés trouvés"}, kAddWinsSet, P3),
       Bounded({13, "nom_gendarme", "Gendarme"}, kKeepLatest, P1),
       Words({14, "resume", "Résumé"}, kKeepLatest),
       Indexed(InOrder(Coded({15, "tri", "Tri"}, "veille_tri", kProtective, P3),
                       {Place("A_TRIER", 0), Place("ECARTE_HORS_CHAMP", 1),
                        Place("ECARTE_DEJA_SUIVI", 1), Place("ECARTE_DOUBLON", 1),
                        Place("ECARTE_AUTRE", 1), Place("A_COMPLETER", 2), Place("RETENU", 3)})),
       Field({16, "tri_par", "Trié par"}, kReference, kKeepLatest, P1),
       Field({17, "situation", "Situation"}, kReference, kKeepAll, P2),
       // Of the imported line: the same synthesis twice gives the same line once.
       Indexed(Bounded({18, "empreinte", "Empreinte du contenu"}, kKeepLatest, P3)),
       Erasure(kErasureNumber)});
}

// In the inbox of the post, not of a person.
KindDef Message() {
  return Root({18, "message", "Message"}, kHere,
              {Words({1, "objet", "Objet"}, kKeepLatest), Words({2, "texte", "Texte"}, kAppendOnly),
               Field({3, "date", "Date"}, kDate, kKeepLatest, P1),
               Indexed(Field({4, "poste", "Poste"}, kReference, kKeepLatest, P1)),
               Field({5, "de", "De"}, kReference, kKeepLatest, P1),
               Field({6, "situation", "Situation"}, kReference, kKeepLatest, P2),
               Indexed(YesWins({7, "traite", "Traité"}, kMonotonic, P1)), Erasure(kErasureNumber)});
}

// The awareness actions in a unit are these too, so that each is counted once.
KindDef Activite() {
  return Root({20, "activite_hors_situation", "Activité hors situation"}, kHere,
              {Indexed(Coded({1, "type", "Type"}, "activite", kKeepLatest, P1)),
               Field({2, "date", "Date"}, kDate, kKeepLatest, P1),
               Field({3, "duree_min", "Durée (minutes)"}, kInteger, kKeepLatest, P1),
               Indexed(Field({4, "unite", "Unité"}, kReference, kKeepLatest, P1)),
               Field({5, "km", "Kilomètres"}, kInteger, kKeepLatest, P1),
               Field({6, "intervenants", "Intervenants"}, kReference, kAddWinsSet, P1),
               Erasure(kErasureNumber)});
}

KindDef JournalAcces() {
  return Root({29, "journal_acces", "Accès"}, SpaceKind::kAccessLog,
              {Indexed(Coded({1, "geste", "Geste"}, "acces_geste", kKeepAll, P1)),
               Field({2, "qui", "Qui"}, kReference, kKeepAll, P1),
               Indexed(Field({3, "enregistrement", "Enregistrement"}, kReference, kKeepAll, P1)),
               Field({4, "date", "Date"}, kDate, kKeepAll, P1),
               Words({5, "motif", "Motif"}, kAppendOnly), Erasure(kErasureNumber)});
}

}  // namespace

std::vector<KindDef> PostKinds() { return {LigneVeille(), Message(), Activite(), JournalAcces()}; }

}  // namespace sacoche::casework
