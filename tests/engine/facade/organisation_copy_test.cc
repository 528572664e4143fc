// The administrator's own copy of the directory, where the server forgot a part of it, hides it or
// shows something else.

#include <gmock/gmock.h>

#include <fstream>

#include "engine/store/store.h"
#include "engine/sync/device_identity.h"
#include "platform/posix/posix_file_system.h"
#include "tests/support/test_team.h"

namespace sacoche {
namespace {

using Kind = DirectoryNews::Kind;
using testing::HasSubstr;

// A machine with the key file, and the copy beside it; the tool is started for each command.
struct Machine {
  std::string path;
  std::vector<Kind> heard = {};

  Organisation Start(TestTeam& team) {
    Organisation office = team.OfficeAnew();
    heard.clear();
    office.OnNews([this](const DirectoryNews& news) { heard.push_back(news.kind); });
    EXPECT_THAT(office.KeepCopyIn(&files, path), Succeeds());
    return office;
  }

  PosixFileSystem files = {};
};

class OrganisationCopyTest : public testing::Test {
 protected:
  void SetUp() override {
    laptop = team.NewMember("A");
    thief = team.NewMember("thief");
    team.Sync(*laptop);
    team.Sync(*thief);
    Organisation office = here.Start(team);
    ASSERT_THAT(office.Refresh(), Succeeds());
    EXPECT_THAT(here.heard, testing::ElementsAre(Kind::kCopyMade));
    thief_id = (*thief)->device();
  }

  const Directory& AtTheServer() { return team.server->directory->directory(); }
  std::vector<Bytes> Statements() {
    return *team.server->store.ReadStatements(0, {SIZE_MAX, SIZE_MAX});
  }
  void RevokeTheThief(Organisation& office) {
    ASSERT_THAT(office.Revoke(thief_id, RevocationStatement::Reason::kLost), Succeeds());
  }

  // From now on the server shows those in the place of its directory.
  void Show(std::vector<Bytes> statements) {
    team.http.Tamper([this, statements](Bytes& chunk) {
      Bytes changed;
      FrameSplitter splitter;
      splitter.Feed(chunk);
      if (shown_in_ != team.http.requests()) {
        shown_in_ = team.http.requests();
        AppendFrame(changed, PullFrame(AnotherDirectoryFrame{}));
        std::uint64_t sequence = 0;
        for (const Bytes& statement : statements)
          AppendFrame(changed, PullFrame(DirectoryFrame{++sequence, statement}));
      }
      for (auto raw = splitter.Next(); raw && *raw; raw = splitter.Next()) {
        const auto frame = DecodePullFrame(**raw);
        if (!std::holds_alternative<DirectoryFrame>(*frame) &&
            !std::holds_alternative<AnotherDirectoryFrame>(*frame))
          AppendFrame(changed, *frame);
      }
      chunk = std::move(changed);
    });
  }

  TestTeam team;
  TemporaryDirectory folder;
  Machine here{folder / "org.key.directory"};
  std::unique_ptr<TestDeviceEngine> laptop;
  std::unique_ptr<TestDeviceEngine> thief;
  DeviceId thief_id;
  std::uint64_t shown_in_ = 0;
};

TEST_F(OrganisationCopyTest, WhatTheServerForgotIsGivenBackBeforeAnythingIsSigned) {
  const MemoryEnvelopeStore backup = team.server->store;
  Organisation yesterday = here.Start(team);
  RevokeTheThief(yesterday);
  const std::vector<Bytes> before = Statements();
  team.RestoreServer(backup);
  ASSERT_FALSE(AtTheServer().IsRevoked(thief_id));

  Organisation today = here.Start(team);
  ASSERT_THAT(today.AddSpace("said after the restoration"), Succeeds());
  EXPECT_THAT(here.heard, testing::ElementsAre(Kind::kForgotten, Kind::kGivenBack));
  EXPECT_TRUE(AtTheServer().IsRevoked(thief_id));
  std::vector<Bytes> after = Statements();
  ASSERT_EQ(after.size(), before.size() + 1);
  after.pop_back();
  EXPECT_EQ(after, before);
  // And nothing more is heard of it.
  Organisation tomorrow = here.Start(team);
  ASSERT_THAT(tomorrow.Refresh(), Succeeds());
  EXPECT_THAT(here.heard, testing::IsEmpty());
}

TEST_F(OrganisationCopyTest, AServerThatLostEverythingIsFoundedAgainWithAllOfIt) {
  const std::vector<Bytes> before = Statements();
  team.RestoreServer(MemoryEnvelopeStore());
  Organisation office = here.Start(team);
  ASSERT_THAT(office.Found(), Succeeds());
  std::vector<Bytes> after = Statements();
  ASSERT_GE(after.size(), before.size());
  after.resize(before.size());  // the new server has another key for the time
  EXPECT_EQ(after, before);
}

TEST_F(OrganisationCopyTest, TwoMachinesWithTheKeyHealTheServerTogether) {
  Machine there{folder / "there"};
  const MemoryEnvelopeStore backup = team.server->store;
  {
    Organisation one = here.Start(team);
    ASSERT_THAT(one.AddSpace("here"), Succeeds());
    Organisation other = there.Start(team);
    RevokeTheThief(other);
  }
  const std::vector<Bytes> before = Statements();
  team.RestoreServer(backup);
  Organisation one = here.Start(team);  // has not seen the withdrawal
  ASSERT_THAT(one.Refresh(), Succeeds());
  EXPECT_EQ(Statements().size(), before.size() - 1);
  Organisation other = there.Start(team);
  ASSERT_THAT(other.Refresh(), Succeeds());
  EXPECT_EQ(Statements(), before);
  ASSERT_THAT(one.AddSpace("after"), Succeeds());
  EXPECT_TRUE(one.directory().IsRevoked(thief_id));
}

TEST_F(OrganisationCopyTest, WhatCouldNotBeSentGoesToTheServerWithTheNextContact) {
  Organisation office = here.Start(team);
  ASSERT_THAT(office.Refresh(), Succeeds());
  const std::uint64_t counter = AtTheServer().NextCounter(DeviceId());
  // The directory is read; then the line breaks within the statement.
  Status revoked;
  for (std::uint64_t bytes = 200; bytes < 20'000; bytes += 100) {
    team.http.CutAfter(bytes);
    revoked = office.Revoke(thief_id, RevocationStatement::Reason::kLost);
    if (!office.copy().Missing().empty()) break;
  }
  team.http.Mend();
  ASSERT_THAT(revoked, FailsWith(ErrorCode::kNetwork));
  EXPECT_THAT(revoked.error().advice, HasSubstr("kept"));
  ASSERT_FALSE(AtTheServer().IsRevoked(thief_id));

  Organisation later = here.Start(team);
  ASSERT_THAT(later.AddSpace("later"), Succeeds());
  EXPECT_THAT(here.heard, testing::ElementsAre(Kind::kGivenBack));
  EXPECT_TRUE(AtTheServer().IsRevoked(thief_id));
  EXPECT_EQ(AtTheServer().NextCounter(DeviceId()), counter + 2);
}

TEST_F(OrganisationCopyTest, WhatAnotherMachineSaidFirstStandsAndTheRestIsSaidAgain) {
  Organisation office = here.Start(team);
  ASSERT_THAT(office.Refresh(), Succeeds());
  team.server->store.FailWrites(Error{ErrorCode::kDiskFull, "no room", ""});
  EXPECT_FALSE(office.Revoke(thief_id, RevocationStatement::Reason::kLost));
  team.server->store.FailWrites(std::nullopt);
  Organisation elsewhere = team.OfficeAnew();
  ASSERT_THAT(elsewhere.AddSpace("elsewhere"), Succeeds());

  Organisation later = here.Start(team);
  ASSERT_THAT(later.Refresh(), Succeeds());
  EXPECT_THAT(here.heard, testing::ElementsAre(Kind::kGaveWay));
  EXPECT_FALSE(later.directory().IsRevoked(thief_id));
  RevokeTheThief(later);
  EXPECT_TRUE(AtTheServer().IsRevoked(thief_id));
}

// The one thing that cannot be healed: a machine without a copy signed on top of an old state.
TEST_F(OrganisationCopyTest, ASecondStatementUnderOneNumberIsNamedAndNothingIsSigned) {
  const MemoryEnvelopeStore backup = team.server->store;
  {
    Organisation office = here.Start(team);
    RevokeTheThief(office);
  }
  team.RestoreServer(backup);
  Organisation elsewhere = team.OfficeAnew();
  ASSERT_THAT(elsewhere.AddSpace("in the place of the withdrawal"), Succeeds());
  const std::vector<Bytes> before = Statements();

  for (int attempt = 0; attempt < 2; ++attempt) {
    Organisation office = here.Start(team);
    const auto space = office.AddSpace("on top");
    ASSERT_THAT(space, FailsWith(ErrorCode::kUntrusted));
    EXPECT_THAT(space.error().message, HasSubstr("here a withdrawal, at the server a space"));
    EXPECT_THAT(here.heard, testing::Contains(Kind::kForked));
    EXPECT_EQ(Statements(), before);
    // It can be looked at; and the withdrawal holds here all the same.
    EXPECT_THAT(office.Spaces(), Succeeds());
    EXPECT_TRUE(office.directory().IsRevoked(thief_id));
  }
  // As the advice says.
  std::filesystem::remove(here.path);
  Organisation office = here.Start(team);
  RevokeTheThief(office);
  EXPECT_TRUE(AtTheServer().IsRevoked(thief_id));
}

TEST_F(OrganisationCopyTest, AServerThatHidesAStatementGetsNoOtherSigned) {
  const std::vector<Bytes> before = Statements();
  Organisation office = here.Start(team);
  RevokeTheThief(office);
  Show(before);
  const auto space = office.AddSpace("while it is hidden");
  EXPECT_THAT(space, FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(here.heard, testing::ElementsAre(Kind::kForgotten, Kind::kWithheld));
  EXPECT_TRUE(office.directory().IsRevoked(thief_id));
  EXPECT_EQ(Statements().size(), before.size() + 1);
}

TEST_F(OrganisationCopyTest, StatementsThatAreForgedRepeatedOrLeftOutAreNamed) {
  const std::vector<Bytes> honest = Statements();
  std::vector<Bytes> forged = honest;
  forged.back().back() ^= 1;
  std::vector<Bytes> repeated = honest;
  repeated.push_back(honest[1]);
  std::vector<Bytes> left_out = honest;
  left_out.erase(left_out.begin() + 1);
  const std::pair<std::vector<Bytes>, const char*> lies[] = {
      {forged, "wrong signature"},
      {repeated, "twice"},
      {left_out, "does not follow its signer's previous one"}};
  for (const auto& [lie, name] : lies) {
    Show(lie);
    Organisation office = here.Start(team);
    const auto space = office.AddSpace("on top");
    ASSERT_THAT(space, FailsWith(ErrorCode::kUntrusted)) << name;
    EXPECT_THAT(space.error().message, HasSubstr(name));
    EXPECT_EQ(Statements(), honest);
  }
  team.http.Tamper(nullptr);
  Organisation office = here.Start(team);
  EXPECT_THAT(office.AddSpace("all is well"), Succeeds());
}

TEST_F(OrganisationCopyTest, AnotherOrderIsNamedAndDoesNoHarm) {
  {
    Organisation office = here.Start(team);
    ASSERT_THAT(office.AddSpace("one"), Succeeds());
  }
  // What the root said last, and the laptop's word before it, know nothing of each other.
  std::vector<Bytes> statements = Statements();
  const auto is_by_root = [](const Bytes& bytes) {
    return DecodeStatement(bytes)->statement.by_root();
  };
  ASSERT_TRUE(is_by_root(statements.back()));
  ASSERT_FALSE(is_by_root(statements.end()[-2]));
  std::swap(statements.back(), statements.end()[-2]);
  MemoryEnvelopeStore other;
  for (const Bytes& statement : statements) {
    const NewStatement one{statement, std::nullopt};
    ASSERT_THAT(other.AppendStatements({&one, 1}), Succeeds());
  }
  team.RestoreServer(other);
  Organisation office = here.Start(team);
  ASSERT_THAT(office.Refresh(), Succeeds());
  EXPECT_THAT(here.heard, testing::Contains(Kind::kReordered));
  EXPECT_THAT(office.AddSpace("two"), Succeeds());
}

TEST_F(OrganisationCopyTest, ADamagedCopyIsSaidToBeDamaged) {
  std::string whole;
  {
    std::ifstream file(here.path, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(file), {});
  }
  ASSERT_GT(whole.size(), 200U);
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::ofstream(here.path, std::ios::binary) << damaged;
    Organisation office = team.OfficeAnew();
    EXPECT_FALSE(office.KeepCopyIn(&here.files, here.path)) << at;
  }
  std::ofstream(here.path, std::ios::binary) << whole.substr(0, whole.size() / 2);
  Organisation office = team.OfficeAnew();
  const Status kept = office.KeepCopyIn(&here.files, here.path);
  ASSERT_THAT(kept, FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(kept.error().advice, HasSubstr("move that file away"));
}

// A disk that fails is no reason to begin anew, and to forget what only this copy knew.
TEST_F(OrganisationCopyTest, ACopyThatIsThereAndCannotBeReadIsNotReplaced) {
  const std::string aside = here.path + ".aside";
  std::filesystem::rename(here.path, aside);
  std::filesystem::create_directory(here.path);
  Organisation office = team.OfficeAnew();
  EXPECT_THAT(office.KeepCopyIn(&here.files, here.path), FailsWith(ErrorCode::kIo));
  ASSERT_THAT(office.AddSpace("all the same"), Succeeds());
  EXPECT_TRUE(std::filesystem::is_directory(here.path));
}

// An officer said something else under the number of a withdrawal that the server forgot.
TEST_F(OrganisationCopyTest, AWithdrawalThatHoldsHereAloneIsSaidAtEveryContact) {
  const OrganisationKey key = team.organisation.key().ForOfficer();
  ASSERT_THAT(team.organisation.Appoint(
                  {key.signing_key.public_key(), OfficerStatement::Rank::kAdministrator, {}}),
              Succeeds());
  const MemoryEnvelopeStore backup = team.server->store;
  Organisation before = team.OfficeOf(key, team.http);
  RevokeTheThief(before);
  ASSERT_THAT(here.Start(team).Refresh(), Succeeds());
  team.RestoreServer(backup);
  Organisation elsewhere = team.OfficeOf(key, team.http);
  ASSERT_THAT(elsewhere.AddSpace("in the place of the withdrawal"), Succeeds());

  for (int contact = 0; contact < 3; ++contact) {
    Organisation office = here.Start(team);
    ASSERT_THAT(office.Refresh(), Succeeds());
    EXPECT_THAT(here.heard, testing::Contains(Kind::kUpheld)) << contact;
    EXPECT_TRUE(office.directory().IsRevoked(thief_id));
  }
  EXPECT_FALSE(AtTheServer().IsRevoked(thief_id));
  Organisation office = here.Start(team);
  RevokeTheThief(office);
  EXPECT_TRUE(AtTheServer().IsRevoked(thief_id));
  Organisation later = here.Start(team);
  ASSERT_THAT(later.Refresh(), Succeeds());
  EXPECT_THAT(here.heard, testing::IsEmpty());
}

// Whoever is admitted with that key once more is withdrawn still.
TEST_F(OrganisationCopyTest, AWithdrawalOutlivesTheAdmissionThatGaveWay) {
  const OrganisationKey key = team.organisation.key().ForOfficer();
  ASSERT_THAT(team.organisation.Appoint(
                  {key.signing_key.public_key(), OfficerStatement::Rank::kAdministrator, {}}),
              Succeeds());
  const auto late = team.NewDevice("late");
  ASSERT_THAT((*late)->RequestAdmission(team.http, {"late", "late"}), Succeeds());
  const MemoryEnvelopeStore asked = team.server->store;
  Organisation officer = team.OfficeOf(key, team.http);
  const PendingDevice pending = officer.Requests()->front();
  ASSERT_THAT(officer.Admit(pending, Role::kIntervenant, {team.space}), Succeeds());
  Organisation office = here.Start(team);
  ASSERT_THAT(office.Revoke((*late)->device(), RevocationStatement::Reason::kLost), Succeeds());
  // The server forgets the admission, and the officer says something else in its place.
  team.RestoreServer(asked);
  Organisation elsewhere = team.OfficeOf(key, team.http);
  ASSERT_THAT(elsewhere.AddSpace("in the place of the admission"), Succeeds());
  {
    Organisation now = here.Start(team);
    ASSERT_THAT(now.Refresh(), Succeeds());
    EXPECT_THAT(here.heard, testing::Not(testing::Contains(Kind::kUpheld)));
    EXPECT_EQ(now.directory().FindMember((*late)->device()), nullptr);
  }
  ASSERT_THAT(elsewhere.Admit(pending, Role::kIntervenant, {team.space}), Succeeds());
  Organisation now = here.Start(team);
  ASSERT_THAT(now.Refresh(), Succeeds());
  EXPECT_TRUE(now.directory().IsRevoked((*late)->device()));
}

// A member who shares a dossier seals its label; what cannot be opened is one space without a name.
TEST_F(OrganisationCopyTest, ALabelThatAMemberSealedOverNothingLocksNobodyOut) {
  const DeviceId member = (*laptop)->device();
  laptop->Close();
  const auto store = Store::Open(laptop->path());
  const auto identity = DeviceIdentity::Load(**store);
  const SpaceId shared = SpaceId::FromArray({9});
  const SharingStatement sharing{shared, team.space, {thief_id}, 2'000'000'000, {1, 2, 3}};
  const Directory& directory = AtTheServer();
  const Bytes said =
      SignStatement({member, directory.NextCounter(member), directory.LastHash(member), sharing},
                    (*identity)->signing_key)
          .bytes;
  const auto outcomes = team.server->directory->Append({&said, 1});
  ASSERT_THAT(outcomes, Succeeds());
  ASSERT_FALSE(outcomes->front().problem);

  Organisation office = here.Start(team);
  const auto spaces = office.Spaces();
  ASSERT_THAT(spaces, Succeeds());
  const auto found = std::ranges::find(*spaces, shared, &LabelledSpace::space);
  ASSERT_NE(found, spaces->end());
  EXPECT_EQ(found->label.name, "?");
  EXPECT_EQ(found->label.kind, SpaceKind::kShared);
  EXPECT_EQ(std::ranges::count(*spaces, "test", [](const auto& one) { return one.label.name; }), 1);
  RevokeTheThief(office);
}

// A colleague gave a newcomer the key of an epoch that the server forgot, and another was opened in
// its place: said again, that grant would stand where one of the right key belongs.
TEST_F(OrganisationCopyTest, AGrantOfAKeyThatGaveWayIsNotSaidAgain) {
  auto colleague = team.NewMember("B");
  auto away = team.NewMember("C");
  team.Sync(*laptop);
  team.Sync(*colleague);
  team.Sync(*away);
  Organisation office = here.Start(team);
  RevokeTheThief(office);
  const MemoryEnvelopeStore backup = team.server->store;
  team.Sync(*laptop);  // opens the next epoch
  team.Sync(*colleague);
  auto newcomer = team.NewDevice("D");
  team.Admit(*newcomer, "D");
  team.Sync(*colleague);  // gives its key
  const DeviceId device = (*newcomer)->device();
  ASSERT_NE(AtTheServer().FindGrant(team.space, 2, device), nullptr);
  Organisation later = here.Start(team);
  ASSERT_THAT(later.Refresh(), Succeeds());

  team.RestoreServer(backup);
  team.Sync(*away);
  ASSERT_EQ(AtTheServer().CurrentEpoch(team.space), 2U);
  Organisation healing = here.Start(team);
  ASSERT_THAT(healing.Refresh(), Succeeds());
  ASSERT_TRUE(AtTheServer().IsMember(device, team.space));
  EXPECT_EQ(AtTheServer().FindGrant(team.space, 2, device), nullptr);
  team.Sync(*away);
  for (TestDeviceEngine* one : {newcomer.get(), laptop.get(), colleague.get()})
    EXPECT_EQ(team.Sync(*one).spaces_waiting_for_key, 0U);
}

TEST_F(OrganisationCopyTest, AnotherOrganisationsCopyIsNotTaken) {
  TestTeam others;
  Organisation office = others.OfficeAnew();
  EXPECT_THAT(office.KeepCopyIn(&here.files, here.path), FailsWith(ErrorCode::kInvalidInput));
}

}  // namespace
}  // namespace sacoche
