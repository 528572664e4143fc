#include "engine/casework/posts.h"

namespace sacoche::casework {
namespace {

struct OwnSpace {
  SpaceKind kind;
  const char* suffix;
};

constexpr OwnSpace kOwnSpaces[] = {
    {SpaceKind::kDossiers, ""},
    {SpaceKind::kFollowUp, " – suivi pseudonymisé"},
    {SpaceKind::kStatistics, " – statistiques"},
    {SpaceKind::kClinical, " – notes cliniques"},
    {SpaceKind::kAccessLog, " – journal des accès"},
    {SpaceKind::kProtocol, " – protocoles"},
};

}  // namespace

ReaderRole ReaderRoleOf(Role role) {
  switch (role) {
    case Role::kIntervenant:
      return ReaderRole::kIntervenant;
    case Role::kTechnicalSupervisor:
      return ReaderRole::kTechnicalSupervisor;
    case Role::kClinician:
      return ReaderRole::kClinicalBinome;
    case Role::kFunctionalSupervisor:
      return ReaderRole::kHost;
    case Role::kCommittee:
      return ReaderRole::kCommittee;
    case Role::kHierarchy:
      return ReaderRole::kEmployer;
    case Role::kRegionalReferent:
      return ReaderRole::kRegionalReferent;
    case Role::kAdministrator:
      break;
  }
  return ReaderRole::kServerAdmin;
}

std::vector<SpaceLabel> SpacesOfPost(const std::string& name, const RecordId& post) {
  std::vector<SpaceLabel> labels;
  for (const OwnSpace& own : kOwnSpaces) labels.push_back({name + own.suffix, own.kind, post});
  return labels;
}

SpaceLabel SharedDirectoryLabel() { return {"Annuaire partagé", SpaceKind::kSharedDirectory, {}}; }

Result<RecordId> FindPost(std::span<const LabelledSpace> spaces, std::string_view name) {
  std::vector<RecordId> found;
  for (const LabelledSpace& space : spaces)
    if (space.label.kind == SpaceKind::kDossiers && space.label.name == name)
      found.push_back(space.label.post);
  if (found.size() == 1) return found.front();
  return Fail(
      found.empty() ? ErrorCode::kNotFound : ErrorCode::kInvalidInput,
      found.empty() ? "the organisation has no post of that name" : "several posts have that name",
      "See `sacoche org show` for the posts and their spaces.");
}

std::vector<SpaceId> SpacesForRole(std::span<const LabelledSpace> spaces, Role role,
                                   std::span<const RecordId> posts) {
  std::vector<SpaceId> chosen;
  for (const auto& [space, label] : spaces) {
    const bool concerned = label.post.is_zero() || std::ranges::count(posts, label.post) > 0;
    if (concerned && label.kind && MayHoldKey(*label.kind, ReaderRoleOf(role)))
      chosen.push_back(space);
  }
  return chosen;
}

}  // namespace sacoche::casework
