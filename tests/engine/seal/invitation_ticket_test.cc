#include "engine/seal/invitation_ticket.h"

#include <gtest/gtest.h>

#include "engine/seal/profile.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const BoxKey& Organisation() {
  static const BoxKey key = *BoxKey::FromSecret(Bytes(32, 7));
  return key;
}

InvitationTicket Sample() {
  return MakeInvitationTicket(Organisation(), 20'789, {1, 2, 3, 4, 5, 6});
}

// Computed once with an independent BLAKE2b (Python's hashlib: key, salt, person).
TEST(InvitationTicket, ItsTagIsPinned) {
  EXPECT_EQ(ToHex(EncodeInvitationTicket(Sample())), "010203040506513533da53471fd0495b");
}

TEST(InvitationTicket, OnlyItsOrganisationMadeIt) {
  EXPECT_TRUE(IsTicketOf(Organisation(), Sample()));
  EXPECT_FALSE(IsTicketOf(BoxKey::Generate(), Sample()));
}

TEST(InvitationTicket, NoBitOfItCanBeChanged) {
  const auto bytes = EncodeInvitationTicket(Sample());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(IsTicketOf(Organisation(), DecodeInvitationTicket(changed))) << bit;
  }
}

TEST(InvitationTicket, IsGoodUntilTheEndOfItsLastDay) {
  const std::uint64_t day_after_s = 20'790 * kSecondsPerDay;
  EXPECT_FALSE(IsPast(Sample(), 0));
  EXPECT_FALSE(IsPast(Sample(), day_after_s - 1));
  EXPECT_TRUE(IsPast(Sample(), day_after_s));
}

TEST(InvitationTicket, NoTwoAreTheSame) {
  EXPECT_NE(MakeInvitationTicket(Organisation(), 1), MakeInvitationTicket(Organisation(), 1));
}

TEST(Profiles, CarryATicketAndAreReadWithoutOne) {
  const Profile with_ticket{"Hélène Rabier", "portable 3", Sample()};
  EXPECT_EQ(*DecodeProfile(*EncodeProfile(with_ticket)), with_ticket);
  const std::string plain = *EncodeProfile({"Hélène Rabier", "portable 3"});
  EXPECT_EQ(*DecodeProfile(plain), (Profile{"Hélène Rabier", "portable 3"}));
  EXPECT_TRUE(EncodeProfile(with_ticket)->starts_with(plain));
}

}  // namespace
}  // namespace sacoche
