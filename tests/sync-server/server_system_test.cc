#include <gmock/gmock.h>
#include <sys/stat.h>

#include "engine/membership/enrolment_request.h"
#include "tests/sync-server/raw_client.h"
#include "tests/sync-server/server_process.h"

namespace sacoche {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Process::Exit kExitZero{0, 0};

// A running server that an organisation has claimed, with members a_ and b_ of space_.
class ServerSystemTest : public ::testing::Test {
 protected:
  ServerSystemTest() {
    const TestPull pull =
        client_->Sync(organisation_, {.statements = organisation_.Start(space_, a_, b_)});
    for (const auto& outcome : pull.outcomes) SACOCHE_CHECK(!outcome.problem);
  }

  void Restart() {
    server_.Start();
    client_.emplace(server_);
  }

  // The health of the server, asked on a connection of its own.
  std::string Health() { return TestClient(server_).Health(); }

  // What a signed sync gets after `spoil` changed it.
  template <class Spoil>
  std::optional<ProblemType> ProblemAfter(Spoil&& spoil) {
    TestRequest request = client_->Sign(a_.key(), a_.signer(), TestPush{}.Encode());
    spoil(request);
    const auto reply = client_->Send(request);
    EXPECT_TRUE(reply.has_value());
    return reply ? reply->problem_type() : std::nullopt;
  }

  ServerProcess server_;
  std::optional<TestClient> client_{std::in_place, server_};
  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
  TestDevice stranger_{3};
  const SpaceId space_ = IdNumber<SpaceId>(1);
};

// The kernel's count, against what is known to have gone: bodies, headers, a handshake.
TEST_F(ServerSystemTest, AClientKnowsWhatItTookOfTheLine) {
  constexpr std::size_t kPushed = 200'000;
  TestClient client(server_);
  EXPECT_EQ(client.LineBytes(), 0U);
  client.Health();
  const std::uint64_t first = client.LineBytes();
  EXPECT_GT(first, 1000U);
  EXPECT_LT(first, 6000U);
  client.Health();
  const std::uint64_t second = client.LineBytes() - first;
  EXPECT_GT(second, 100U);
  EXPECT_LT(second, 1000U) << "without a handshake";
  client.Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_, kPushed)}});
  const std::uint64_t third = client.LineBytes() - first - second;
  EXPECT_GT(third, kPushed);
  EXPECT_LT(third, kPushed * 12 / 10);
  // What was counted of a connection stays when it ends.
  const std::uint64_t before = client.LineBytes();
  server_.Kill();
  EXPECT_NE(client.Health(), "ok\n");
  EXPECT_GE(client.LineBytes(), before);
}

// It holds the keys of its certificate and of its time.
TEST_F(ServerSystemTest, AnAbortLeavesNoCoreDump) {
  server_.Terminate();
  rlimit core{};
  SACOCHE_CHECK(getrlimit(RLIMIT_CORE, &core) == 0);
  core.rlim_cur = core.rlim_max;
  SACOCHE_CHECK(setrlimit(RLIMIT_CORE, &core) == 0);
  setenv("ASAN_OPTIONS", "disable_coredump=0", 1);
  {
    // Only where an unguarded program is dumped does the lack of a dump say anything.
    const TemporaryDirectory folder;
    Process control(
        {{"/bin/sh", "-c", "cd '" + folder.path() + "'; echo > ready; exec tail -f /dev/null"},
         "",
         ""});
    ASSERT_TRUE(WaitForFile(folder / "ready", control));
    control.Signal(SIGABRT);
    if (!control.Wait().dumped_core) GTEST_SKIP() << "this machine writes no core dumps";
  }
  server_.Start();
  server_.process().Signal(SIGABRT);
  const Process::Exit exit = server_.process().Wait();
  EXPECT_EQ(exit.signal, SIGABRT);
  EXPECT_FALSE(exit.dumped_core);
}

TEST_F(ServerSystemTest, CarriesAnEnvelopeFromOneDeviceToAnother) {
  const Envelope envelope = a_.NextEnvelope(space_);
  const TestPull pushed = client_->Sync(a_, {.envelopes = {EncodeEnvelope(envelope)}});
  EXPECT_THAT(pushed.acknowledgements, ElementsAre(AcknowledgementFrame{envelope.header.id, 1}));
  const TestPull pulled = client_->Sync(b_, {.cursors = {{space_, 0}}});
  EXPECT_THAT(pulled.envelopes, ElementsAre(StoredEnvelopeFrame{1, EncodeEnvelope(envelope)}));
  EXPECT_EQ(pulled.directory.size(), 6U);
}

TEST_F(ServerSystemTest, CarriesALargePushAndPull) {
  TestPush push;
  for (int i = 0; i < 7; ++i) push.envelopes.push_back(a_.NextEnvelopeBytes(space_, 500'000));
  EXPECT_EQ(client_->Sync(a_, push).acknowledgements.size(), 7U);
  const TestPull pulled = client_->Sync(b_, {.cursors = {{space_, 0}}});
  ASSERT_EQ(pulled.envelopes.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(pulled.envelopes[i].envelope, push.envelopes[i]);
}

TEST_F(ServerSystemTest, LetsADeviceAskAndTheRootRead) {
  const auto asked =
      client_->Send({"POST", "/v1/enrolment", "", "", "", stranger_.EnrolmentBytes()});
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->status, 202);
  const TestRequest list =
      client_->SignTo("GET", "/v1/enrolment", organisation_.root(), organisation_.signer(), {});
  const auto waiting = client_->Send(list);
  ASSERT_TRUE(waiting.has_value());
  EXPECT_THAT(DecodeEnrolmentList(waiting->body, kEnrolmentRequestBytesMax).value(),
              ElementsAre(stranger_.EnrolmentBytes()));
  EXPECT_EQ(client_->Send(client_->Sign(stranger_.key(), stranger_.signer(), TestPush{}.Encode()))
                ->problem_type(),
            ProblemType::kUnknownDevice);
}

TEST_F(ServerSystemTest, RefusesUnsignedAndWronglySignedRequestsAndGoesOn) {
  EXPECT_EQ(ProblemAfter([](TestRequest& r) { r.signature.clear(); }), ProblemType::kUnsigned);
  EXPECT_EQ(ProblemAfter([](TestRequest& r) { r.signature_input += "x"; }), ProblemType::kUnsigned);
  EXPECT_EQ(ProblemAfter([](TestRequest& r) { r.content_digest.clear(); }), ProblemType::kUnsigned);
  EXPECT_EQ(ProblemAfter([&](TestRequest& r) {
              r = client_->Sign(b_.key(), a_.signer(), TestPush{}.Encode());
            }),
            ProblemType::kBadSignature);
  EXPECT_EQ(ProblemAfter([](TestRequest& r) { r.body = TestPush{.directory_cursor = 9}.Encode(); }),
            ProblemType::kBadSignature);
  EXPECT_EQ(client_->Health(), "ok\n");
}

TEST_F(ServerSystemTest, AcceptsARequestOnlyOnce) {
  const TestRequest request = client_->Sign(a_.key(), a_.signer(), TestPush{}.Encode());
  EXPECT_EQ(client_->Send(request)->status, 200);
  EXPECT_EQ(client_->Send(request)->problem_type(), ProblemType::kReplayed);
  EXPECT_EQ(client_->Health(), "ok\n");
}

TEST_F(ServerSystemTest, TellsItsTimeToAClientWhoseClockIsYearsOff) {
  constexpr std::int64_t kYears = -100'000'000;
  const Bytes body = TestPush{}.Encode();
  const auto refused = client_->Send(client_->Sign(a_.key(), a_.signer(), body, kYears));
  ASSERT_EQ(refused->problem_type(), ProblemType::kClockSkew);
  const std::int64_t learnt_skew_s =
      *refused->problem()->server_time_s - static_cast<std::int64_t>(SystemClock().NowMs() / 1000);
  EXPECT_EQ(client_->Send(client_->Sign(a_.key(), a_.signer(), body, learnt_skew_s))->status, 200);
}

TEST_F(ServerSystemTest, RefusesABodyThatIsTooLargeBeforeItIsSent) {
  const TestRequest request =
      client_->Sign(a_.key(), a_.signer(), Bytes(limits::kRequestBytesMax + 1));
  const RawTls tls(server_.port(), server_.ca_path());
  tls.Send(request.HeadText(server_.address(), request.body.size()));
  EXPECT_THAT(tls.ReadToEnd(), HasSubstr("urn:sacoche:problem:too-large"));
  EXPECT_EQ(Health(), "ok\n");
}

TEST_F(ServerSystemTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  TestPush push;
  for (int i = 0; i < 6; ++i) push.envelopes.push_back(a_.NextEnvelopeBytes(space_, 500'000));
  Bytes body = push.EncodeWithoutEnd();
  while (body.size() <= limits::kRequestBytesMax)
    AppendFrame(body, PushFrame(EnvelopeFrame{a_.NextEnvelopeBytes(space_, 500'000)}));
  const TestRequest request = client_->Sign(a_.key(), a_.signer(), body);
  std::string head = request.HeadText(server_.address(), 0);
  head.replace(head.find("Content-Length: 0"), 17, "Transfer-Encoding: chunked");
  const RawTls tls(server_.port(), server_.ca_path());
  std::stringstream size;
  size << std::hex << body.size() << "\r\n";
  tls.Send(head + size.str() + std::string(TextOf(body)));
  EXPECT_THAT(tls.ReadToEnd(), HasSubstr("urn:sacoche:problem:too-large"));
  EXPECT_EQ(Health(), "ok\n");
}

TEST_F(ServerSystemTest, KeepsWhatCameWholeBeforeACut) {
  const TestPush push{.envelopes = {a_.NextEnvelopeBytes(space_), a_.NextEnvelopeBytes(space_)}};
  const TestRequest request = client_->Sign(a_.key(), a_.signer(), push.Encode());
  {
    const RawTls tls(server_.port(), server_.ca_path());
    tls.Send(request.HeadText(server_.address(), request.body.size()) +
             std::string(TextOf(request.body)).substr(0, request.body.size() - 20));
  }
  ASSERT_TRUE(server_.WaitForLog("problem=cut").has_value());
  const TestPull pulled = client_->Sync(b_, {.cursors = {{space_, 0}}});
  EXPECT_EQ(pulled.envelopes.size(), 1U);
  EXPECT_EQ(client_->Sync(a_, push).acknowledgements.size(), 2U);
}

TEST_F(ServerSystemTest, KnowsItsPathsAndMethods) {
  EXPECT_EQ(client_->Send({"GET", "/nothing", "", "", "", {}})->problem_type(),
            ProblemType::kNotFound);
  EXPECT_EQ(client_->Send({"GET", "/v1/sync", "", "", "", {}})->problem_type(),
            ProblemType::kMethodNotAllowed);
}

TEST_F(ServerSystemTest, ResumesTlsSessions) {
  const std::string health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const RawTls first(server_.port(), server_.ca_path());
  first.Send(health);
  ASSERT_THAT(first.ReadUntil("ok\n"), HasSubstr("ok"));
  const RawTls second(server_.port(), server_.ca_path(), RawTls::Version::kTls13,
                      first.session().get());
  second.Send(health);
  EXPECT_THAT(second.ReadUntil("ok\n"), HasSubstr("ok"));
  EXPECT_FALSE(first.is_resumed());
  EXPECT_TRUE(second.is_resumed());
}

TEST_F(ServerSystemTest, HasEveryAcknowledgedEnvelopeAfterItWasKilled) {
  const Envelope one = a_.NextEnvelope(space_);
  const Envelope two = a_.NextEnvelope(space_);
  client_->Sync(a_, {.envelopes = {EncodeEnvelope(one)}});
  const TestPush last{.envelopes = {EncodeEnvelope(two)}};
  const auto acknowledged = client_->Sync(a_, last).acknowledgements;
  server_.Kill();
  Restart();
  EXPECT_EQ(client_->Sync(a_, last).acknowledgements, acknowledged);
  const TestPull pulled = client_->Sync(b_, {.cursors = {{space_, 0}}});
  EXPECT_THAT(pulled.envelopes, ElementsAre(StoredEnvelopeFrame{1, EncodeEnvelope(one)},
                                            StoredEnvelopeFrame{2, EncodeEnvelope(two)}));
}

TEST_F(ServerSystemTest, StopsCleanlyWhenAsked) {
  EXPECT_EQ(client_->Health(), "ok\n");
  EXPECT_EQ(server_.Terminate(), kExitZero);
  EXPECT_THAT(ReadTextFile(server_.log_path()), HasSubstr(" stopped"));
}

TEST_F(ServerSystemTest, FinishesTheRunningRequestBeforeItStops) {
  TestPush push;
  for (int i = 0; i < 5; ++i) push.envelopes.push_back(a_.NextEnvelopeBytes(space_, 100'000));
  const TestRequest request = client_->Sign(a_.key(), a_.signer(), push.Encode());
  const std::string body(TextOf(request.body));
  const RawTls tls(server_.port(), server_.ca_path());
  tls.Send(request.HeadText(server_.address(), body.size()) + body.substr(0, body.size() - 10));
  // That the first envelopes are there shows that the request is being served.
  std::size_t seen = 0;
  for (int attempt = 0; attempt < 10'000 && seen == 0; ++attempt)
    seen = client_->Sync(b_, {.directory_cursor = 5, .cursors = {{space_, 0}}}).envelopes.size();
  ASSERT_GT(seen, 0U);
  server_.process().Signal(SIGTERM);
  ASSERT_TRUE(server_.WaitForLog(" stopping").has_value());
  EXPECT_FALSE(RawSocket(server_.port()).is_connected());
  tls.Send(body.substr(body.size() - 10));
  const std::string answer = tls.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_EQ(server_.process().Wait(), kExitZero);
}

TEST_F(ServerSystemTest, SaysThatItsDiskIsFullAndLosesNothing) {
  client_->Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  server_.LimitFileBytes(64 * 1024);
  const TestPush push{.envelopes = {a_.NextEnvelopeBytes(space_, 400'000)}};
  const auto refused = client_->Send(client_->Sign(a_.key(), a_.signer(), push.Encode()));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->problem_type(), ProblemType::kStorage);
  EXPECT_FALSE(refused->retry_after.empty());
  EXPECT_EQ(client_->Sync(b_, {.cursors = {{space_, 0}}}).envelopes.size(), 1U);
  server_.LimitFileBytes(RLIM_INFINITY);
  EXPECT_EQ(client_->Sync(a_, push).acknowledgements.front().sequence, 2U);
}

TEST_F(ServerSystemTest, LogsNoWholeIdAndKeepsItsFilesToItself) {
  client_->Sync(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  EXPECT_EQ(server_.Terminate(), kExitZero);
  const std::string log = ReadTextFile(server_.log_path());
  EXPECT_THAT(log, HasSubstr("signer=" + a_.id().ToHex().substr(0, 8)));
  EXPECT_THAT(log, Not(HasSubstr(a_.id().ToHex().substr(0, 9))));
  EXPECT_THAT(log, Not(HasSubstr(space_.ToHex())));
  EXPECT_THAT(log, Not(HasSubstr("127.0.0.1")));
  struct stat status {};
  ASSERT_EQ(stat((server_.data_folder() + "/envelopes.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(ServerSystemTest, ASecondServerOnTheSameStoreSaysWhy) {
  const TemporaryDirectory folder;
  const auto exit = RunProgram({{SACOCHE_SERVER_BINARY, "serve", "--data", server_.data_folder(),
                                 "--listen", "127.0.0.1:0", "--certificate", "x", "--key", "x"},
                                folder / "out",
                                folder / "err"});
  EXPECT_EQ(exit.status, 1);
  EXPECT_THAT(ReadTextFile(folder / "err"), HasSubstr("another program is using this store"));
  EXPECT_EQ(client_->Health(), "ok\n");
}

}  // namespace
}  // namespace sacoche
