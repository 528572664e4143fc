#pragma once

#include <map>
#include <string>

#include "engine/record/space_kind.h"

namespace sacoche {

// How the kinds of spaces are called on the command line and in its JSON; never changed.
inline const std::map<std::string, SpaceKind, std::less<>> kSpaceKinds = {
    {"dossiers", SpaceKind::kDossiers},       {"suivi", SpaceKind::kFollowUp},
    {"statistiques", SpaceKind::kStatistics}, {"annuaire", SpaceKind::kSharedDirectory},
    {"clinique", SpaceKind::kClinical},       {"journal", SpaceKind::kAccessLog},
    {"protocole", SpaceKind::kProtocol},      {"partage", SpaceKind::kShared}};

}  // namespace sacoche
