#include "engine/casework/readers.h"

#include <gtest/gtest.h>

#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

using enum ReaderRole;

const std::vector<KindDef>& Kinds() { return CaseworkSchema().kinds(); }

ReaderRule Rule(std::string_view kind, ReaderRole role) {
  return AccessOf(CaseworkSchema().FindKind(kind)->id, role);
}

// As the domain gives the spaces to people. Who holds the key of one can read all of it, whatever
// the table says: so nobody may be promised less than a key gives, or more.
bool HoldsKey(SpaceKind space, ReaderRole role) {
  switch (space) {
    case SpaceKind::kDossiers:
    case SpaceKind::kProtocol:
    case SpaceKind::kStatistics:
      return role == kIntervenant || role == kBinome;
    case SpaceKind::kFollowUp:
      return role == kIntervenant || role == kBinome || role == kTechnicalSupervisor;
    case SpaceKind::kClinical:
      return role == kClinicalBinome;
    case SpaceKind::kAccessLog:
      return role == kIntervenant || role == kBinome || role == kTechnicalSupervisor;
    case SpaceKind::kSharedDirectory:
      return role <= kTechnicalSupervisor || role == kEmployer;
    case SpaceKind::kShared:
      return false;  // by name, and not by role
  }
  return false;
}

TEST(AccessOf, IsFullExactlyForWhoeverHoldsTheKeyOfTheSpace) {
  for (const KindDef& kind : Kinds())
    for (const ReaderRole role : kReaderRoles)
      EXPECT_EQ(AccessOf(kind.id, role).access == Access::kFull ||
                    (kind.space == SpaceKind::kAccessLog &&
                     AccessOf(kind.id, role).access == Access::kShared),
                HoldsKey(kind.space, role))
          << kind.name << " " << static_cast<int>(role);
}

TEST(MayHoldKey, IsSoForWhoeverReadsAllOfTheSpace) {
  for (std::uint8_t space = 1; space <= 8; ++space)
    for (const ReaderRole role : kReaderRoles)
      EXPECT_EQ(MayHoldKey(SpaceKind(space), role), HoldsKey(SpaceKind(space), role))
          << int{space} << " " << static_cast<int>(role);
  EXPECT_FALSE(MayHoldKey(SpaceKind(99), kIntervenant));
}

TEST(AccessOf, IsWhatTheSchemaCarries) {
  for (const KindDef& kind : Kinds()) {
    EXPECT_EQ(kind.readers, ReadersOf(kind.id)) << kind.name;
    EXPECT_NE(kind.readers, Readers()) << kind.name << " has no row";
  }
}

TEST(AccessOf, IsNothingForTheServerAndForKindsOfANewerRelease) {
  for (const KindDef& kind : Kinds()) EXPECT_EQ(AccessOf(kind.id, kServerAdmin), ReaderRule());
  for (const ReaderRole role : kReaderRoles) EXPECT_EQ(AccessOf(KindId{4000}, role), ReaderRule());
}

TEST(AccessOf, ShowsTheHostNoCase) {
  std::vector<std::string> shared;
  for (const KindDef& kind : Kinds()) {
    const ReaderRule rule = AccessOf(kind.id, kHost);
    EXPECT_LE(rule.access, Access::kShared) << kind.name;
    EXPECT_EQ(rule.on_request, ReaderRule::OnRequest::kNothing) << kind.name;
    if (rule.access == Access::kShared) shared.push_back(kind.name);
  }
  EXPECT_EQ(shared, std::vector<std::string>{"fiche_liaison"});
}

TEST(AccessOf, GivesHierarchyAndFundersFiguresAndNoMore) {
  for (const KindDef& kind : Kinds())
    for (const ReaderRole role : {kEmployer, kCommittee, kRegionalReferent}) {
      if (kind.space == SpaceKind::kSharedDirectory && role == kEmployer) continue;
      EXPECT_LE(AccessOf(kind.id, role).access, Access::kAggregates) << kind.name;
    }
}

TEST(AccessOf, LetsOnlyTheTechnicalSupervisorAskAndOnlyForACase) {
  for (const KindDef& kind : Kinds())
    for (const ReaderRole role : kReaderRoles) {
      if (AccessOf(kind.id, role).on_request == ReaderRule::OnRequest::kNothing) continue;
      EXPECT_EQ(role, kTechnicalSupervisor) << kind.name;
      EXPECT_EQ(kind.space, SpaceKind::kDossiers) << kind.name;
    }
}

TEST(AccessOf, ReadsAsTheTableOfTheDomainDoes) {
  const auto full_on_request = ReaderRule::OnRequest::kFull;
  EXPECT_EQ(Rule("situation", kBinome), ReaderRule{Access::kFull});
  EXPECT_EQ(Rule("situation", kClinicalBinome), ReaderRule{Access::kShared});
  EXPECT_EQ(Rule("situation", kTechnicalSupervisor),
            (ReaderRule{Access::kPseudonymised, full_on_request}));
  EXPECT_EQ(Rule("situation", kEmployer), ReaderRule{Access::kAggregates});
  EXPECT_EQ(Rule("personne", kTechnicalSupervisor), (ReaderRule{Access::kNone, full_on_request}));
  EXPECT_EQ(Rule("personne", kEmployer), ReaderRule{Access::kNone});
  EXPECT_EQ(Rule("ligne_veille", kTechnicalSupervisor), ReaderRule{Access::kAggregates});
  EXPECT_EQ(Rule("note_clinique", kIntervenant), ReaderRule{Access::kNone});
  EXPECT_EQ(Rule("note_clinique_partagee", kIntervenant), ReaderRule{Access::kFull});
  EXPECT_EQ(Rule("synthese_partagee", kTechnicalSupervisor), ReaderRule{Access::kShared});
  EXPECT_EQ(Rule("fiche_protocole_vc", kTechnicalSupervisor), ReaderRule{Access::kNone});
  EXPECT_EQ(Rule("suivi", kTechnicalSupervisor), ReaderRule{Access::kFull});
  EXPECT_EQ(Rule("fait_statistique", kTechnicalSupervisor), ReaderRule{Access::kAggregates});
  EXPECT_EQ(Rule("journal_acces", kIntervenant), ReaderRule{Access::kShared});
}

}  // namespace
}  // namespace sacoche::casework
