#include <gmock/gmock.h>

#include "tests/sync-server/raw_client.h"
#include "tests/sync-server/server_process.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHealthRequest = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

// Whatever a client did, the next one is served.
class HostileClientTest : public ::testing::Test {
 protected:
  explicit HostileClientTest(const std::string& limits = "") : server_(limits) {}
  ~HostileClientTest() override {
    for (int attempt = 1; attempt < health_attempts_max_; ++attempt)
      if (TestClient(server_).Health() == "ok\n") return;
    EXPECT_EQ(TestClient(server_).Health(), "ok\n");
  }

  [[nodiscard]] RawTls Connect() const { return RawTls(server_.port(), server_.ca_path()); }
  [[nodiscard]] std::string AnswerTo(const std::string& bytes) const {
    const RawTls tls = Connect();
    EXPECT_TRUE(tls.is_open());
    tls.Send(bytes);
    return tls.ReadToEnd();
  }

  ServerProcess server_;
  int health_attempts_max_ = 1;
};

TEST_F(HostileClientTest, GarbageInsteadOfHttp) {
  EXPECT_THAT(AnswerTo("\x16\x03\x01 no HTTP at all\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/9.9\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
  EXPECT_THAT(AnswerTo("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.1\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:malformed"));
}

TEST_F(HostileClientTest, AHeaderWithoutEnd) {
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x')),
              HasSubstr("urn:sacoche:problem:too-large"));
}

TEST_F(HostileClientTest, ABodyWhereNoneBelongs) {
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
              HasSubstr("urn:sacoche:problem:too-large"));
}

TEST_F(HostileClientTest, AnEnrolmentThatIsTooLong) {
  EXPECT_THAT(AnswerTo("POST /v1/enrolment HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:too-large"));
}

TEST_F(HostileClientTest, PlainHttp) {
  const RawSocket socket(server_.port());
  socket.Send(kHealthRequest);
  const auto answer = socket.ReadToEnd();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->find("HTTP"), std::string::npos);
}

TEST_F(HostileClientTest, GarbageInsteadOfTls) {
  const RawSocket socket(server_.port());
  socket.Send(std::string("\x16\x03\x01\x40\x00", 5) + std::string(20'000, '\xa5'));
  EXPECT_TRUE(socket.ReadToEnd().has_value());
}

TEST_F(HostileClientTest, GarbageAfterTheHandshake) {
  const RawTls tls = Connect();
  tls.Send(kHealthRequest);
  ASSERT_THAT(tls.ReadUntil("ok\n"), HasSubstr("ok"));
  tls.socket().Send(std::string("\x17\x03\x03\x00\x40", 5) + std::string(64, '\xa5'));
  EXPECT_TRUE(tls.socket().ReadToEnd().has_value());
}

TEST_F(HostileClientTest, AnOlderTls) {
  const RawTls tls(server_.port(), server_.ca_path(), RawTls::Version::kTls12);
  EXPECT_FALSE(tls.is_open());
}

TEST_F(HostileClientTest, SilenceAfterEveryByteOfARequest) {
  // Cut connections of every length, none of which may hurt.
  for (std::size_t size = 0; size < kHealthRequest.size(); size += 3)
    Connect().Send(kHealthRequest.substr(0, size));
}

class SlowHandshakeTest : public HostileClientTest {
 protected:
  SlowHandshakeTest() : HostileClientTest("handshake_ms_max = 2000\n") {}
};

TEST_F(SlowHandshakeTest, AClientThatNeverShakesHandsIsDropped) {
  const RawSocket socket(server_.port());
  const auto answer = socket.ReadToEnd();
  ASSERT_TRUE(answer.has_value());
  EXPECT_THAT(*answer, IsEmpty());
}

class SlowClientTest : public HostileClientTest {
 protected:
  // The rates are far above what the tests send, and far below what an honest client needs.
  SlowClientTest()
      : HostileClientTest(
            "header_ms_max = 1000\nidle_ms_max = 1000\nbody_window_ms = 1000\n"
            "body_bytes_per_s_min = 100000\nfarewell_ms_max = 300\n") {
    client_.Sync(organisation_, {.statements = organisation_.Start(IdNumber<SpaceId>(1), a_, b_)});
  }

  TestClient client_{server_};
  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
};

TEST_F(SlowClientTest, AHeaderThatStopsIsDropped) {
  EXPECT_THAT(AnswerTo("GET /healthz HTTP/1.1\r\nHo"), HasSubstr("urn:sacoche:problem:too-slow"));
}

TEST_F(SlowClientTest, AnIdleConnectionIsClosed) { EXPECT_THAT(AnswerTo(""), IsEmpty()); }

TEST_F(SlowClientTest, AnIdleConnectionIsClosedAfterARequestToo) {
  EXPECT_THAT(AnswerTo(kHealthRequest), HasSubstr("ok"));
}

TEST_F(SlowClientTest, ABodyThatStopsIsDropped) {
  const TestRequest request = client_.Sign(
      a_.key(), a_.signer(),
      TestPush{.envelopes = {a_.NextEnvelopeBytes(IdNumber<SpaceId>(1), 300'000)}}.Encode());
  EXPECT_THAT(AnswerTo(request.HeadText(server_.address(), request.body.size()) +
                       std::string(TextOf(request.body)).substr(0, 1000)),
              HasSubstr("urn:sacoche:problem:too-slow"));
}

// Something comes all the time: that is no reason to wait for the end.
TEST_F(SlowClientTest, AHeaderThatTricklesIsDropped) {
  const RawTls tls = Connect();
  const std::string line = "X-Header: x\r\n";
  tls.Send("GET /healthz HTTP/1.1\r\n");
  std::size_t sent = 0;
  while (!tls.HasAnswerWithin(std::chrono::milliseconds(20)) && sent < 1000)
    tls.Send(line.substr(sent++ % line.size(), 1));
  EXPECT_LT(sent, 1000U);
  EXPECT_THAT(tls.ReadToEnd(), HasSubstr("urn:sacoche:problem:too-slow"));
}

TEST_F(SlowClientTest, ABodyThatTricklesIsDroppedAndTheOthersAreServed) {
  const TestRequest request = client_.Sign(
      a_.key(), a_.signer(),
      TestPush{.envelopes = {a_.NextEnvelopeBytes(IdNumber<SpaceId>(1), 300'000)}}.Encode());
  const std::string body(TextOf(request.body));
  std::vector<std::unique_ptr<RawTls>> slow;
  for (int i = 0; i < 20; ++i) {
    // Each signs by itself: a request is taken once.
    const TestRequest mine = client_.Sign(a_.key(), a_.signer(), request.body);
    slow.push_back(std::make_unique<RawTls>(server_.port(), server_.ca_path()));
    slow.back()->Send(mine.HeadText(server_.address(), body.size()));
  }
  std::size_t sent = 0;
  while (!slow.back()->HasAnswerWithin(std::chrono::milliseconds(20)) && sent < 1000) {
    for (const auto& one : slow) one->Send(body.substr(sent, 1));
    ++sent;
    client_.Sync(b_, {.directory_cursor = 5});
  }
  EXPECT_LT(sent, 1000U);
  for (const auto& one : slow)
    EXPECT_THAT(one->ReadToEnd(), HasSubstr("urn:sacoche:problem:too-slow"));
}

TEST_F(SlowClientTest, AnUnsignedClientCannotMakeTheServerWaitForABody) {
  EXPECT_THAT(AnswerTo("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"),
              HasSubstr("urn:sacoche:problem:unsigned"));
}

class StalledReaderTest : public HostileClientTest {
 protected:
  StalledReaderTest() : HostileClientTest("write_stall_ms_max = 500\nfarewell_ms_max = 300\n") {}
};

TEST_F(StalledReaderTest, AClientThatDoesNotReadItsAnswerIsDropped) {
  TestOrganisation organisation;
  TestDevice a(1);
  TestDevice b(2);
  const SpaceId space = IdNumber<SpaceId>(1);
  TestClient client(server_);
  client.Sync(organisation, {.statements = organisation.Start(space, a, b)});
  TestPush push;
  for (int i = 0; i < 7; ++i) push.envelopes.push_back(a.NextEnvelopeBytes(space, 500'000));
  client.Sync(a, push);
  const TestRequest pull =
      client.Sign(b.key(), b.signer(), TestPush{.cursors = {{space, 0}}}.Encode());
  const RawTls tls = Connect();
  tls.Send(pull.HeadText(server_.address(), pull.body.size()) + std::string(TextOf(pull.body)));
  EXPECT_TRUE(server_.WaitForLog("status=200 problem=cut").has_value());
}

class FewConnectionsTest : public HostileClientTest {
 protected:
  FewConnectionsTest() : HostileClientTest("connections_per_address_max = 2\n") {}
};

TEST_F(FewConnectionsTest, OneAddressHoldsOnlySoManyConnections) {
  const RawTls first = Connect();
  const RawTls second = Connect();
  EXPECT_TRUE(first.is_open() && second.is_open());
  EXPECT_FALSE(Connect().is_open());
  first.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first.ReadToEnd(), HasSubstr("ok"));
  // The server sees closed connections when it sees them.
  health_attempts_max_ = 1000;
}

}  // namespace
}  // namespace sacoche
