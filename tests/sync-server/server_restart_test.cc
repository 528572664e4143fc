#include <gtest/gtest.h>

#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "tests/sync-server/server_process.h"

// A server is back soon, however much it keeps.
namespace sacoche {
namespace {

constexpr std::size_t kEnvelopes = 100'000;
constexpr std::size_t kBatch = 1000;
constexpr int kStarts = 5;
constexpr double kRatioMax = 5;

class ServerRestart : public ::testing::Test {
 protected:
  // After kill -9, until connections are accepted; the best of some.
  double RestartMs() {
    double best_ms = 1e9;
    for (int i = 0; i < kStarts; ++i) {
      server_.Kill();
      const auto began = std::chrono::steady_clock::now();
      server_.Start();
      EXPECT_EQ(TestClient(server_).Health(), "ok\n");
      const auto took = std::chrono::steady_clock::now() - began;
      best_ms = std::min(best_ms, std::chrono::duration<double, std::milli>(took).count());
    }
    return best_ms;
  }

  void Fill() {
    server_.Terminate();
    const auto store =
        std::move(*SqliteEnvelopeStore::Open(server_.data_folder() + "/envelopes.db"));
    for (std::size_t done = 0; done < kEnvelopes; done += kBatch) {
      std::vector<NewEnvelope> batch;
      for (std::size_t i = 0; i < kBatch; ++i) {
        Envelope envelope = a_.NextEnvelope(space_, 500);
        const Hash256 hash = SignEnvelope(envelope, a_.key());
        batch.push_back({envelope.header, hash, EncodeEnvelope(envelope), 1'700'000'000});
      }
      const auto outcomes = store->AppendEnvelopes(batch);
      SACOCHE_CHECK(outcomes && outcomes->back().kind == AppendOutcome::Kind::kStored);
    }
  }

  ServerProcess server_;
  TestDevice a_{1};
  TestDevice b_{2};
  const SpaceId space_ = IdNumber<SpaceId>(1);
};

TEST_F(ServerRestart, TakesNoLongerWithAHundredThousandEnvelopes) {
  TestOrganisation organisation;
  TestClient(server_).Sync(organisation, {.statements = organisation.Start(space_, a_, b_)});
  const double few_ms = RestartMs();
  Fill();
  server_.Start();
  TestClient(server_).Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  const double many_ms = RestartMs();
  EXPECT_EQ(TestClient(server_).Sync(b_, {.cursors = {{space_, kEnvelopes}}}).envelopes.size(), 1U);
  std::cout << "restart after kill -9: " << few_ms << " ms without envelopes, " << many_ms
            << " ms with " << kEnvelopes << std::endl;
  EXPECT_LT(many_ms / few_ms, kRatioMax);
}

}  // namespace
}  // namespace sacoche
