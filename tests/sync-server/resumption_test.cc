#include <gmock/gmock.h>

#include "tests/sync-server/metrics.h"

// A laptop's next connection, from another process, resumes the TLS session of the last.
namespace sacoche {
namespace {

class ResumptionTest : public ::testing::Test {
 protected:
  // What a client has kept once it was answered; it begins with what another kept, if any.
  SecretBytes KeptAfter(ByteView kept = {}) { return KeptAfter(server_, kept); }
  static SecretBytes KeptAfter(const ServerProcess& server, ByteView kept) {
    TestClient client(server);
    if (!kept.empty()) client.Resume(kept);
    EXPECT_EQ(client.Health(), "ok\n");
    return client.Resumption();
  }
  double Resumed() { return MetricOf(server_, "sacoche_handshakes_resumed_total").value_or(-1); }

  ServerProcess server_;
};

TEST_F(ResumptionTest, AnotherClientGoesOnWithTheSession) {
  const SecretBytes first = KeptAfter();
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(Resumed(), 0);
  const SecretBytes second = KeptAfter(first.view());
  EXPECT_EQ(Resumed(), 1);
  EXPECT_FALSE(std::ranges::equal(first.view(), second.view()));
  KeptAfter(second.view());
  EXPECT_EQ(Resumed(), 2);
}

TEST_F(ResumptionTest, ASessionIsGoodForOneConnection) {
  const SecretBytes kept = KeptAfter();
  KeptAfter(kept.view());
  EXPECT_FALSE(KeptAfter(kept.view()).empty());
  EXPECT_EQ(Resumed(), 1);
}

TEST_F(ResumptionTest, AlsoAfterTheServerWasStoppedAndStarted) {
  const SecretBytes kept = KeptAfter();
  server_.Terminate();
  const std::string path = server_.data_folder() + "/tls-sessions";
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  server_.Start();
  KeptAfter(kept.view());
  EXPECT_EQ(Resumed(), 1);
}

TEST_F(ResumptionTest, AServerThatWasKilledIsMetAnew) {
  const SecretBytes kept = KeptAfter();
  server_.Kill();
  server_.Start();
  EXPECT_FALSE(KeptAfter(kept.view()).empty());
  EXPECT_EQ(Resumed(), 0);
}

TEST_F(ResumptionTest, ANewCertificateCutsNoSessionOff) {
  const SecretBytes kept = KeptAfter();
  server_.process().Signal(SIGHUP);
  ASSERT_TRUE(server_.WaitForLog(" reloaded").has_value());
  KeptAfter(kept.view());
  EXPECT_EQ(Resumed(), 1);
}

TEST_F(ResumptionTest, WhatAnotherServerGaveIsNotShownToThisOne) {
  ServerProcess other;
  const SecretBytes kept = KeptAfter(other, {});
  EXPECT_FALSE(KeptAfter(kept.view()).empty());
  EXPECT_EQ(Resumed(), 0);
}

TEST_F(ResumptionTest, SpoiltBytesCostAHandshakeAndNothingElse) {
  const SecretBytes kept = KeptAfter();
  for (std::size_t length = 0; length < kept.size(); length += 7)
    EXPECT_FALSE(KeptAfter(kept.view().first(length)).empty()) << length;
  for (std::size_t at = 0; at < kept.size(); at += 11) {
    Bytes spoilt = CopyOf(kept.view());
    spoilt[at] ^= 0x55;
    EXPECT_FALSE(KeptAfter(spoilt).empty()) << at;
  }
}

}  // namespace
}  // namespace sacoche
