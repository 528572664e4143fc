#include <gmock/gmock.h>
#include <openssl/x509.h>

#include <thread>

#include "engine/membership/organisation_facts.h"
#include "tests/sync-server/metrics.h"
#include "tests/sync-server/raw_client.h"
#include "tests/sync-server/server_process.h"

// What an operator does to a server that runs, and what he sees of it.
namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHealthRequest = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

class UnattendedServerTest : public ::testing::Test {
 protected:
  explicit UnattendedServerTest(const std::string& limits = "") : server_(limits) {
    TestClient(server_).Sync(organisation_, {.statements = organisation_.Start(space_, a_, b_)});
  }

  void Reload(const std::string& outcome) {
    server_.process().Signal(SIGHUP);
    ASSERT_TRUE(server_.WaitForLog(outcome).has_value());
  }

  std::string MetricsAnswer(const std::string& path = "/metrics") {
    return sacoche::MetricsAnswer(server_, path);
  }
  std::optional<double> Metric(const std::string& name) { return MetricOf(server_, name); }

  [[nodiscard]] RawTls Connect() const { return RawTls(server_.port(), server_.ca_path()); }
  static bool AnswersOn(const RawTls& tls) {
    tls.Send(kHealthRequest);
    return tls.ReadUntil("ok\n").find("ok\n") != std::string::npos;
  }
  static Bytes CertificateOf(const RawTls& tls) {
    X509* certificate = SSL_get1_peer_certificate(tls.ssl());
    SACOCHE_CHECK(certificate != nullptr);
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    X509_free(certificate);
    return bytes;
  }
  // Another certificate of another authority, at the places of the first.
  void RenewCertificate() {
    for (const char* name : {"ca.pem", "server.pem", "server.key"})
      std::filesystem::remove(server_.tls_folder() + "/" + name);
    const TemporaryDirectory folder;
    ASSERT_EQ(RunProgram({{SACOCHE_SERVER_BINARY, "make-certificate", "--out", server_.tls_folder(),
                           "--host", "127.0.0.1", "localhost"},
                          folder / "out",
                          folder / "err"})
                  .status,
              0);
  }

  ServerProcess server_;
  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
  const SpaceId space_ = IdNumber<SpaceId>(1);
};

TEST_F(UnattendedServerTest, TakesANewCertificateAndCutsNobodyOff) {
  const RawTls before = Connect();
  ASSERT_TRUE(AnswersOn(before));
  RenewCertificate();
  Reload(" reloaded");
  const RawTls after = Connect();  // trusts the new authority only
  ASSERT_TRUE(after.is_open());
  EXPECT_NE(CertificateOf(after), CertificateOf(before));
  EXPECT_TRUE(AnswersOn(after));
  EXPECT_TRUE(AnswersOn(before));
}

TEST_F(UnattendedServerTest, KeepsItsCertificateIfTheNewOneIsNone) {
  const std::string pem = server_.tls_folder() + "/server.pem";
  const std::string good = ReadTextFile(pem);
  std::ofstream(pem, std::ios::trunc) << "no certificate";
  Reload("reload-refused reason=\"the certificate ");
  EXPECT_TRUE(AnswersOn(Connect()));
  // Nor a key that belongs to another.
  std::ofstream(pem, std::ios::trunc) << good;
  const std::string key = server_.tls_folder() + "/server.key";
  std::ofstream(key, std::ios::trunc) << "no key";
  Reload("reload-refused reason=\"the key ");
  EXPECT_TRUE(AnswersOn(Connect()));
  EXPECT_EQ(Metric("sacoche_reloads_failed_total"), 2);
}

TEST_F(UnattendedServerTest, TakesNewLimitsAndNoWrongOnes) {
  server_.Configure("header_bytes_max = 512\n");
  Reload(" reloaded");
  const std::string request =
      "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(600, 'x') + "\r\n\r\n";
  const auto answer = [&] {
    const RawTls tls = Connect();
    tls.Send(request);
    return tls.ReadUntil("\r\n");
  };
  EXPECT_THAT(answer(), HasSubstr("413"));
  server_.Configure("header_bytes_max = 'much'\n");
  Reload("reload-refused reason=\"the configuration: `limits.header_bytes_max`");
  EXPECT_THAT(answer(), HasSubstr("413"));
  server_.Configure("");
  server_.process().Signal(SIGHUP);
  for (int i = 0; i < 10'000 && Metric("sacoche_reloads_total") < 2; ++i) {
  }
  EXPECT_THAT(answer(), HasSubstr("200"));
}

// An administrator's slip of the hand gives nothing away.
TEST_F(UnattendedServerTest, OfTheAuthoritysFileOnlyCertificatesAreTold) {
  const std::string ca = server_.tls_folder() + "/ca.pem";
  const std::string key = ReadTextFile(server_.tls_folder() + "/server.key");
  ASSERT_THAT(key, HasSubstr("PRIVATE KEY"));
  const std::string certificate = ReadTextFile(ca);
  std::ofstream(ca) << key << certificate << certificate;
  Reload("reloaded");
  const auto reply = TestClient(server_).Send({"GET", "/v1/organisation", "", "", "", {}});
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->content_type, kOrganisationContentType);
  const auto facts = DecodeOrganisationFacts(reply->body);
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->ca_pem, certificate + certificate);
}

TEST_F(UnattendedServerTest, CountsWhatItDoesAndSaysNothingOfWho) {
  TestClient client(server_);
  client.Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_), a_.NextEnvelopeBytes(space_)}});
  a_.NextEnvelope(space_);  // is skipped: the next one has no predecessor
  client.Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  client.Sync(b_, {.cursors = {{space_, 0}}});
  const auto refused = client.Send({"POST", "/v1/sync", "", "", "", TestPush{}.Encode()});
  EXPECT_EQ(refused->problem_type(), ProblemType::kUnsigned);
  const std::string answer = MetricsAnswer();
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_EQ(Metric("sacoche_requests_total{path=\"/v1/sync\",problem=\"none\"}"), 4);
  EXPECT_EQ(Metric("sacoche_requests_total{path=\"/v1/sync\",problem=\"unsigned\"}"), 1);
  EXPECT_EQ(Metric("sacoche_envelopes_stored_total"), 2);
  EXPECT_EQ(Metric("sacoche_envelopes_sent_total"), 2);
  EXPECT_EQ(Metric("sacoche_envelopes_refused_total{problem=\"forked-chain\"}"), 1);
  EXPECT_EQ(Metric("sacoche_statements_stored_total"), 6);
  EXPECT_EQ(Metric("sacoche_commit_seconds_count"), 2);
  EXPECT_GT(Metric("sacoche_body_bytes_in_total"), 100);
  EXPECT_GT(Metric("sacoche_store_bytes"), 4096);
  EXPECT_GE(Metric("sacoche_connections_open"), 1);
  for (const std::string& id : {a_.id().ToHex(), b_.id().ToHex(), space_.ToHex()})
    EXPECT_THAT(answer, Not(HasSubstr(id.substr(0, 8))));
  EXPECT_THAT(answer, Not(HasSubstr("127.0.0.1")));
}

// How many share one depends on the machine; that some do is what the group is for.
TEST_F(UnattendedServerTest, LaptopsThatPushTogetherShareTransactions) {
  constexpr int kLaptops = 16;
  constexpr int kPushes = 25;
  std::vector<std::unique_ptr<TestDevice>> laptops;
  std::vector<Bytes> admissions;
  for (std::uint8_t i = 0; i < kLaptops; ++i) {
    laptops.push_back(std::make_unique<TestDevice>(static_cast<std::uint8_t>(10 + i)));
    admissions.push_back(organisation_.Admit(*laptops.back(), {space_}));
  }
  TestClient(server_).Sync(organisation_, {.statements = admissions});
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (const auto& laptop : laptops)
    threads.emplace_back([&] {
      TestClient client(server_);
      for (int i = 0; i < kPushes; ++i)
        EXPECT_EQ(client
                      .Sync(*laptop, {.directory_cursor = 5 + kLaptops,
                                      .envelopes = {laptop->NextEnvelopeBytes(space_, 500)}})
                      .acknowledgements.size(),
                  1U);
    });
  for (std::thread& thread : threads) thread.join();
  const auto took = std::chrono::steady_clock::now() - began;
  // An answer is counted once it is out, which the counting may learn a moment later.
  while (Metric("sacoche_envelopes_stored_total") < kLaptops * kPushes &&
         std::chrono::steady_clock::now() < began + std::chrono::seconds(60))
    std::this_thread::yield();
  const double commits = Metric("sacoche_commit_seconds_count").value();
  std::cout << kLaptops * kPushes << " pushes in " << commits << " transactions, "
            << std::chrono::duration<double, std::milli>(took).count() << " ms" << std::endl;
  EXPECT_EQ(Metric("sacoche_envelopes_stored_total"), kLaptops * kPushes);
  EXPECT_LT(commits, kLaptops * kPushes);
}

TEST_F(UnattendedServerTest, GivesMetricsOnTheirOwnPortOnly) {
  EXPECT_THAT(MetricsAnswer("/v1/sync"), HasSubstr("404"));
  const RawTls tls = Connect();
  tls.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(tls.ReadUntil("\r\n\r\n"), HasSubstr("404"));
  const RawSocket nonsense(server_.metrics_port());
  nonsense.Send("\x16\x03\x01 nothing of HTTP\r\n\r\n");
  EXPECT_TRUE(nonsense.ReadToEnd().has_value());
  EXPECT_TRUE(Metric("sacoche_connections_open").has_value());
}

TEST_F(UnattendedServerTest, ShowsMetricsToThisMachineOnly) {
  const TemporaryDirectory folder;
  for (const char* address : {"0.0.0.0:0", "192.0.2.1:9464", "[::]:0"}) {
    const auto exit = RunProgram(
        {{SACOCHE_SERVER_BINARY, "serve", "--data", folder / "data", "--listen", "127.0.0.1:0",
          "--metrics-listen", address, "--certificate", server_.tls_folder() + "/server.pem",
          "--key", server_.tls_folder() + "/server.key"},
         folder / "out",
         folder / "err"});
    EXPECT_EQ(exit.status, 1) << address;
  }
  EXPECT_THAT(ReadTextFile(folder / "err"), HasSubstr("must be a loopback address"));
}

class FewRequestsTest : public UnattendedServerTest {
 protected:
  FewRequestsTest()
      : UnattendedServerTest(
            "requests_per_minute_per_address = 1\nrequests_burst_per_address = 3\n") {}
};

TEST_F(FewRequestsTest, OneAddressIsToldWhenToComeBack) {
  TestClient client(server_);
  EXPECT_EQ(client.Health(), "ok\n");
  EXPECT_EQ(client.Health(), "ok\n");  // the third: founding was the first
  const auto refused = client.Send({"GET", "/healthz", "", "", "", {}});
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->problem_type(), ProblemType::kBusy);
  EXPECT_GT(std::stoi(refused->retry_after), 30);
  EXPECT_LE(std::stoi(refused->retry_after), 60);
  EXPECT_EQ(Metric("sacoche_refusals_total{limit=\"request-rate-per-address\"}"), 1);
}

class FewSyncsTest : public UnattendedServerTest {
 protected:
  FewSyncsTest()
      : UnattendedServerTest(
            "requests_per_minute_per_device = 1\nrequests_burst_per_device = 2\n") {}
};

TEST_F(FewSyncsTest, OneDeviceIsToldWhenToComeBackAndTheOtherIsServed) {
  TestClient client(server_);
  client.Sync(a_, {});
  client.Sync(a_, {});
  const auto refused = client.Send(client.Sign(a_.key(), a_.signer(), TestPush{}.Encode()));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->problem_type(), ProblemType::kBusy);
  EXPECT_GT(std::stoi(refused->retry_after), 30);
  client.Sync(b_, {});
  EXPECT_EQ(Metric("sacoche_refusals_total{limit=\"request-rate-per-device\"}"), 1);
}

class FewNewConnectionsTest : public UnattendedServerTest {
 protected:
  FewNewConnectionsTest()
      : UnattendedServerTest(
            "connections_per_minute_per_address = 1\nconnections_burst_per_address = 3\n") {}
};

TEST_F(FewNewConnectionsTest, OneAddressMakesOnlySoManyAndKeepsThem) {
  const RawTls first = Connect();
  const RawTls second = Connect();
  ASSERT_TRUE(first.is_open() && second.is_open());
  EXPECT_FALSE(Connect().is_open());
  EXPECT_TRUE(AnswersOn(first));
  EXPECT_TRUE(AnswersOn(second));
  EXPECT_EQ(Metric("sacoche_refusals_total{limit=\"connection-rate-per-address\"}"), 1);
}

// A reader that takes a little all the time never stalls, and is below the rate all the same.
class TricklingReaderTest : public UnattendedServerTest {
 protected:
  TricklingReaderTest()
      : UnattendedServerTest(
            "answer_window_ms = 1000\nanswer_bytes_per_s_min = 50000000\nfarewell_ms_max = 300\n") {
  }
};

TEST_F(TricklingReaderTest, AClientThatTakesItsAnswerTooSlowlyIsDropped) {
  TestClient client(server_);
  TestPush push;
  for (int i = 0; i < 7; ++i) push.envelopes.push_back(a_.NextEnvelopeBytes(space_, 500'000));
  client.Sync(a_, push);
  const TestRequest pull =
      client.Sign(b_.key(), b_.signer(), TestPush{.cursors = {{space_, 0}}}.Encode());
  const RawTls tls = Connect();
  tls.Send(pull.HeadText(server_.address(), pull.body.size()) + std::string(TextOf(pull.body)));
  // Reads only as long as the server has not let go, a little for every look.
  std::array<char, 16> piece;
  const auto give_up = std::chrono::steady_clock::now() + kHangTimeout;
  while (Metric("sacoche_refusals_total{limit=\"answer-rate\"}") == 0 &&
         std::chrono::steady_clock::now() < give_up)
    SSL_read(tls.ssl(), piece.data(), piece.size());
  EXPECT_EQ(Metric("sacoche_refusals_total{limit=\"answer-rate\"}"), 1);
  EXPECT_TRUE(server_.WaitForLog("status=200 problem=cut").has_value());
  EXPECT_EQ(client.Health(), "ok\n");
}

}  // namespace
}  // namespace sacoche
