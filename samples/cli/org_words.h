#pragma once

#include <algorithm>

#include "engine/organisation.h"
#include "samples/cli/space_words.h"

namespace sacoche {

// The words of the command line and of its JSON; never changed.
inline const std::map<std::string, Role, std::less<>> kRoles = {
    {"intervenant", Role::kIntervenant},
    {"superviseur", Role::kTechnicalSupervisor},
    {"clinicien", Role::kClinician},
    {"superviseur-fonctionnel", Role::kFunctionalSupervisor},
    {"comite", Role::kCommittee},
    {"hierarchie", Role::kHierarchy},
    {"referent-regional", Role::kRegionalReferent},
    {"administrateur", Role::kAdministrator}};

inline const std::map<std::string, RevocationStatement::Reason, std::less<>> kReasons = {
    {"lost", RevocationStatement::Reason::kLost},
    {"departure", RevocationStatement::Reason::kDeparture},
    {"replaced", RevocationStatement::Reason::kReplaced}};

template <class Value>
std::string_view WordOf(const std::map<std::string, Value, std::less<>>& words, Value value) {
  const auto found = std::ranges::find(words, value, [](const auto& word) { return word.second; });
  return found == words.end() ? "?" : std::string_view(found->first);
}

template <class Value>
std::vector<std::string> WordsIn(const std::map<std::string, Value, std::less<>>& words) {
  std::vector<std::string> names;
  names.reserve(words.size());
  for (const auto& [name, value] : words) names.push_back(name);
  return names;
}

inline const std::map<std::string, OfficerStatement::Rank, std::less<>> kRanks = {
    {"administrator", OfficerStatement::Rank::kAdministrator},
    {"referent", OfficerStatement::Rank::kReferent}};

// Person and label of a device; "?" for what cannot be read.
inline Profile ProfileOf(const OrganisationKey& key, const AdmissionStatement& admission) {
  const Profile unknown{"?", ""};
  const auto plain = OpenName(key.directory_key.view(), admission.sealed_profile);
  return plain ? DecodeProfile(*plain).value_or(unknown) : unknown;
}

}  // namespace sacoche
