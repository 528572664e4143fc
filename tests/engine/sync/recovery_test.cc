// A new laptop that reads again what was lost with another: by its person's code on paper, or by
// the holders of the organisation's recovery key.

#include "engine/recovery.h"

#include "engine/seal/envelope_seal.h"
#include "engine/store/store.h"
#include "engine/sync/device_identity.h"
#include "tests/engine/sync/snapshot_laptops.h"
#include "tests/support/samples.h"

namespace sacoche {
namespace {

using Reason = RevocationStatement::Reason;
using Code = RecoveryStatus::Code;

Bytes CodeNumber(std::uint8_t number) { return Bytes(kRecoveryCodeBytes, number); }

class Recovery : public ::testing::Test {
 protected:
  using Device = std::unique_ptr<TestDeviceEngine>;

  void SetUp() override {
    claires = CodeNumber(1);
    a = NewLaptop("A", claire);
    ASSERT_THAT((*a)->NoteRecoveryCode(claires), Succeeds());
    EXPECT_EQ((*a)->ReadRecovery()->code, Code::kWaiting);
    team.Sync(*a);
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
    team.Sync(*a);
  }

  // Admitted as a laptop of that person; not synchronised since.
  Device NewLaptop(const std::string& name, UserId user,
                   std::optional<std::vector<SpaceId>> spaces = std::nullopt) {
    Device device = team.NewDevice(name);
    EXPECT_THAT((*device)->RequestAdmission(team.http, {name, name}), Succeeds());
    const auto requests = team.organisation.Requests();
    for (const PendingDevice& pending : *requests)
      if (pending.phrase == device->Status().comparison_phrase) {
        EXPECT_THAT(
            team.organisation.Admit(pending, Role::kIntervenant,
                                    spaces.value_or(std::vector<SpaceId>{team.space}), user),
            Succeeds());
      }
    return device;
  }

  void Withdraw(const Device& device, Reason reason) {
    ASSERT_THAT(team.organisation.Revoke((*device)->device(), reason), Succeeds());
  }

  Directory& Rules() { return rules_ = team.server->directory->directory(); }
  std::uint64_t Epoch() { return Rules().CurrentEpoch(team.space); }

  // How many envelopes of the server what was granted to the code opens.
  std::size_t CountOpenable(ByteView code) {
    const BoxKey key = std::move(*BoxKeyOfRecoveryCode(code));
    const DeviceId recipient = RecoveryRecipientOf(key.public_key());
    std::size_t count = 0;
    const auto page =
        team.server->store.ReadEnvelopes(team.space, 0, std::nullopt, {1 << 20, 1000});
    for (const EnvelopePage::Row& row : page->rows) {
      const auto envelope = DecodeEnvelope(row.envelope);
      const GrantStatement* grant =
          Rules().FindGrant(team.space, envelope->header.epoch, recipient);
      if (grant == nullptr) continue;
      const auto opened = key.Open(grant->sealed_key);
      if (opened && OpenEnvelope(*envelope, *EpochKey::FromBytes(opened->view()))) ++count;
    }
    return count;
  }

  TestTeam team;
  UserId claire = IdFrom<UserId>(0xc0);
  UserId samir = IdFrom<UserId>(0x50);
  Bytes claires;
  Device a;
  RecordId record;

  // Once the server has taken it.
  void ExpectNobodyIsStoppedBy(const SignedStatement& said) {
    const auto outcome = team.server->directory->Append({&said.bytes, 1});
    ASSERT_THAT(outcome, Succeeds());
    ASSERT_EQ(outcome->front().problem, std::nullopt);
    a->Set(record, kTitle, Value::Text("goes on"));
    team.Sync(*a);
    EXPECT_EQ(a->Status().changes_waiting, 0U);
  }

 private:
  Directory rules_;
};

TEST_F(Recovery, ThePersonsCodeOpensEverythingOnANewLaptopThoughNobodyElseIsThere) {
  EXPECT_EQ((*a)->ReadRecovery()->code, Code::kInForce);
  a->Set(record, kTitle, Value::Text("never sent"));
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  EXPECT_EQ(team.Sync(*next).spaces_waiting_for_key, 1U);

  const auto typed = (*next)->UseRecoveryCode(claires);
  ASSERT_THAT(typed, Succeeds());
  EXPECT_EQ(typed->lost, (*a)->device());
  EXPECT_EQ(typed->spaces, std::vector<SpaceId>{team.space});
  EXPECT_TRUE((*next)->ReadRecovery()->code_was_typed);
  EXPECT_EQ(team.Sync(*next).spaces_waiting_for_key, 0U);
  EXPECT_EQ(next->Text(record, kName), "Anne");
  EXPECT_EQ(next->Text(record, kTitle), "");  // lost with the laptop
  EXPECT_TRUE((*next)->LastReceivedFrom((*a)->device())->has_value());

  // It writes with another key than the lost laptop's, and needs the code no more.
  EXPECT_EQ(Epoch(), 2U);
  EXPECT_FALSE((*next)->ReadRecovery()->code_was_typed);
  EXPECT_NE(Rules().FindGrant(team.space, 2, (*next)->device()), nullptr);
  next->Set(record, kTitle, Value::Text("goes on"));
  team.Sync(*next);
  next->Reopen();
  EXPECT_EQ(next->Text(record, kTitle), "goes on");
  next->ExpectWhole();
}

TEST_F(Recovery, TheUseIsRecordedBeforeAnythingIsOpened) {
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  team.Sync(*next);
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  // The answer that would bring the statement back is lost.
  team.http.Tamper([&](Bytes& answer) {
    if (!Rules().recovery_uses().empty()) answer.clear();
  });
  SyncReport report;
  EXPECT_THAT((*next)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  team.http.Tamper(nullptr);
  EXPECT_EQ(Rules().recovery_uses().size(), 1U);
  EXPECT_TRUE((*next)->ReadRecovery()->code_was_typed);
  EXPECT_EQ(next->Text(record, kName), "");
  next->Reopen();
  team.Sync(*next);
  EXPECT_EQ(Rules().recovery_uses().size(), 1U);
  EXPECT_FALSE((*next)->ReadRecovery()->code_was_typed);
  EXPECT_EQ(next->Text(record, kName), "Anne");
}

TEST_F(Recovery, AWrongCodeChangesNothing) {
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  EXPECT_THAT((*next)->UseRecoveryCode(claires), FailsWith(ErrorCode::kNotEnrolled));
  team.Sync(*next);
  EXPECT_THAT((*next)->UseRecoveryCode(CodeNumber(9)), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT((*next)->UseRecoveryCode(Bytes(17, 1)), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_FALSE((*next)->ReadRecovery()->code_was_typed);
  EXPECT_EQ(team.Sync(*next).spaces_waiting_for_key, 1U);
  EXPECT_TRUE(Rules().recovery_uses().empty());
}

TEST_F(Recovery, TheCodeOfAnotherPersonOpensNothing) {
  Device b = NewLaptop("B", samir);
  team.Sync(*b);
  EXPECT_THAT((*b)->UseRecoveryCode(claires), FailsWith(ErrorCode::kInvalidInput));
  // Nor that of a person who is not said to be the same.
  Device stranger = team.NewMember("stranger");
  EXPECT_THAT((*stranger)->UseRecoveryCode(claires), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(Recovery, ACodeThatIsNotNeededIsNotUsed) {
  Withdraw(a, Reason::kReplaced);
  Device b = NewLaptop("B", samir);
  Device next = NewLaptop("next", claire);
  team.Sync(*b);
  team.Sync(*next);
  // Nobody granted anything to B, so that claire's code is what there is.
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  team.Sync(*next);
  EXPECT_THAT((*next)->UseRecoveryCode(claires), FailsWith(ErrorCode::kAlreadyExists));
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kName), "Anne");
}

TEST_F(Recovery, EveryLaptopOfTheSpaceIsToldUntilSomebodyThereAcknowledges) {
  Device b = NewLaptop("B", samir);
  const SpaceId other = *team.organisation.AddSpace("other");
  Device outsider = NewLaptop("outsider", IdFrom<UserId>(0x70), std::vector<SpaceId>{other});
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*b);
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  team.Sync(*next);
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  team.Sync(*next);
  EXPECT_TRUE((*b)->ReadRecovery()->notices.empty());
  team.Sync(*b);
  team.Sync(*outsider);
  const auto notices = (*b)->ReadRecovery()->notices;
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_FALSE(notices[0].by_organisation);
  EXPECT_EQ(notices[0].device, (*next)->device());
  EXPECT_EQ(notices[0].spaces, std::vector<SpaceId>{team.space});
  EXPECT_EQ(notices[0].heard_ms, (*b)->Now().ms);
  EXPECT_TRUE((*outsider)->ReadRecovery()->notices.empty());
  EXPECT_TRUE((*next)->ReadRecovery()->notices.empty());  // who typed it knows

  b->Reopen();
  team.Sync(*b);
  EXPECT_EQ((*b)->ReadRecovery()->notices.size(), 1U);
  ASSERT_THAT((*b)->AcknowledgeRecoveries({notices[0].statement}), Succeeds());
  b->Reopen();
  team.Sync(*b);
  EXPECT_TRUE((*b)->ReadRecovery()->notices.empty());
}

// The new laptop has a code of its own, which must not end the old one before that was used.
TEST_F(Recovery, TheNewLaptopsOwnCodeTakesThePlaceOfTheOldOneOnceItIsNotNeeded) {
  const Bytes own = CodeNumber(2);
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  ASSERT_THAT((*next)->NoteRecoveryCode(own), Succeeds());
  team.Sync(*next);
  EXPECT_EQ((*next)->ReadRecovery()->code, Code::kWaiting);
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  team.Sync(*next);
  EXPECT_EQ((*next)->ReadRecovery()->code, Code::kInForce);
  EXPECT_EQ(Rules().FindRecoveryKey((*a)->device()), nullptr);
  EXPECT_TRUE(Rules().Leavers(team.space).empty());
  EXPECT_EQ(Epoch(), 2U);  // one, for the laptop and its code

  const std::size_t before = CountOpenable(claires);
  next->Set(record, kTitle, Value::Text("afterwards"));
  team.Sync(*next);
  EXPECT_EQ(CountOpenable(claires), before);
  EXPECT_EQ(CountOpenable(own), 1U);

  Withdraw(next, Reason::kLost);
  Device third = NewLaptop("third", claire);
  team.Sync(*third);
  EXPECT_THAT((*third)->UseRecoveryCode(claires), FailsWith(ErrorCode::kInvalidInput));
  ASSERT_THAT((*third)->UseRecoveryCode(own), Succeeds());
  team.Sync(*third);
  EXPECT_EQ(third->Text(record, kName), "Anne");
  EXPECT_EQ(third->Text(record, kTitle), "afterwards");
}

TEST_F(Recovery, ALossLeavesTheCodeInForceForWhatColleaguesWriteAfterwards) {
  Device b = NewLaptop("B", samir);
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*b);
  Withdraw(a, Reason::kLost);
  team.Sync(*b);
  b->Set(record, kTitle, Value::Text("by a colleague"));
  team.Sync(*b);
  EXPECT_EQ(Epoch(), 2U);
  b->Close();  // on holiday
  Device next = NewLaptop("next", claire);
  team.Sync(*next);
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  team.Sync(*next);
  EXPECT_EQ(next->Text(record, kName), "Anne");
  EXPECT_EQ(next->Text(record, kTitle), "by a colleague");
}

TEST_F(Recovery, ADepartureEndsTheCode) {
  Device b = NewLaptop("B", samir);
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*b);
  Withdraw(a, Reason::kDeparture);
  const std::size_t before = CountOpenable(claires);
  EXPECT_GT(before, 0U);
  team.Sync(*b);
  b->Set(record, kTitle, Value::Text("after the departure"));
  team.Sync(*b);
  EXPECT_EQ(CountOpenable(claires), before);
  Device next = NewLaptop("next", claire);
  team.Sync(*next);
  EXPECT_THAT((*next)->UseRecoveryCode(claires), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(Recovery, ANewCodeOfTheSameLaptopClosesWhatComesToTheOldPaper) {
  const Bytes fresh = CodeNumber(3);
  ASSERT_THAT((*a)->NoteRecoveryCode(fresh), Succeeds());
  team.Sync(*a);
  EXPECT_EQ(Epoch(), 2U);
  const std::size_t before = CountOpenable(claires);
  EXPECT_EQ(before, 1U);
  a->Set(record, kTitle, Value::Text("later"));
  team.Sync(*a);
  EXPECT_EQ(CountOpenable(claires), before);
  EXPECT_EQ(CountOpenable(fresh), 1U);
  EXPECT_EQ((*a)->ReadRecovery()->code, Code::kInForce);
}

// Said by a member to stop the programs of the others.
TEST_F(Recovery, AKeyToWhichNothingCanBeSealedStopsNobody) {
  Device b = NewLaptop("B", samir);
  team.Sync(*b);
  team.Sync(*a);
  b->Close();
  const auto store = Store::Open(b->path());
  ASSERT_THAT(store, Succeeds());
  const auto identity = DeviceIdentity::Load(**store);
  const DeviceId signer = (*identity)->device();
  const SignedStatement said =
      SignStatement({signer, Rules().NextCounter(signer), Rules().LastHash(signer),
                     RecoveryKeyStatement{BoxPublicKey{}}},
                    (*identity)->signing_key);
  ExpectNobodyIsStoppedBy(said);
  ASSERT_NE(Rules().FindRecoveryKey(signer), nullptr);
  EXPECT_EQ(Rules().FindGrant(team.space, 1, Rules().FindRecoveryKey(signer)->recipient), nullptr);
}

// Said by an officer, for the same.
TEST_F(Recovery, ALaptopToWhichNothingCanBeSealedStopsNobody) {
  AdmissionStatement admission;
  admission.signing_key = SigningKey::Generate().public_key();
  admission.spaces = {team.space};
  const DeviceId root;
  const SignedStatement said =
      SignStatement({root, Rules().NextCounter(root), Rules().LastHash(root), admission},
                    team.organisation.key().signing_key);
  ExpectNobodyIsStoppedBy(said);
  EXPECT_EQ(Rules().FindGrant(team.space, 1, DeviceIdOf(admission.signing_key)), nullptr);
}

TEST_F(Recovery, AWithdrawnLaptopForgetsACodeThatWasTyped) {
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  team.Sync(*next);
  ASSERT_THAT((*next)->UseRecoveryCode(claires), Succeeds());
  Withdraw(next, Reason::kLost);
  SyncReport report;
  EXPECT_THAT((*next)->Sync(team.http, report), FailsWith(ErrorCode::kRevoked));
  next->Close();
  const auto store = Store::OpenReadOnly(next->path());
  ASSERT_THAT(store, Succeeds());
  EXPECT_TRUE((*store)->keys().Read("recovery.typed")->empty());
  EXPECT_TRUE(Rules().recovery_uses().empty());
}

// -- The organisation's key ----------------------------------------------------------------------

class OrganisationRecoveryTest : public Recovery {
 protected:
  void SetUp() override {
    Recovery::SetUp();
    ASSERT_THAT(team.organisation.SetRecoveryKey(key.public_key()), Succeeds());
    team.Sync(*a);
    a->Set(record, kTitle, Value::Text("before the departure"));
    team.Sync(*a);
  }

  BoxKey key = BoxKey::Generate();
};

TEST_F(OrganisationRecoveryTest, APostWhosePeopleAreAllGoneIsReadAgain) {
  ASSERT_THAT(team.organisation.Refresh(), Succeeds());
  EXPECT_TRUE(team.organisation.IsRecoverable(team.space));
  Withdraw(a, Reason::kDeparture);
  Device next = NewLaptop("next", samir);
  EXPECT_EQ(team.Sync(*next).spaces_waiting_for_key, 1U);

  // By the holders, on the administrator's machine.
  const auto shares = SplitRecoveryKey(
      key, FingerprintOf(team.organisation.key().signing_key.public_key()), {2, 3});
  const BoxKey joined = std::move(*JoinRecoveryKey(std::span(*shares).subspan(1)));
  const auto restored = team.organisation.UseRecoveryKey(joined, (*next)->device());
  ASSERT_THAT(restored, Succeeds());
  EXPECT_EQ(restored->opened, std::vector<SpaceId>{team.space});
  EXPECT_TRUE(restored->not_given.empty());

  EXPECT_EQ(team.Sync(*next).spaces_waiting_for_key, 0U);
  EXPECT_EQ(next->Text(record, kName), "Anne");
  EXPECT_EQ(next->Text(record, kTitle), "before the departure");
  next->Set(record, kName, Value::Text("goes on"));
  team.Sync(*next);
  EXPECT_EQ(Epoch(), 2U);
  next->ExpectWhole();
  ASSERT_THAT(team.organisation.Refresh(), Succeeds());
  EXPECT_TRUE(team.organisation.IsRecoverable(team.space));

  const auto notices = (*next)->ReadRecovery()->notices;
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_TRUE(notices[0].by_organisation);
  EXPECT_EQ(notices[0].device, (*next)->device());
  const auto again = team.organisation.UseRecoveryKey(joined, (*next)->device());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->had_key, std::vector<SpaceId>{team.space});
  EXPECT_EQ(Rules().recovery_uses().size(), 1U);
}

TEST_F(OrganisationRecoveryTest, ColleaguesOfTheSpaceAreTold) {
  Device b = NewLaptop("B", samir);
  team.Sync(*b);
  team.Sync(*a);
  team.Sync(*b);
  Withdraw(a, Reason::kLost);
  Device next = NewLaptop("next", claire);
  ASSERT_THAT(team.organisation.UseRecoveryKey(key, (*next)->device()), Succeeds());
  team.Sync(*b);
  ASSERT_EQ((*b)->ReadRecovery()->notices.size(), 1U);
  EXPECT_TRUE((*b)->ReadRecovery()->notices[0].by_organisation);
}

TEST_F(OrganisationRecoveryTest, AKeyThatIsNotInForceOpensNothing) {
  Withdraw(a, Reason::kDeparture);
  Device next = NewLaptop("next", samir);
  EXPECT_THAT(team.organisation.UseRecoveryKey(BoxKey::Generate(), (*next)->device()),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(team.organisation.UseRecoveryKey(key, (*a)->device()),
              FailsWith(ErrorCode::kNotFound));
  EXPECT_TRUE(Rules().recovery_uses().empty());
}

TEST_F(OrganisationRecoveryTest, WhatTheKeyWasNeverGivenIsSaid) {
  ASSERT_THAT(team.organisation.SetRecoveryKey(BoxKey::Generate().public_key()), Succeeds());
  BoxKey newest = BoxKey::Generate();
  ASSERT_THAT(team.organisation.SetRecoveryKey(newest.public_key()), Succeeds());
  Withdraw(a, Reason::kDeparture);  // before it could give it anything
  Device next = NewLaptop("next", samir);
  EXPECT_FALSE(team.organisation.IsRecoverable(team.space));
  const auto restored = team.organisation.UseRecoveryKey(newest, (*next)->device());
  ASSERT_THAT(restored, Succeeds());
  EXPECT_EQ(restored->not_given, std::vector<SpaceId>{team.space});
  EXPECT_TRUE(Rules().recovery_uses().empty());
}

// The departed made the only snapshot, and the server has dropped what it stands for.
class RecoveryOfACompactedSpace : public SnapshotLaptops {};

TEST_F(RecoveryOfACompactedSpace, TheSnapshotOfALaptopThatLeftIsTakenWhereNobodyElseIs) {
  BoxKey key = BoxKey::Generate();
  ASSERT_THAT(team.organisation.SetRecoveryKey(key.public_key()), Succeeds());
  Work(12);
  ASSERT_GT(made, 0U);
  Compact();
  ASSERT_GT(Dropped(), 0U);
  const std::string digest = a->Digest();
  for (const Device* device : {&a, &b})
    ASSERT_THAT(team.organisation.Revoke((**device)->device(), Reason::kDeparture), Succeeds());
  Device next = team.NewMember("next");
  ASSERT_THAT(team.organisation.UseRecoveryKey(key, (*next)->device()), Succeeds());
  const SyncReport report = team.Sync(*next);
  EXPECT_EQ(report.spaces_waiting_for_snapshot, 0U);
  EXPECT_EQ(next->Digest(), digest);
  next->ExpectWhole();
}

}  // namespace
}  // namespace sacoche
