// The part of OrgCommands that makes posts: their spaces, and who is let into which.

#include <set>

#include "engine/casework/posts.h"
#include "samples/cli/org_commands.h"
#include "samples/cli/space_words.h"

namespace sacoche {

void OrgCommands::AddPosts(CLI::App& org) {
  CLI::App* post = org.add_subcommand("post", "Posts of the organisation");
  post->require_subcommand(1);
  CLI::App* add = AddCommand(*post, "add",
                             "Make the spaces of a post and let laptops into those that their role "
                             "may read; again with the same name to let in more");
  add->add_option("NAME", name_, "The post's name")->required();
  add->add_option("--invitation", invitation_file_,
                  "The invitation file, instead of --server and --ca");
  add->add_option("--member", members_,
                  "The id of a laptop that was admitted, or its first 8 digits; may be given "
                  "several times")
      ->allow_extra_args(false);
  context_.On(add, [this] { return AddPost(); });
}

Result<RecordId> OrgCommands::MakePost(Organisation& organisation, const std::string& name,
                                       Random& random) {
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  const auto found = casework::FindPost(known, name);
  if (!found && found.error().code != ErrorCode::kNotFound) return Forward(found.error());
  // As any command that was interrupted half-way: what is there already is not made again.
  const RecordId post = found ? *found : random.NextId<RecordId>();
  std::vector<SpaceLabel> wanted = casework::SpacesOfPost(name, post);
  wanted.push_back(casework::SharedDirectoryLabel());
  for (const SpaceLabel& label : wanted) {
    const bool is_there = std::ranges::any_of(known, [&](const LabelledSpace& space) {
      return space.label.kind == label.kind && space.label.post == label.post;
    });
    if (!is_there) SACOCHE_TRY(organisation.AddSpace(label));
  }
  return post;
}

// Beside what the laptop was in before.
Status OrgCommands::LetIn(Organisation& organisation, const Member& member, const RecordId& post) {
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  const Role role = member.admission.role;
  std::set<SpaceId> spaces(member.admission.spaces.begin(), member.admission.spaces.end());
  for (const SpaceId& space : casework::SpacesForRole(known, role, std::array{post}))
    spaces.insert(space);
  return organisation.Move(member.device, role, {spaces.begin(), spaces.end()});
}

Status OrgCommands::AddPost() {
  SACOCHE_TRY(CheckTyped("the post's name", name_, casework::kPostNameBytesMax));
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  std::vector<Member> members;
  for (const std::string& device : members_) {
    SACOCHE_ASSIGN(Member member, FindMember(*office.organisation, device));
    members.push_back(std::move(member));
  }
  SACOCHE_ASSIGN(const RecordId post, MakePost(*office.organisation, name_, context_.random()));
  for (const Member& member : members) SACOCHE_TRY(LetIn(*office.organisation, member, post));
  SACOCHE_ASSIGN(const auto spaces, office.organisation->Spaces());
  Json json = {{"post", post.ToUuid()},
               {"name", name_},
               {"spaces", Json::array()},
               {"members", members.size()}};
  std::string text = "The post has these spaces:\n";
  for (const auto& [space, label] : spaces) {
    if (label.post != post && !label.post.is_zero()) continue;
    if (!label.kind) continue;
    text += "  " + space.ToUuid() + "  " + OnOneLine(label.name) + "\n";
    json["spaces"].push_back({{"id", space.ToUuid()}, {"name", label.name}});
  }
  text += members.empty() ? "Let laptops in with `sacoche org admit --post`.\n"
                          : Counted(members.size(), "laptop") +
                                " let in; they learn it when they synchronise.\n";
  context_.Print(text, json);
  return {};
}

}  // namespace sacoche
