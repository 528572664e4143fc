#include "samples/cli/people.h"

#include <set>

namespace sacoche {

Result<std::vector<Member>> FindPerson(const Engine& engine, const std::string& typed) {
  std::vector<Member> found;
  std::set<UserId> users;
  for (const auto& [device, member] : engine.directory().members()) {
    const bool is_named = engine.ProfileOf(device).person == typed ||
                          (typed.size() >= 8 && device.ToHex().starts_with(typed));
    if (!is_named || member.revoked) continue;
    found.push_back(member);
    users.insert(member.admission.user);
  }
  if (found.empty())
    return Fail(ErrorCode::kNotFound, "nobody of that name belongs to the organisation",
                "See `sacoche colleagues`; synchronise first if somebody is new.");
  if (users.size() > 1)
    return Fail(ErrorCode::kInvalidInput, "several people have that name",
                "Give the id of a laptop of the one who is meant, from `sacoche colleagues`.");
  const UserId user = found.front().admission.user;
  if (user.is_zero()) return found;
  found.clear();
  for (const auto& [device, member] : engine.directory().members())
    if (member.admission.user == user && !member.revoked) found.push_back(member);
  return found;
}

}  // namespace sacoche
