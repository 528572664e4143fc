#pragma once

#include "engine/membership/directory_copy.h"
#include "engine/membership/enrolment_request.h"
#include "tests/support/organisation.h"

namespace sacoche {

// One of each kind, in the order of their numbers, as one chain of key number 2. Each is well
// formed; a directory would refuse some of them to this signer.
inline std::vector<SignedStatement> EveryStatement() {
  const auto space = IdFrom<SpaceId>(0x10);
  Signer signer = Signer::Device(2);
  AdmissionStatement of_user = AdmissionOf(signer, {space});
  of_user.role = Role::kAdministrator;
  of_user.user = IdFrom<UserId>(0x60);
  const EpochStatement::Succession succession{
      CountingFrom<SealedPreviousKey>(0x70),
      {{IdFrom<DeviceId>(0x80), 0, {}},
       {IdFrom<DeviceId>(0x90), 300, CountingFrom<Hash256>(0xa0)}}};
  return {signer.Say(OrganisationOf(signer)),
          signer.Say(SpaceStatement{space, {1, 2, 3}}),
          signer.Say(AdmissionOf(signer, {space, IdFrom<SpaceId>(0x20)})),
          signer.Say(EpochStatement{space, 300, CountingFrom<Hash256>(0x30), {}, {}}),
          signer.Say(GrantStatement{space, 300, signer.id(), CountingFrom<SealedKey>(0x40)}),
          signer.Say(ServerStatement{CountingFrom<SigningPublicKey>(0x50)}),
          signer.Say(of_user),
          signer.Say(OfficerStatement{
              CountingFrom<SigningPublicKey>(0xb0), OfficerStatement::Rank::kReferent, {space}}),
          signer.Say(
              RevocationStatement{IdFrom<DeviceId>(0xc0), RevocationStatement::Reason::kDeparture}),
          signer.Say(EpochStatement{space, 301, CountingFrom<Hash256>(0x31), succession, {}}),
          signer.Say(RecoveryKeyStatement{CountingFrom<BoxPublicKey>(0xd0)}),
          signer.Say(RecoveryUseStatement{
              IdFrom<DeviceId>(0xe0), IdFrom<DeviceId>(0xf0), {space, IdFrom<SpaceId>(0x20)}})};
}

// Two that the server shows, one that it forgot, and one that waits for it.
inline DirectoryCopy SampleDirectoryCopy() {
  Signer root = Signer::Root();
  const auto space = [&](std::uint8_t first) {
    return root.Say(SpaceStatement{IdFrom<SpaceId>(first), {1, 2, 3}}).bytes;
  };
  DirectoryCopy copy;
  copy.root = root.key().public_key();
  copy.shown = {root.Say(OrganisationOf(root)).bytes, space(0x10)};
  copy.lacking = {space(0x20)};
  copy.unanswered = {space(0x30)};
  return copy;
}

// Epochs that hold the opener's own key; a chain of key number 2 that begins here.
inline std::vector<SignedStatement> EpochsWithKeys() {
  const auto space = IdFrom<SpaceId>(0x10);
  Signer signer = Signer::Device(2);
  return {
      signer.Say(
          EpochStatement{space, 1, CountingFrom<Hash256>(0x30), {}, CountingFrom<SealedKey>(0x41)}),
      signer.Say(EpochStatement{space, 2, CountingFrom<Hash256>(0x31),
                                EpochStatement::Succession{CountingFrom<SealedPreviousKey>(0x70),
                                                           {{IdFrom<DeviceId>(0x80), 0, {}}}},
                                CountingFrom<SealedKey>(0x42)})};
}

// An epoch behind two that nobody holds; a chain of key number 2 that begins here.
inline EpochStatement SampleEpochPassingOver() {
  return {IdFrom<SpaceId>(0x10), 301, CountingFrom<Hash256>(0x31),
          EpochStatement::Succession{
              CountingFrom<SealedPreviousKey>(0x70), {{IdFrom<DeviceId>(0x80), 0, {}}}, 2},
          CountingFrom<SealedKey>(0x42)};
}
inline SignedStatement SampleEpochPassingOverStatement() {
  return Signer::Device(2).Say(SampleEpochPassingOver());
}

// A dossier shared with two laptops, and no longer; a chain of key number 2 that begins here.
inline std::vector<SignedStatement> Sharings() {
  SharingStatement sharing{IdFrom<SpaceId>(0x20),
                           IdFrom<SpaceId>(0x10),
                           {IdFrom<DeviceId>(0x80), IdFrom<DeviceId>(0x90)},
                           1'800'000'000,
                           {4, 5, 6}};
  Signer signer = Signer::Device(2);
  std::vector<SignedStatement> said = {signer.Say(sharing)};
  sharing.guests.clear();
  said.push_back(signer.Say(sharing));
  return said;
}

// A policy, and the most permissive one; a chain of key number 2 that begins here.
inline std::vector<SignedStatement> Policies() {
  Signer signer = Signer::Device(2);
  return {signer.Say(PolicyStatement{21, 6}), signer.Say(PolicyStatement{0, kBreakGlassHoursMax})};
}

// The key of an epoch that gave way; a chain of key number 2 that begins here.
inline LostKeyStatement SampleLostKey() {
  return {IdFrom<SpaceId>(0x10),       2,
          CountingFrom<Hash256>(0x31), 300,
          CountingFrom<Hash256>(0x30), CountingFrom<SealedPreviousKey>(0x70)};
}
inline SignedStatement SampleLostKeyStatement() { return Signer::Device(2).Say(SampleLostKey()); }

inline ReplacedViewStatement SampleReplacedView() {
  return {{{IdFrom<SpaceId>(0x10), 1}, {IdFrom<SpaceId>(0x20), 300}}};
}
inline SignedStatement SampleReplacedViewStatement() {
  return Signer::Device(2).Say(SampleReplacedView());
}

// By key number 2, who signs it.
inline EnrolmentRequest SampleEnrolmentRequest() {
  return {KeyNumber(2).public_key(), CountingFrom<BoxPublicKey>(1), {9, 8, 7}};
}

}  // namespace sacoche
