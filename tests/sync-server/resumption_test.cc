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

TEST_F(ResumptionTest, ReadingTheConfigurationAgainCutsNoSessionOff) {
  const SecretBytes kept = KeptAfter();
  server_.process().Signal(SIGHUP);
  ASSERT_TRUE(server_.WaitForLog(" reloaded").has_value());
  KeptAfter(kept.view());
  EXPECT_EQ(Resumed(), 1);
}

// The former may have been given up because its key was stolen.
TEST_F(ResumptionTest, UnderAnotherCertificateNoSessionGoesOn) {
  const SecretBytes kept = KeptAfter();
  const ServerProcess other;
  for (const char* name : {"/server.pem", "/server.key"})
    std::filesystem::copy_file(other.tls_folder() + name, server_.tls_folder() + name,
                               std::filesystem::copy_options::overwrite_existing);
  server_.process().Signal(SIGHUP);
  ASSERT_TRUE(server_.WaitForLog(" reloaded").has_value());
  TestClient client(server_);
  client.Resume(kept.view());
  EXPECT_THAT(client.Health(), testing::HasSubstr("certificate is not the organisation's"));
  EXPECT_EQ(Resumed(), 0);
}

// Each session gives the next: without an end to it nobody would look at a certificate again.
TEST_F(ResumptionTest, AfterAWeekTheCertificateIsLookedAtAgain) {
  constexpr std::size_t kCheckedAt = 32;
  const SecretBytes kept = KeptAfter();
  std::uint64_t checked_s = 0;
  for (std::size_t i = 0; i < 8; ++i) checked_s = checked_s << 8 | kept.view()[kCheckedAt + i];
  const auto kept_with = [&](std::uint64_t time_s) {
    Bytes bytes = CopyOf(kept.view());
    for (std::size_t i = 0; i < 8; ++i)
      bytes[kCheckedAt + i] = static_cast<std::uint8_t>(time_s >> (8 * (7 - i)));
    return bytes;
  };
  constexpr std::uint64_t kWeekS = 7 * 24 * 3600;
  EXPECT_FALSE(KeptAfter(kept_with(checked_s - kWeekS)).empty());
  EXPECT_FALSE(KeptAfter(kept_with(checked_s + 3600)).empty());
  EXPECT_EQ(Resumed(), 0);
  // What a resumed connection gives says when the certificate was looked at, and not when it was.
  const Bytes older = kept_with(checked_s - 1000);
  const SecretBytes next = KeptAfter(older);
  EXPECT_EQ(Resumed(), 1);
  EXPECT_TRUE(
      std::ranges::equal(next.view().first(kCheckedAt + 8), ByteView(older).first(kCheckedAt + 8)));
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
