#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/engine.h"
#include "engine/organisation.h"
#include "tests/fakes/loopback_http_client.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_schema.h"
#include "tests/support/test_server.h"

namespace sacoche {

// One device: a real store on disk, its own clock and ids.
class TestDeviceEngine {
 public:
  TestDeviceEngine(const std::string& path, std::uint64_t seed, const Schema* schema,
                   const std::string& vfs, const Projector* projector = nullptr)
      : path_(path), vfs_(vfs), random_(seed), schema_(schema), projector_(projector) {
    Reopen();
  }

  // As after a restart of the laptop.
  void Reopen() {
    engine_.reset();
    auto opened =
        Engine::Open({path_, schema_, &clock, &random_, vfs_, false, snapshot_after_envelopes,
                      snapshot_for_newcomer_envelopes, projector_});
    ASSERT_THAT(opened, Succeeds());
    engine_ = std::move(*opened);
  }

  // Until Reopen, only the file may be looked at.
  void Close() { engine_.reset(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  // The store as it is now, and the laptop with that copy put back by hand.
  void BackUp() { ASSERT_THAT(engine_->BackUpTo(path_ + ".backup"), Succeeds()); }
  void PutBackByHand() {
    engine_.reset();
    std::filesystem::copy_file(path_ + ".backup", path_,
                               std::filesystem::copy_options::overwrite_existing);
    Reopen();
  }

  Engine& operator*() { return *engine_; }
  Engine* operator->() { return engine_.get(); }

  void Set(const RecordId& record, FieldId field, Value value) {
    ASSERT_THAT(engine_->Edit(EditOf(record, field, std::move(value))), Succeeds());
  }

  std::string Text(const RecordId& record, FieldId field) {
    const auto view = engine_->Read(record);
    const VisibleField* visible = view && *view ? (*view)->Find(field) : nullptr;
    return visible == nullptr ? "" : FormatValue(visible->value);
  }

  std::size_t Conflicts() { return engine_->Conflicts()->size(); }
  std::string Digest() { return ToHex(*engine_->Digest()); }
  EngineStatus Status() { return *engine_->ReadStatus(); }

  // Every page and chain; nothing waits, nothing was set aside.
  void ExpectWhole() {
    const auto check = engine_->Check();
    ASSERT_THAT(check, Succeeds());
    EXPECT_TRUE(check->whole()) << ::testing::PrintToString(check->log);
    EXPECT_EQ(Status().changes_waiting, 0U);
    EXPECT_EQ(Status().set_aside, 0U);
  }

  ManualClock clock;
  // From Reopen on.
  std::uint64_t snapshot_after_envelopes = sync_limits::kSnapshotAfterEnvelopes;
  std::uint64_t snapshot_for_newcomer_envelopes = sync_limits::kSnapshotForNewcomerEnvelopes;

 private:
  std::string path_;
  std::string vfs_;
  SeededRandom random_;
  const Schema* schema_;
  const Projector* projector_;
  std::unique_ptr<Engine> engine_;
};

// An organisation with one space, and as many devices as a test names.
class TestTeam {
 public:
  TestTeam()
      : server(std::make_unique<TestServer>(server_clock)),
        http(&server->service),
        organisation(OrganisationKey::Generate(), {&http, &server_clock, &random_}) {
    EXPECT_THAT(organisation.Found(), Succeeds());
    space = *organisation.AddSpace("test");
  }

  std::unique_ptr<TestDeviceEngine> NewDevice(const std::string& name,
                                              const Schema& schema = TestSchema(),
                                              const std::string& vfs = "",
                                              const Projector* projector = nullptr) {
    auto device = std::make_unique<TestDeviceEngine>(folder_ / (name + ".db"), ++seed_, &schema,
                                                     vfs, projector);
    EXPECT_THAT(
        (*device)->Join({"https://server.test", "-", organisation.key().signing_key.public_key(),
                         organisation.key().box_key.public_key()}),
        Succeeds());
    return device;
  }

  void Admit(TestDeviceEngine& device, const std::string& name) {
    Admit(device, name, Role::kIntervenant, {space});
  }
  void Admit(TestDeviceEngine& device, const std::string& name, Role role,
             const std::vector<SpaceId>& spaces) {
    ASSERT_THAT(device->RequestAdmission(http, {name, name}), Succeeds());
    const auto requests = organisation.Requests();
    ASSERT_THAT(requests, Succeeds());
    for (const PendingDevice& pending : *requests) {
      if (pending.phrase != device.Status().comparison_phrase) continue;
      ASSERT_THAT(organisation.Admit(pending, role, spaces), Succeeds());
      return;
    }
    FAIL() << "the request did not arrive";
  }

  // A device that was admitted, and holds the space's key if somebody could give it.
  std::unique_ptr<TestDeviceEngine> NewMember(const std::string& name,
                                              const Schema& schema = TestSchema()) {
    auto device = NewDevice(name, schema);
    Admit(*device, name);
    Sync(*device);
    return device;
  }

  void Revoke(const DeviceId& device) {
    ASSERT_THAT(organisation.Revoke(device, RevocationStatement::Reason::kLost), Succeeds());
  }

  SyncReport Sync(TestDeviceEngine& device) {
    SyncReport report;
    EXPECT_THAT(device->Sync(http, report), Succeeds());
    return report;
  }

  // The administrator's tool, started anew: it knows what the server tells it.
  Organisation OfficeAnew() { return OfficeOf(organisation.key(), http); }
  // The same for whoever has that key, over a line of his own.
  Organisation OfficeOf(const OrganisationKey& key, LoopbackHttpClient& line) {
    return Organisation({std::move(*SigningKey::FromSeed(key.signing_key.seed().view())),
                         std::move(*BoxKey::FromSecret(key.box_key.secret())),
                         SecretBytes(key.directory_key.view()), key.officer_of},
                        {&line, &server_clock, &random_});
  }

  // The server as it was when `backup` was taken.
  void RestoreServer(const MemoryEnvelopeStore& backup) {
    server = std::make_unique<TestServer>(server_clock, backup);
    http.Reach(&server->service);
  }

  ManualClock server_clock;
  std::unique_ptr<TestServer> server;
  LoopbackHttpClient http;
  Organisation organisation;
  SpaceId space;

 private:
  TemporaryDirectory folder_;
  SeededRandom random_{77};
  std::uint64_t seed_ = 0;
};

}  // namespace sacoche
