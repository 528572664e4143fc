#include "engine/casework/readers.h"

#include "engine/casework/define.h"
#include "engine/casework/schema.h"
#include "platform/base/check.h"

namespace sacoche::casework {
namespace {

constexpr ReaderRule F{Access::kFull};
constexpr ReaderRule o{Access::kShared};
constexpr ReaderRule a{Access::kAggregates};
constexpr ReaderRule n{};
constexpr ReaderRule pR{Access::kPseudonymised, ReaderRule::OnRequest::kFull};
constexpr ReaderRule nR{Access::kNone, ReaderRule::OnRequest::kFull};

struct Row {
  std::uint32_t kind;
  Readers readers;
};

// Where several kinds tell one case, they are read as the case is. The host never reads a case: of
// the liaison sheets that its own units sent it may be told received, taken on or closed, and that
// is all that is ever shared with it.
//
// clang-format off
constexpr Row kRows[] = {
    //                                  IS BI BC ST  SF SH CF RR SA
    // The case.
    { 1 /* situation */,              {{F, F, o, pR, n, a, a, a, n}}},
    { 3 /* intervention */,           {{F, F, o, pR, n, a, a, a, n}}},
    { 6 /* saisine */,                {{F, F, o, pR, n, a, a, a, n}}},
    { 7 /* participation */,          {{F, F, o, pR, n, a, a, a, n}}},
    { 8 /* fait */,                   {{F, F, o, pR, n, a, a, a, n}}},
    { 9 /* orientation */,            {{F, F, o, pR, n, a, a, a, n}}},
    {10 /* fiche_liaison */,          {{F, F, o, pR, o, a, a, a, n}}},
    {19 /* relais */,                 {{F, F, o, pR, n, a, a, a, n}}},
    {30 /* conflit */,                {{F, F, o, pR, n, a, a, a, n}}},
    // What names a person has no figures; the nameless spaces say what may be counted.
    { 2 /* personne */,               {{F, F, o, nR, n, n, n, n, n}}},
    { 5 /* accord */,                 {{F, F, o, nR, n, n, n, n, n}}},
    // Written for people outside the post, who get their own copy of it.
    {16 /* synthese_partagee */,      {{F, F, o, o,  n, n, n, n, n}}},
    {17 /* invite */,                 {{F, F, o, o,  n, n, n, n, n}}},
    // The desk of the post.
    { 4 /* tache */,                  {{F, F, n, n,  n, n, n, n, n}}},
    {18 /* message */,                {{F, F, n, n,  n, n, n, n, n}}},
    {11 /* ligne_veille */,           {{F, F, n, a,  n, n, n, n, n}}},
    {20 /* activite_hors_situation */,{{F, F, n, a,  a, a, a, a, n}}},
    // Under a secret of their own. What the nurse shares is another record than what she keeps.
    {12 /* note_clinique */,          {{n, n, F, n,  n, n, n, n, n}}},
    {13 /* note_clinique_partagee */, {{F, F, o, n,  n, n, n, n, n}}},
    // Only while the woman allows it: her withdrawal takes the record and its key away.
    {14 /* fiche_protocole_vc */,     {{F, F, n, n,  n, n, n, n, n}}},
    {15 /* fait_protocole */,         {{F, F, n, n,  n, n, n, n, n}}},
    // One key for the directory, and so one row for all of it: those whom the employer commands.
    {21 /* poste */,                  {{F, F, F, F,  n, F, n, n, n}}},
    {22 /* permanence */,             {{F, F, F, F,  n, F, n, n, n}}},
    {23 /* intervenant */,            {{F, F, F, F,  n, F, n, n, n}}},
    {24 /* absence */,                {{F, F, F, F,  n, F, n, n, n}}},
    {25 /* appareil */,               {{F, F, F, F,  n, F, n, n, n}}},
    {26 /* unite */,                  {{F, F, F, F,  n, F, n, n, n}}},
    {27 /* contact_unite */,          {{F, F, F, F,  n, F, n, n, n}}},
    {28 /* partenaire */,             {{F, F, F, F,  n, F, n, n, n}}},
    // Whoever was read learns of it: to the case workers, the entries on their own files.
    {29 /* journal_acces */,          {{o, o, n, F,  n, n, n, n, n}}},
    // Nameless. Of the facts, all but the post see reports.
    {32 /* suivi */,                  {{F, F, n, F,  n, n, n, n, n}}},
    {33 /* fait_statistique */,       {{F, F, n, a,  a, a, a, a, n}}},
};
// clang-format on

const Row* Find(KindId kind) {
  const auto* found = std::ranges::find(kRows, static_cast<std::uint32_t>(kind), &Row::kind);
  return found == std::end(kRows) ? nullptr : found;
}

}  // namespace

ReaderRule AccessOf(KindId kind, ReaderRole role) { return ReadersOf(kind).Of(role); }

bool MayHoldKey(SpaceKind space, ReaderRole role) {
  bool reads_all = false;
  for (const KindDef& kind : CaseworkSchema().kinds()) {
    if (kind.space != space) continue;
    const Access access = kind.readers.Of(role).access;
    reads_all =
        access == Access::kFull || (space == SpaceKind::kAccessLog && access == Access::kShared);
    if (!reads_all) return false;
  }
  return reads_all;
}

Readers ReadersOf(KindId kind) {
  const Row* row = Find(kind);
  return row == nullptr ? Readers() : row->readers;
}

KindDef define::Kind(Named named, SpaceKind space, KindDef::Place place,
                     std::vector<FieldDef> fields) {
  const auto id = KindId(named.number);
  SACOCHE_CHECK(Find(id) != nullptr);
  return {id, named.name, named.label, place, std::move(fields), space, ReadersOf(id)};
}

}  // namespace sacoche::casework
