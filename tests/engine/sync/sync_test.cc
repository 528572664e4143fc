#include <gtest/gtest.h>

#include "engine/bundle/bundle_codec.h"
#include "engine/seal/envelope_seal.h"
#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

using SyncTest = TwoLaptops;

TEST_F(SyncTest, AnEditReachesTheOtherLaptop) {
  EXPECT_EQ(b->Text(record, kName), "Anne");
  EXPECT_EQ(a->Digest(), b->Digest());
  EXPECT_EQ((*b)->Search("anne")->size(), 1U);
}

TEST_F(SyncTest, PushAndPullTakeOneRequest) {
  a->Set(record, kCount, Value::Integer(1));
  b->Set(record, kTitle, Value::Text("t"));
  team.Sync(*a);
  const SyncReport report = team.Sync(*b);
  EXPECT_EQ(report.requests, 1U);
  EXPECT_EQ(report.changes_out, 1U);
  EXPECT_EQ(report.changes_in, 1U);
}

TEST_F(SyncTest, NothingNewIsOneSmallRequestAndNoEnvelope) {
  const SyncReport report = team.Sync(*a);
  EXPECT_EQ(report.requests, 1U);
  EXPECT_EQ(report.envelopes_out + report.envelopes_in, 0U);
  EXPECT_LT(report.body_bytes_up + report.body_bytes_down, 200U);
}

TEST_F(SyncTest, EditsThatDidNotSeeEachOtherAreBothShownWithTheirAuthors) {
  a->Set(record, kName, Value::Text("Anna"));
  b->Set(record, kName, Value::Text("Hannah"));
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    const auto conflicts = (*device)->Conflicts();
    ASSERT_EQ(conflicts->size(), 1U);
    const Conflict& conflict = conflicts->front();
    ASSERT_EQ(conflict.candidates.size(), 2U);
    std::map<std::string, std::string> by_person;
    for (const Candidate& candidate : conflict.candidates)
      by_person[(*device)->ProfileOf(candidate.author).person] = FormatValue(candidate.value);
    EXPECT_EQ(by_person, (std::map<std::string, std::string>{{"A", "Anna"}, {"B", "Hannah"}}));
  }
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(SyncTest, AResolutionIsAnEditThatEndsTheConflictEverywhere) {
  a->Set(record, kName, Value::Text("Anna"));
  b->Set(record, kName, Value::Text("Hannah"));
  SyncBoth();
  b->Set(record, kName, Value::Text("Anna"));
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  EXPECT_EQ(a->Text(record, kName), "Anna");
}

TEST_F(SyncTest, AHandOverIsNoConflict) {
  b->Set(record, kName, Value::Text("Hannah"));
  team.Sync(*b);
  team.Sync(*a);
  a->Set(record, kName, Value::Text("Anna"));
  SyncBoth();
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  EXPECT_EQ(b->Text(record, kName), "Anna");
}

TEST_F(SyncTest, AClockThatIsYearsOffNeitherStopsTheSyncNorWinsSilently) {
  constexpr std::uint64_t kTenYearsSeconds = 10ULL * 365 * 24 * 3600;
  ASSERT_THAT(team.organisation.SetPolicy({0, 0}), Succeeds());  // else b would lock
  SyncBoth();
  b->clock.AdvanceSeconds(kTenYearsSeconds);
  a->Set(record, kName, Value::Text("Anna"));
  b->Set(record, kName, Value::Text("Hannah"));
  SyncBoth();
  EXPECT_EQ(a->Conflicts(), 1U);
  // Having seen the value from the future, A's own next edit replaces it all the same.
  a->Set(record, kName, Value::Text("Anne"));
  SyncBoth();
  EXPECT_EQ(b->Text(record, kName), "Anne");
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
}

TEST_F(SyncTest, WhatANewerReleaseWroteIsKeptByAnOlderOne) {
  KindDef file = *TestSchema().FindKind(kFile);
  const FieldId newer{900};
  file.fields.push_back(TestField(newer, "newer", FieldType::kText, MergePolicy::kKeepAll));
  const Schema newer_schema({file, *TestSchema().FindKind(kPage)}, TestLists());
  const auto c = team.NewMember("C", newer_schema);
  team.Sync(*a);  // grants the key
  team.Sync(*c);
  c->Set(record, newer, Value::Text("from the future"));
  team.Sync(*c);
  team.Sync(*a);
  EXPECT_EQ((*a)->Read(record)->value().unknown_registers, 1U);
  EXPECT_EQ(a->Digest(), c->Digest());
}

TEST_F(SyncTest, ALaptopThatIsNotAdmittedIsToldSo) {
  const auto stranger = team.NewDevice("D");
  SyncReport report;
  const Status status = (*stranger)->Sync(team.http, report);
  ASSERT_THAT(status, FailsWith(ErrorCode::kNotEnrolled));
  EXPECT_NE(status.error().advice.find("administrator"), std::string::npos);
}

TEST_F(SyncTest, AMemberWithoutTheKeyWaitsAndLosesNothing) {
  const auto c = team.NewMember("C");
  EXPECT_FALSE((*c)->Read(record)->has_value());
  const RecordId own = (*c)->NewRecordId();
  c->Set(own, kName, Value::Text("typed before the key came"));
  EXPECT_EQ(team.Sync(*c).changes_out, 0U);
  EXPECT_EQ(c->Status().changes_waiting, 1U);
  team.Sync(*b);  // any member grants it
  team.Sync(*c);
  EXPECT_EQ(c->Text(record, kName), "Anne");
  SyncBoth();
  EXPECT_EQ(a->Text(own, kName), "typed before the key came");
}

// Nothing that it could read waits there.
TEST_F(SyncTest, AMemberWithoutTheKeyIsToldThatWhatItWroteWaits) {
  const SpaceId other = *team.organisation.AddSpace("other");
  const auto admit = [&](const std::string& name) {
    auto device = team.NewDevice(name);
    EXPECT_THAT((*device)->RequestAdmission(team.http, {name, name}), Succeeds());
    EXPECT_THAT(
        team.organisation.Admit(team.organisation.Requests()->front(), Role::kIntervenant, {other}),
        Succeeds());
    return device;
  };
  const auto d = admit("D");
  team.Sync(*d);  // opens the space's first epoch
  const auto c = admit("C");
  team.Sync(*c);
  c->Set((*c)->NewRecordId(), kName, Value::Text("Anne"));
  EXPECT_EQ(team.Sync(*c).spaces_waiting_for_key, 1U);
  EXPECT_EQ(c->Status().changes_waiting, 1U);
  team.Sync(*d);  // grants the key
  EXPECT_EQ(team.Sync(*c).spaces_waiting_for_key, 0U);
  EXPECT_EQ(c->Status().changes_waiting, 0U);
}

TEST(SyncStart, TwoMembersWhoStartAtOnceEndUpWithOneKey) {
  TestTeam team;
  auto a = team.NewDevice("A");
  auto b = team.NewDevice("B");
  team.Admit(*a, "A");
  team.Admit(*b, "B");
  const RecordId record = (*a)->NewRecordId();
  // Neither knows of the other's epoch when it offers its own.
  for (int round = 0; round < 2; ++round) {
    team.Sync(*a);
    team.Sync(*b);
  }
  a->Set(record, kName, Value::Text("Anne"));
  b->Set(record, kTitle, Value::Text("from B"));
  for (int round = 0; round < 2; ++round) {
    team.Sync(*a);
    team.Sync(*b);
  }
  EXPECT_EQ(a->Digest(), b->Digest());
  EXPECT_EQ(a->Text(record, kTitle), "from B");
}

TEST_F(SyncTest, AServerRestoredFromABackupIsHealedByThoseWhoComeBy) {
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kTitle, Value::Text("after the backup"));
  SyncBoth();
  b->Set(record, kCount, Value::Integer(5));
  SyncBoth();
  team.RestoreServer(backup);
  for (int round = 0; round < 3; ++round) SyncBoth();
  const auto c = team.NewMember("C");
  SyncBoth();
  team.Sync(*c);
  EXPECT_EQ(c->Digest(), a->Digest());
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(SyncTest, ABacklogBehindWhatARestoredServerForgotArrivesInOneSync) {
  const MemoryEnvelopeStore backup = team.server->store;
  a->Set(record, kTitle, Value::Text("forgotten by the server"));
  team.Sync(*a);
  team.RestoreServer(backup);
  // Two sealed envelopes wait, and both continue what the server does not know.
  for (const char* name : {"Anna", "Hannah"}) {
    a->Set(record, kName, Value::Text(name));
    team.http.CutAfter(0);
    SyncReport cut;
    EXPECT_FALSE((*a)->Sync(team.http, cut));
    team.http.Mend();
  }
  const SyncReport report = team.Sync(*a);
  EXPECT_EQ(report.envelopes_refused, 0U);
  EXPECT_EQ(a->Status().changes_waiting, 0U);
  team.Sync(*b);
  EXPECT_EQ(a->Digest(), b->Digest());
  EXPECT_EQ(b->Text(record, kName), "Hannah");
}

TEST_F(SyncTest, AServerThatCannotStoreKeepsNothingFromTheNextAttempt) {
  a->Set(record, kTitle, Value::Text("kept"));
  team.server->store.FailWrites(Error{ErrorCode::kDiskFull, "full", ""});
  SyncReport report;
  const Status failed = (*a)->Sync(team.http, report);
  ASSERT_FALSE(failed);
  EXPECT_FALSE(failed.error().advice.empty());
  EXPECT_EQ(a->Status().changes_waiting, 1U);
  team.server->store.FailWrites(std::nullopt);
  EXPECT_EQ(team.Sync(*a).changes_out, 1U);
  EXPECT_EQ(a->Status().changes_waiting, 0U);
}

// A few hundred kilobytes can mean gigabytes: no honest laptop makes such an envelope, and none
// takes it.
TEST_F(SyncTest, WhatCompressesVeryWellGoesInSeveralEnvelopes) {
  const std::string long_text(60'000, 'x');
  std::vector<RecordId> records;
  for (int i = 0; i < 50; ++i) {
    records.push_back((*a)->NewRecordId());
    a->Set(records.back(), kName, Value::Text(long_text));
  }
  EXPECT_EQ(team.Sync(*a).envelopes_out, 2U);
  EXPECT_EQ(team.Sync(*b).set_aside, 0U);
  for (const RecordId& known : records) EXPECT_EQ(b->Text(known, kName), long_text);
}

TEST_F(SyncTest, AnEnvelopeThatMeansTooMuchIsSetAside) {
  const std::uint64_t head = *team.server->store.Head(team.space);
  a->Close();
  {
    const auto store = Store::Open(a->path());
    const auto identity = DeviceIdentity::Load(**store);
    const DeviceId device = (*identity)->device();
    const auto chain = (*store)->outbox().Head(team.space);
    const auto key = EpochKey::FromBytes((*store)->keys().EpochKey(team.space, 1)->view());
    const EnvelopeHeader header{team.space,         1,           device, EnvelopeId::FromArray({9}),
                                chain->counter + 1, chain->hash, head,   {}};
    std::vector<PlainItem> items;
    for (std::uint8_t i = 1; i <= 4; ++i) {
      const RecordId dossier = RecordId::FromArray({0xd0, i});
      std::vector<Change> changes;
      for (std::uint64_t counter = 1; counter <= 40; ++counter)
        changes.push_back(
            {{ReplicaId::FromArray({i}), counter},
             Hlc::Of(1'750'000'000'000, 0),
             device,
             dossier,
             {{dossier, kFile, {{kName, {}, Value::Text(std::string(60'000, 'x')), {}}}}}});
      items.push_back({dossier, EncodeBundle(changes)});
    }
    const auto sealed = SealEnvelope(header, items, *key, (*identity)->signing_key);
    ASSERT_THAT(sealed, Succeeds());
    EXPECT_LT(sealed->bytes.size(), 20'000U);
    const NewEnvelope pushed{header, sealed->manifest_hash, sealed->bytes, 0};
    ASSERT_THAT(team.server->store.AppendEnvelopes({&pushed, 1}), Succeeds());
  }
  EXPECT_EQ(team.Sync(*b).set_aside, 1U);
  b->Set(record, kTitle, Value::Text("goes on"));
  team.Sync(*b);
  EXPECT_EQ(b->Status().changes_waiting, 0U);
}

TEST_F(SyncTest, ObserversHearOfWhatChanged) {
  std::set<RecordId> heard;
  (*b)->Observe([&](const std::set<RecordId>& touched) { heard = touched; });
  a->Set(record, kTitle, Value::Text("news"));
  team.Sync(*a);
  team.Sync(*b);
  EXPECT_EQ(heard, std::set<RecordId>{record});
}

TEST_F(SyncTest, NoBodyShowsWhatWasTyped) {
  a->Set(record, kTitle, Value::Text("le canari chante"));
  SyncBoth();
  for (const Bytes& body : team.http.bodies())
    EXPECT_EQ(TextOf(body).find("canari"), std::string_view::npos);
}

TEST_F(SyncTest, ABusyServersWordIsInTheReport) {
  Service busy(
      {team.server->store, *team.server->directory, team.server_clock, &team.server->time_key},
      {.device_rate = {.per_minute = 6, .burst = 1}});
  team.http.Reach(&busy);
  EXPECT_EQ(team.Sync(*a).retry_after_s, std::nullopt);
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  EXPECT_EQ(report.retry_after_s, 10U);
  team.http.Reach(&team.server->service);
}

}  // namespace
}  // namespace sacoche
