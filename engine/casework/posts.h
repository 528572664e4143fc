#pragma once

#include <span>

#include "engine/casework/readers.h"
#include "engine/organisation.h"

// The spaces of a post, and who is let into which: the table of readers, turned into membership.
namespace sacoche::casework {

// So that the names of its spaces are none too long.
inline constexpr std::size_t kPostNameBytesMax = 80;

[[nodiscard]] ReaderRole ReaderRoleOf(Role role);

// The spaces that a post has of its own, named after it; `post` is the id under which the shared
// directory will know it.
[[nodiscard]] std::vector<SpaceLabel> SpacesOfPost(const std::string& name, const RecordId& post);

// The one that all posts share.
[[nodiscard]] SpaceLabel SharedDirectoryLabel();

// The id of the post whose dossiers' space has that name. kNotFound; kInvalidInput if several do.
[[nodiscard]] Result<RecordId> FindPost(std::span<const LabelledSpace> spaces,
                                        std::string_view name);

// Of the spaces of these posts and those that all share: the ones whose key the role may hold.
[[nodiscard]] std::vector<SpaceId> SpacesForRole(std::span<const LabelledSpace> spaces, Role role,
                                                 std::span<const RecordId> posts);

}  // namespace sacoche::casework
