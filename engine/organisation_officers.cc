// The part of Organisation that appoints officers, and says to one what his rank does not let him.

#include "engine/organisation.h"

namespace sacoche {
namespace {

constexpr const char* kAskTheRoot = "Ask whoever keeps the organisation's key.";

using Rank = OfficerStatement::Rank;

bool HoldsAll(const std::vector<SpaceId>& scope, const std::vector<SpaceId>& spaces) {
  return std::ranges::all_of(
      spaces, [&](const SpaceId& space) { return std::ranges::count(scope, space) > 0; });
}

tl::unexpected<Error> TooLow(std::string message) {
  return Fail(ErrorCode::kRefused, std::move(message), kAskTheRoot);
}

}  // namespace

Status Organisation::Appoint(const OfficerStatement& officer) {
  SACOCHE_TRY(Refresh());
  return Say(officer);
}

Status Organisation::RequireRoot() const {
  if (!key_.officer_of) return {};
  return TooLow("that takes the organisation's key; this is an officer's");
}

Status Organisation::CheckRank(const Statement& statement) const {
  if (statement.by_root() || directory().MaySay(statement)) return {};
  const OfficerStatement* officer = directory().FindOfficer(statement.signer);
  if (officer == nullptr) return TooLow("this key is no officer's, or no longer");
  if (officer->rank == Rank::kReferent) {
    if (std::holds_alternative<SpaceStatement>(statement.payload))
      return TooLow("a referent makes no spaces and no posts");
    if (const auto* admission = std::get_if<AdmissionStatement>(&statement.payload))
      return HoldsAll(officer->spaces, admission->spaces)
                 ? TooLow("that laptop is in spaces beyond this referent's post")
                 : TooLow("a referent admits to the spaces of his own post only");
    if (std::holds_alternative<RevocationStatement>(statement.payload))
      return TooLow("that laptop is in spaces beyond this referent's post");
  }
  return RequireRoot();
}

}  // namespace sacoche
