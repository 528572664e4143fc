#pragma once

#include <gtest/gtest.h>

#include "engine/membership/directory.h"
#include "tests/support/organisation.h"
#include "tests/support/results.h"

namespace sacoche {

inline const SpaceId kSpace = IdFrom<SpaceId>(0x10);
inline const SpaceId kOtherSpace = IdFrom<SpaceId>(0x20);
inline const SpaceId kNoSpace = IdFrom<SpaceId>(0x30);

// An organisation with two spaces: two devices share the first, a third is in the second only.
class DirectoryFixture : public testing::Test {
 protected:
  DirectoryFixture() {
    Apply(root_.Say(OrganisationOf(root_)));
    Apply(root_.Say(SpaceStatement{kSpace, {1}}));
    Apply(root_.Say(SpaceStatement{kOtherSpace, {2}}));
    Apply(root_.Say(AdmissionOf(alice_, {kSpace})));
    Apply(root_.Say(AdmissionOf(bob_, {kSpace})));
    Apply(root_.Say(AdmissionOf(carol_, {kOtherSpace})));
  }

  void Apply(const SignedStatement& statement) {
    ASSERT_THAT(directory_.Apply(statement), Succeeds());
    log_.push_back(statement);
  }

  // Refused with this code, by Check and by Apply, and nothing has changed.
  void ExpectRefused(const SignedStatement& statement, ErrorCode code) {
    const std::uint64_t count = directory_.statement_count();
    const std::uint64_t next = directory_.NextCounter(statement.statement.signer);
    EXPECT_THAT(directory_.Check(statement), FailsWith(code));
    EXPECT_THAT(directory_.Apply(statement), FailsWith(code));
    EXPECT_EQ(directory_.statement_count(), count);
    EXPECT_EQ(directory_.NextCounter(statement.statement.signer), next);
  }

  static EpochStatement Epoch(std::uint64_t number) {
    return {kSpace, number, CountingFrom<Hash256>(static_cast<std::uint8_t>(number)), {}, {}};
  }

  // Each that left ends at its seventh envelope.
  static EpochStatement After(EpochStatement epoch, const std::vector<Signer>& leavers) {
    epoch.succession.emplace();
    epoch.succession->previous_key = CountingFrom<SealedPreviousKey>(0x90);
    for (const Signer& leaver : leavers)
      epoch.succession->leavers.push_back({leaver.id(), 7, CountingFrom<Hash256>(0xa0)});
    std::ranges::sort(epoch.succession->leavers, {}, &LeaverEnd::device);
    return epoch;
  }

  static OfficerStatement Officer(const Signer& officer, OfficerStatement::Rank rank,
                                  std::vector<SpaceId> spaces = {}) {
    return {officer.key().public_key(), rank, std::move(spaces)};
  }

  static GrantStatement Grant(const Signer& to, std::uint64_t epoch = 1) {
    return {kSpace, epoch, to.id(), CountingFrom<SealedKey>(0x70)};
  }

  Signer root_ = Signer::Root();
  Signer alice_ = Signer::Device(2);
  Signer bob_ = Signer::Device(3);
  Signer carol_ = Signer::Device(4);
  Signer dora_ = Signer::Device(5);
  Signer stranger_ = Signer::Device(9);
  Directory directory_;
  std::vector<SignedStatement> log_;
};

}  // namespace sacoche
