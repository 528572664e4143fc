#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <thread>

#include "sync-server/sqlite/store_verifier.h"
#include "tests/sync-server/server_process.h"

// kill -9 of the server while several laptops push: what was acknowledged is there, once.
namespace sacoche {
namespace {

#ifndef SACOCHE_SERVER_KILLS
#define SACOCHE_SERVER_KILLS 10
#endif
constexpr int kKills = SACOCHE_SERVER_KILLS;
constexpr std::size_t kBatchMax = 4;

// Pushes batch after batch until the server is gone. What it did not hear of, it sends again first.
class PushingLaptop {
 public:
  PushingLaptop(std::uint8_t number, const SpaceId& space) : device_(number), space_(space) {}

  [[nodiscard]] TestDevice& device() { return device_; }
  [[nodiscard]] const std::map<EnvelopeId, std::uint64_t>& acknowledged() const {
    return acknowledged_;
  }

  void PushUntilTheServerIsGone(const ServerProcess& server, std::atomic<int>& pushes) {
    TestClient client(server);
    while (true) {
      while (waiting_.size() < kBatchMax) waiting_.push_back(device_.NextEnvelope(space_, 500));
      TestPush push;
      for (const Envelope& envelope : waiting_) push.envelopes.push_back(EncodeEnvelope(envelope));
      const auto reply = client.Send(client.Sign(device_.key(), device_.signer(), push.Encode()));
      if (!reply || reply->status != 200) return;
      const TestPull pull = TestPull::Decode(reply->body);
      ASSERT_EQ(pull.acknowledgements.size(), waiting_.size());
      for (const AcknowledgementFrame& frame : pull.acknowledgements)
        acknowledged_.emplace(frame.envelope, frame.sequence);
      waiting_.clear();
      ++pushes;
    }
  }

 private:
  TestDevice device_;
  SpaceId space_;
  std::vector<Envelope> waiting_;
  std::map<EnvelopeId, std::uint64_t> acknowledged_;
};

TEST(ServerKill, NothingAcknowledgedIsLostAndNothingIsThereTwice) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const SpaceId space = IdNumber<SpaceId>(1);
  ServerProcess server(kAnyRequestRate);
  PushingLaptop laptops[] = {{1, space}, {2, space}, {3, space}};
  TestOrganisation organisation;
  std::vector<Bytes> statements =
      organisation.Start(space, laptops[0].device(), laptops[1].device());
  statements.push_back(organisation.Admit(laptops[2].device(), {space}));
  TestClient(server).Sync(organisation, {.statements = statements});

  for (int kill = 0; kill < kKills; ++kill) {
    std::atomic<int> pushes = 0;
    std::vector<std::thread> threads;
    for (PushingLaptop& laptop : laptops)
      threads.emplace_back([&] { laptop.PushUntilTheServerIsGone(server, pushes); });
    // In the middle of whatever comes after that many.
    const int until = static_cast<int>(random() % 12);
    while (pushes < until && !server.process().HasEnded()) std::this_thread::yield();
    for (std::uint64_t spin = random() % 200'000; spin > 0; --spin) std::this_thread::yield();
    server.Kill();
    for (std::thread& thread : threads) thread.join();
    server.Start();
  }

  // Read as anybody reads, by the sequences.
  std::map<EnvelopeId, std::uint64_t> stored;
  std::uint64_t cursor = 0;
  TestClient client(server);
  while (true) {
    const TestPull pull = client.Sync(
        laptops[0].device(), {.cursors = {{space, cursor, CursorFrame::From::kEverybody}}});
    for (const StoredEnvelopeFrame& frame : pull.envelopes) {
      EXPECT_EQ(frame.sequence, ++cursor);
      const auto envelope = DecodeEnvelope(frame.envelope);
      ASSERT_TRUE(envelope.has_value());
      EXPECT_TRUE(stored.emplace(envelope->header.id, frame.sequence).second) << "twice";
    }
    if (!pull.heads.at(0).more) break;
  }
  std::size_t acknowledged = 0;
  for (const PushingLaptop& laptop : laptops) {
    for (const auto& [id, sequence] : laptop.acknowledged()) {
      const auto found = stored.find(id);
      ASSERT_TRUE(found != stored.end()) << "an acknowledged envelope is lost";
      EXPECT_EQ(found->second, sequence);
    }
    acknowledged += laptop.acknowledged().size();
  }
  EXPECT_GT(acknowledged, static_cast<std::size_t>(kKills));
  const auto report = VerifyStore(server.data_folder() + "/envelopes.db");
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(report->faults, testing::IsEmpty());
  std::cout << kKills << " kills, " << acknowledged << " acknowledged, " << stored.size()
            << " stored" << std::endl;
}

}  // namespace
}  // namespace sacoche
