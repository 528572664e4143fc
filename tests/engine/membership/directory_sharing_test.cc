#include <gtest/gtest.h>

#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const SpaceId kPost = IdFrom<SpaceId>(0x10);
const SpaceId kShared = IdFrom<SpaceId>(0x20);

class DirectorySharing : public ::testing::Test {
 protected:
  void SetUp() override {
    Say(root_, OrganisationOf(root_));
    Say(root_, SpaceStatement{kPost, {1}});
    for (Signer* device : {&claire_, &samir_}) Say(root_, AdmissionOf(*device, {kPost}));
    for (Signer* device : {&ines_, &helene_}) Say(root_, AdmissionOf(*device, {}));
  }

  void Say(Signer& signer, StatementPayload payload) {
    ASSERT_THAT(directory_.Apply(signer.Say(std::move(payload))), Succeeds());
  }
  // The signer's chain goes on as if it had not been said.
  void Refuses(const Signer& signer, StatementPayload payload, ErrorCode code) {
    Signer trial = signer;
    EXPECT_THAT(directory_.Apply(trial.Say(std::move(payload))), FailsWith(code));
  }

  static SharingStatement With(std::vector<DeviceId> guests) {
    std::ranges::sort(guests);
    return {kShared, kPost, std::move(guests), 1000, {7}};
  }

  void OpenEpoch(Signer& signer, const SpaceId& space, std::uint64_t epoch) {
    std::optional<EpochStatement::Succession> succession;
    if (epoch > 1) {
      succession.emplace();
      for (const DeviceId& device : directory_.Leavers(space))
        succession->leavers.push_back({device, 0, {}});
    }
    Say(signer, EpochStatement{space, epoch, {}, succession, {}});
  }

  Directory directory_;
  Signer root_ = Signer::Root();
  Signer claire_ = Signer::Device(2);
  Signer samir_ = Signer::Device(3);
  Signer ines_ = Signer::Device(4);
  Signer helene_ = Signer::Device(5);
};

TEST_F(DirectorySharing, LetsInTheGuestsBesideTheParentsMembers) {
  Say(claire_, With({ines_.id()}));
  for (const Signer* device : {&claire_, &samir_, &ines_})
    EXPECT_TRUE(directory_.IsMember(device->id(), kShared));
  EXPECT_FALSE(directory_.IsMember(helene_.id(), kShared));
  EXPECT_FALSE(directory_.IsMember(ines_.id(), kPost));
  EXPECT_EQ(directory_.SpacesOf(ines_.id()), std::vector{kShared});
  EXPECT_EQ(directory_.SpacesOf(claire_.id()), (std::vector{kPost, kShared}));
}

TEST_F(DirectorySharing, IsSaidByMembersOfTheParentOnly) {
  Refuses(ines_, With({ines_.id()}), ErrorCode::kUntrusted);
  Refuses(root_, With({ines_.id()}), ErrorCode::kUntrusted);
  Say(claire_, With({ines_.id()}));
  // A guest is no member of the parent, and passes nothing on.
  Refuses(ines_, With({ines_.id(), helene_.id()}), ErrorCode::kUntrusted);
  Refuses(ines_, SharingStatement{IdFrom<SpaceId>(0x30), kShared, {helene_.id()}, 1, {7}},
          ErrorCode::kUntrusted);
  Refuses(claire_, SharingStatement{IdFrom<SpaceId>(0x30), kShared, {helene_.id()}, 1, {7}},
          ErrorCode::kUntrusted);
}

TEST_F(DirectorySharing, CannotTakeAnotherSpacesPlace) {
  Refuses(claire_, SharingStatement{kPost, kPost, {ines_.id()}, 1, {7}}, ErrorCode::kRefused);
  Refuses(claire_, With({}), ErrorCode::kRefused);
  Refuses(claire_, With({IdFrom<DeviceId>(0x99)}), ErrorCode::kRefused);
  Say(claire_, With({ines_.id()}));
  SharingStatement other = With({ines_.id()});
  other.sealed_label = {8};
  Refuses(samir_, other, ErrorCode::kRefused);
  // Nor is anybody admitted to it: its members follow from the parent.
  Refuses(root_, AdmissionOf(helene_, {kShared}), ErrorCode::kRefused);
}

TEST_F(DirectorySharing, EndsForEver) {
  Say(claire_, With({ines_.id()}));
  OpenEpoch(claire_, kShared, 1);
  Say(samir_, With({}));
  for (const Signer* device : {&claire_, &samir_, &ines_}) {
    EXPECT_FALSE(directory_.IsMember(device->id(), kShared));
    EXPECT_TRUE(directory_.WasEverMember(device->id(), kShared));
  }
  EXPECT_TRUE(directory_.Leavers(kShared).empty());
  Refuses(claire_, With({ines_.id()}), ErrorCode::kRefused);
}

TEST_F(DirectorySharing, TakesAnotherKeyWhenAGuestLeaves) {
  Say(claire_, With({ines_.id(), helene_.id()}));
  OpenEpoch(claire_, kShared, 1);
  EXPECT_TRUE(directory_.Leavers(kShared).empty());
  Say(claire_, With({ines_.id()}));
  EXPECT_EQ(directory_.Leavers(kShared), std::vector{helene_.id()});
  OpenEpoch(samir_, kShared, 2);
  EXPECT_TRUE(directory_.Leavers(kShared).empty());
  // Who comes back is no leaver any more.
  Say(claire_, With({ines_.id(), helene_.id()}));
  EXPECT_EQ(directory_.FindEnd(kShared, helene_.id()), nullptr);
}

TEST_F(DirectorySharing, TakesAnotherKeyWhenOneOfTheParentLeaves) {
  Say(claire_, With({ines_.id()}));
  OpenEpoch(claire_, kPost, 1);
  OpenEpoch(claire_, kShared, 1);
  Say(root_, AdmissionOf(samir_, {}));
  EXPECT_EQ(directory_.Leavers(kPost), std::vector{samir_.id()});
  EXPECT_EQ(directory_.Leavers(kShared), std::vector{samir_.id()});
  Say(root_, AdmissionOf(samir_, {kPost}));
  EXPECT_TRUE(directory_.Leavers(kShared).empty());
  Say(root_, RevocationStatement{samir_.id(), RevocationStatement::Reason::kLost});
  EXPECT_EQ(directory_.Leavers(kShared), std::vector{samir_.id()});
  EXPECT_FALSE(directory_.IsMember(samir_.id(), kShared));
}

TEST_F(DirectorySharing, LosesAGuestWhoseLaptopIsWithdrawn) {
  Say(claire_, With({ines_.id()}));
  OpenEpoch(claire_, kShared, 1);
  Say(root_, RevocationStatement{ines_.id(), RevocationStatement::Reason::kLost});
  EXPECT_FALSE(directory_.IsMember(ines_.id(), kShared));
  EXPECT_EQ(directory_.Leavers(kShared), std::vector{ines_.id()});
  EXPECT_TRUE(directory_.IsMember(claire_.id(), kShared));
}

}  // namespace
}  // namespace sacoche
