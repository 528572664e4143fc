// The first statement of a directory, and whose it must be.

#include <gtest/gtest.h>

#include "engine/membership/directory.h"
#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const SpaceId kSpace = IdFrom<SpaceId>(0x10);

TEST(DirectoryStart, BeginsWithAnOrganisation) {
  Signer root = Signer::Root();
  Directory unclaimed;
  EXPECT_FALSE(unclaimed.has_organisation());
  EXPECT_THAT(unclaimed.Apply(Signer::Root().Say(SpaceStatement{kSpace, {}})),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(unclaimed.Apply(root.Say(OrganisationOf(root))), Succeeds());
  EXPECT_TRUE(unclaimed.has_organisation());
}

TEST(DirectoryStart, APinnedRootStillNeedsItsOrganisationFirst) {
  Signer root = Signer::Root();
  Directory pinned(root.key().public_key());
  EXPECT_THAT(pinned.Apply(root.Say(SpaceStatement{kSpace, {}})), FailsWith(ErrorCode::kUntrusted));
}

TEST(DirectoryStart, APinnedRootRefusesAnotherOrganisation) {
  Signer other = Signer::Root();
  Directory pinned(KeyNumber(8).public_key());
  EXPECT_THAT(pinned.Apply(other.Say(OrganisationOf(other))), FailsWith(ErrorCode::kUntrusted));
}

TEST(DirectoryStart, NobodyMakesAnOrganisationInTheNameOfAnotherRoot) {
  Signer root = Signer::Root();
  Directory unclaimed;
  const Statement said{{}, 1, {}, OrganisationOf(root)};
  EXPECT_THAT(unclaimed.Apply(SignStatement(said, KeyNumber(8))), FailsWith(ErrorCode::kUntrusted));
}

TEST(DirectoryStart, APinnedRootCannotNameAnotherAsTheOrganisation) {
  Signer root = Signer::Root();
  Directory pinned(root.key().public_key());
  EXPECT_THAT(pinned.Apply(root.Say(OrganisationOf(Signer::Device(8)))),
              FailsWith(ErrorCode::kUntrusted));
}

}  // namespace
}  // namespace sacoche
