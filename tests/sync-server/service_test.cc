#include "sync-server/service.h"

#include "engine/membership/organisation_facts.h"
#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

class ServiceTest : public SyncFixture {
 protected:
  RequestHead Signed(const SigningKey& key, const RequestSigner& signer, const std::string& method,
                     const std::string& path, const Bytes& body) {
    RequestHead head{method, "server.example", path, "", "", ""};
    const SignatureHeaders headers = SignRequest(key, signer, {method, head.authority, path, ""},
                                                 body, clock_.now_s(), {++nonces_});
    head.content_digest = headers.content_digest;
    head.signature_input = headers.signature_input;
    head.signature = headers.signature;
    return head;
  }
  RequestHead SyncByA(const Bytes& body) {
    return Signed(a_.key(), a_.signer(), "POST", "/v1/sync", body);
  }

  std::optional<ProblemType> ProblemOf(const RequestHead& head) {
    const auto begun = service_.Begin(head);
    if (begun) return std::nullopt;
    return begun.error().type;
  }

  // The whole body in one piece, the whole answer.
  OrProblem<Bytes> Run(const RequestHead& head, const Bytes& body) {
    auto begun = service_.Begin(head);
    if (!begun) return Refuse(begun.error());
    Exchange& exchange = **begun;
    if (auto fed = exchange.Feed(body); !fed) return Refuse(fed.error());
    if (auto finished = exchange.Finish(); !finished) return Refuse(finished.error());
    Bytes answer;
    while (true) {
      const auto chunk = exchange.NextChunk();
      if (!chunk) return Refuse(chunk.error());
      if (chunk->empty()) return answer;
      Append(answer, *chunk);
    }
  }

  Service service_{{store_, *directory_, clock_}, {.sync_requests_max = 2}};
  std::uint8_t nonces_ = 0;
};

TEST_F(ServiceTest, AnswersHealthToAnybody) {
  EXPECT_EQ(TextOf(Run({"GET", "x", "/healthz", "", "", ""}, {}).value()), "ok\n");
}

TEST_F(ServiceTest, SyncsASignedPush) {
  const Bytes body = TestPush{.envelopes = {a_.NextEnvelopeBytes(space_)}}.Encode();
  const auto answer = Run(SyncByA(body), body);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(TestPull::Decode(*answer).acknowledgements.size(), 1U);
}

TEST_F(ServiceTest, RefusesAnotherBodyThanTheSignedOne) {
  const Bytes signed_body = TestPush{}.Encode();
  const Bytes sent = TestPush{.directory_cursor = 3}.Encode();
  const auto answer = Run(SyncByA(signed_body), sent);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().type, ProblemType::kBadSignature);
}

TEST_F(ServiceTest, KnowsItsPathsAndMethods) {
  EXPECT_EQ(ProblemOf({"GET", "x", "/", "", "", ""}), ProblemType::kNotFound);
  EXPECT_EQ(ProblemOf({"GET", "x", "/v1/sync", "", "", ""}), ProblemType::kMethodNotAllowed);
  EXPECT_EQ(ProblemOf({"DELETE", "x", "/v1/enrolment", "", "", ""}),
            ProblemType::kMethodNotAllowed);
  EXPECT_EQ(ProblemOf({"POST", "x", "/v1/sync", "", "", ""}), ProblemType::kUnsigned);
}

TEST_F(ServiceTest, OnlyTheRootReadsWhoAsked) {
  ASSERT_TRUE(
      Run({"POST", "x", "/v1/enrolment", "", "", ""}, stranger_.EnrolmentBytes()).has_value());
  EXPECT_EQ(ProblemOf({"GET", "x", "/v1/enrolment", "", "", ""}), ProblemType::kUnsigned);
  EXPECT_EQ(ProblemOf(Signed(a_.key(), a_.signer(), "GET", "/v1/enrolment", {})),
            ProblemType::kWrongOrganisation);
  const auto list =
      Run(Signed(organisation_.root(), organisation_.signer(), "GET", "/v1/enrolment", {}), {});
  ASSERT_TRUE(list.has_value());
  EXPECT_THAT(DecodeEnrolmentList(*list, kEnrolmentRequestBytesMax).value(),
              testing::ElementsAre(stranger_.EnrolmentBytes()));
}

TEST_F(ServiceTest, AnOfficerReadsWhoAskedUntilHeIsDismissed) {
  using Rank = OfficerStatement::Rank;
  const TestDevice officer(9);
  const auto list = [&] {
    return ProblemOf(Signed(officer.key(), officer.signer(), "GET", "/v1/enrolment", {}));
  };
  EXPECT_EQ(list(), ProblemType::kUnknownDevice);
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Appoint(officer, Rank::kReferent, {space_})}})
                   .problem);
  EXPECT_EQ(list(), std::nullopt);
  ASSERT_FALSE(SyncRoot({.statements = {organisation_.Appoint(officer, Rank::kNone)}}).problem);
  EXPECT_EQ(list(), ProblemType::kUnknownDevice);
}

TEST_F(ServiceTest, SaysToAnybodyWhoseServerItIsAndFromWhichAuthority) {
  const RequestHead head{"GET", "x", "/v1/organisation", "", "", ""};
  service_.SetAuthority("a certificate");
  const auto facts = DecodeOrganisationFacts(Run(head, {}).value());
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->root_signing_key, organisation_.root().public_key());
  EXPECT_EQ(facts->root_box_key, directory_->directory().organisation()->root_box_key);
  EXPECT_EQ(facts->ca_pem, "a certificate");
  EXPECT_EQ(facts->time_s, static_cast<std::uint64_t>(clock_.now_s()));
  EXPECT_EQ(ProblemOf({"POST", "x", "/v1/organisation", "", "", ""}),
            ProblemType::kMethodNotAllowed);
}

TEST_F(ServiceTest, TakesOnlySoManySyncsAtOnce) {
  const auto first = service_.Begin(SyncByA(Bytes{1}));
  auto second = service_.Begin(SyncByA(Bytes{1}));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(ProblemOf(SyncByA(Bytes{1})), ProblemType::kBusy);
  second->reset();
  EXPECT_EQ(ProblemOf(SyncByA(Bytes{1})), std::nullopt);
}

TEST_F(ServiceTest, ADeviceThatAsksTooOftenIsToldWhenToComeBack) {
  Service service({store_, *directory_, clock_}, {.device_rate = {.per_minute = 6, .burst = 2}});
  const Bytes body = TestPush{}.Encode();
  EXPECT_TRUE(service.Begin(SyncByA(body)).has_value());
  EXPECT_TRUE(service.Begin(SyncByA(body)).has_value());
  const auto refused = service.Begin(SyncByA(body));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().type, ProblemType::kBusy);
  EXPECT_EQ(refused.error().retry_after_s, 10U);
  // A colleague is not held up, and whoever only claims to be that device takes nothing from it.
  EXPECT_TRUE(service.Begin(Signed(b_.key(), b_.signer(), "POST", "/v1/sync", body)).has_value());
  clock_.AdvanceSeconds(10);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(service.Begin(Signed(b_.key(), a_.signer(), "POST", "/v1/sync", body)).error().type,
              ProblemType::kBadSignature);
  EXPECT_TRUE(service.Begin(SyncByA(body)).has_value());
  service.SetOptions({});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(service.Begin(SyncByA(body)).has_value());
}

}  // namespace
}  // namespace sacoche
