#pragma once

#include "engine/casework/casework_projector.h"
#include "engine/casework/posts.h"
#include "engine/casework/schema.h"
#include "tests/support/test_team.h"

namespace sacoche::casework {

// An organisation with one post, whose laptops work with the schema and the rules of casework.
class TestPost : public TestTeam {
 public:
  explicit TestPost(std::set<SpaceKind> later = {}) : post_(random_.NextId<RecordId>()) {
    for (const SpaceLabel& label : SpacesOfPost("Montcel", post_))
      if (!later.contains(*label.kind)) spaces_[*label.kind] = *organisation.AddSpace(label);
    spaces_[SpaceKind::kSharedDirectory] = *organisation.AddSpace(SharedDirectoryLabel());
  }

  // One that belongs to nothing yet.
  std::unique_ptr<TestDeviceEngine> NewStranger(const std::string& name) {
    return NewDevice(name, CaseworkSchema(), "", &projector_);
  }

  // A laptop in the spaces that its role may read; it has synchronised once.
  std::unique_ptr<TestDeviceEngine> NewLaptop(const std::string& name, Role role) {
    auto device = NewDevice(name, CaseworkSchema(), "", &projector_);
    const auto spaces = organisation.Spaces();
    Admit(*device, name, role, SpacesForRole(*spaces, role, std::array{post_}));
    Sync(*device);
    return device;
  }

  // One that was left out at first; `laptops` are let into it.
  void AddSpace(SpaceKind kind, const std::vector<std::pair<DeviceId, Role>>& laptops) {
    for (const SpaceLabel& label : SpacesOfPost("Montcel", post_))
      if (label.kind == kind) spaces_[kind] = *organisation.AddSpace(label);
    const auto spaces = organisation.Spaces();
    for (const auto& [device, role] : laptops)
      ASSERT_THAT(organisation.Move(device, role, SpacesForRole(*spaces, role, std::array{post_})),
                  Succeeds());
  }

  [[nodiscard]] SpaceId SpaceFor(SpaceKind kind) const { return spaces_.at(kind); }
  [[nodiscard]] const RecordId& post() const { return post_; }

 private:
  SeededRandom random_{4711};
  CaseworkProjector projector_;
  RecordId post_;
  std::map<SpaceKind, SpaceId> spaces_;
};

inline const KindDef& KindNamed(std::string_view kind) { return *CaseworkSchema().FindKind(kind); }

// One field of one record; `dossier` zero: the record is the dossier.
inline Edit OneField(const RecordId& record, std::string_view kind, std::string_view field,
                     Value value, const RecordId& dossier = {}) {
  const KindDef& def = KindNamed(kind);
  const FieldDef* found = def.FindField(field);
  return {dossier.is_zero() ? record : dossier,
          {{record, def.id, {{found->id, std::move(value), {}}}}}};
}

}  // namespace sacoche::casework
