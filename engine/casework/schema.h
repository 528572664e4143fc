#pragma once

#include "engine/record/schema.h"

namespace sacoche::casework {

// The kinds and fields of casework that this release knows: the core of a case, its persons, its
// interviews and notes, its tasks, what its persons agreed to. Numbers, codes and names are for
// ever; labels may change.
[[nodiscard]] const Schema& CaseworkSchema();

// The names under which scripts and the demonstration speak of kinds.
inline constexpr std::string_view kSituation = "situation";
inline constexpr std::string_view kPersonne = "personne";
inline constexpr std::string_view kIntervention = "intervention";
inline constexpr std::string_view kTache = "tache";
inline constexpr std::string_view kAccord = "accord";

}  // namespace sacoche::casework
