#pragma once

#include "engine/record/schema.h"

namespace sacoche::casework {

// The kinds and fields of casework that this release knows, in the order of their numbers: cases
// and what happens in them, the desk of a post, the directory, what is computed from cases for
// those who may not read them. Numbers, codes and names are for ever; labels may change.
// docs/schema.md shows all of it.
[[nodiscard]] const Schema& CaseworkSchema();

// The names under which scripts and the demonstration speak of kinds.
inline constexpr std::string_view kSituation = "situation";
inline constexpr std::string_view kPersonne = "personne";
inline constexpr std::string_view kIntervention = "intervention";
inline constexpr std::string_view kTache = "tache";
inline constexpr std::string_view kAccord = "accord";
inline constexpr std::string_view kSuivi = "suivi";
inline constexpr std::string_view kFaitStatistique = "fait_statistique";

}  // namespace sacoche::casework
