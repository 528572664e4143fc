// The part of OrgCommands that shows the organisation: spaces, people with their laptops, officers.

#include "samples/cli/org_commands.h"
#include "samples/cli/org_words.h"

namespace sacoche {
namespace {

constexpr std::size_t kShortIdDigits = 8;
using SpaceNames = std::map<SpaceId, std::string>;

std::string ListOf(const std::vector<SpaceId>& spaces, const SpaceNames& names) {
  std::string list;
  for (const SpaceId& space : spaces) {
    const auto name = names.find(space);
    list += (list.empty() ? "" : ", ") + (name == names.end() ? "?" : OnOneLine(name->second));
  }
  return list;
}

Json IdsOf(const std::vector<SpaceId>& spaces) {
  Json ids = Json::array();
  for (const SpaceId& space : spaces) ids.push_back(space.ToUuid());
  return ids;
}

Json PersonIdOf(const Member& member) {
  const UserId& user = member.admission.user;
  return user.is_zero() ? Json(nullptr) : Json(user.ToUuid());
}

Json MemberToJson(const OrganisationKey& key, const Member& member) {
  const Profile profile = ProfileOf(key, member.admission);
  return {{"device_id", member.device.ToHex()},
          {"person", profile.person},
          {"person_id", PersonIdOf(member)},
          {"device", profile.device_label},
          {"role", WordOf(kRoles, member.admission.role)},
          {"withdrawn", member.revoked ? Json(WordOf(kReasons, *member.revoked)) : nullptr},
          {"spaces", IdsOf(member.admission.spaces)}};
}

std::string MemberLine(const OrganisationKey& key, const Member& member, const SpaceNames& names) {
  return "    " + member.device.ToHex().substr(0, kShortIdDigits) + "  " +
         OnOneLine(ProfileOf(key, member.admission).device_label) + "  " +
         std::string(WordOf(kRoles, member.admission.role)) + ": " +
         ListOf(member.admission.spaces, names) +
         (member.revoked ? "  WITHDRAWN (" + std::string(WordOf(kReasons, *member.revoked)) + ")"
                         : "") +
         "\n";
}

// Somebody and their laptops. Of a laptop that an early release admitted it is not said whose it
// is.
struct Person {
  std::string name;
  std::vector<const Member*> laptops;
};

std::vector<Person> PeopleOf(const OrganisationKey& key, const Directory& directory) {
  std::map<std::pair<UserId, DeviceId>, Person> people;
  for (const auto& [device, member] : directory.members()) {
    const UserId& user = member.admission.user;
    Person& person = people[{user, user.is_zero() ? device : DeviceId()}];
    // As the laptop that is in use spells it.
    if (person.name.empty() || !member.revoked)
      person.name = ProfileOf(key, member.admission).person;
    person.laptops.push_back(&member);
  }
  std::vector<Person> sorted;
  for (auto& [id, person] : people) sorted.push_back(std::move(person));
  std::ranges::stable_sort(sorted, {}, &Person::name);
  return sorted;
}

}  // namespace

SpaceNames OrgCommands::ShowSpaces(const Organisation& organisation,
                                   const std::vector<LabelledSpace>& spaces, std::string& text,
                                   Json& json) {
  SpaceNames names;
  text += "Spaces:\n";
  for (const auto& [space, label] : spaces) {
    names[space] = label.name;
    const std::size_t members = organisation.directory().MembersOf(space).size();
    const bool is_recoverable = organisation.IsRecoverable(space);
    text += "  " + space.ToUuid() + "  " + OnOneLine(label.name) + "  (" +
            (label.kind ? std::string(WordOf(kSpaceKinds, *label.kind)) + ", " : "") +
            Counted(members, "member") + (is_recoverable ? ", recoverable" : "") + ")\n";
    json["spaces"].push_back(
        {{"id", space.ToUuid()},
         {"name", label.name},
         {"kind", label.kind ? Json(WordOf(kSpaceKinds, *label.kind)) : Json(nullptr)},
         {"post", label.post.is_zero() ? Json(nullptr) : Json(label.post.ToUuid())},
         {"members", members},
         {"recoverable", is_recoverable}});
  }
  return names;
}

void OrgCommands::ShowOfficers(const Directory& directory, const SpaceNames& names,
                               std::string& text, Json& json) {
  json["officers"] = Json::array();
  for (const auto& [id, officer] : directory.officers()) {
    const bool dismissed = officer.rank == OfficerStatement::Rank::kNone;
    if (json["officers"].empty()) text += "Officers:\n";
    const bool has_spaces = officer.rank == OfficerStatement::Rank::kReferent;
    text += "  " + id.ToHex().substr(0, kShortIdDigits) + "  " +
            (dismissed ? "DISMISSED" : std::string(WordOf(kRanks, officer.rank))) +
            (has_spaces ? ": " + ListOf(officer.spaces, names) : "") + "\n";
    json["officers"].push_back({{"officer_id", id.ToHex()},
                                {"rank", dismissed ? Json(nullptr) : WordOf(kRanks, officer.rank)},
                                {"spaces", IdsOf(officer.spaces)}});
  }
}

Status OrgCommands::Show() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_ASSIGN(const auto spaces, office.organisation->Spaces());
  const Directory& directory = office.organisation->directory();
  const OrganisationKey& key = office.organisation->key();
  std::string text = "Organisation: " + ToHex(office.invitation.organisation) +
                     "\nServer: " + office.invitation.server_url + "\n";
  Json json = {{"organisation", ToHex(office.invitation.organisation)},
               {"server", office.invitation.server_url},
               {"spaces", Json::array()},
               {"members", Json::array()},
               {"people", Json::array()}};
  const SpaceNames names = ShowSpaces(*office.organisation, spaces, text, json);
  for (const auto& [device, member] : directory.members())
    json["members"].push_back(MemberToJson(key, member));
  text += "People:\n";
  for (const Person& person : PeopleOf(key, directory)) {
    text += "  " + OnOneLine(person.name) + "\n";
    Json laptops = Json::array();
    for (const Member* laptop : person.laptops) {
      text += MemberLine(key, *laptop, names);
      laptops.push_back(laptop->device.ToHex());
    }
    json["people"].push_back({{"person_id", PersonIdOf(*person.laptops.front())},
                              {"person", person.name},
                              {"devices", laptops}});
  }
  ShowOfficers(directory, names, text, json);
  AddRecoveries(key, directory, names, text, json["recoveries"]);
  ShowPolicy(directory, text, json);
  context_.Print(text, json);
  return {};
}

}  // namespace sacoche
