#include "sync-server/group_commit.h"

#include "sync-server/service.h"
#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

using testing::ElementsAre;

// Counts transactions, and refuses those that hold a certain envelope.
class CountingStore final : public MemoryEnvelopeStore {
 public:
  Result<std::vector<AppendOutcome>> AppendEnvelopes(
      std::span<const NewEnvelope> envelopes) override {
    transactions.push_back(envelopes.size());
    for (const NewEnvelope& envelope : envelopes)
      if (envelope.header.id == refused) return Fail(ErrorCode::kDiskFull, "full");
    return MemoryEnvelopeStore::AppendEnvelopes(envelopes);
  }
  std::vector<std::size_t> transactions;
  std::optional<EnvelopeId> refused;
};

class GroupCommitTest : public SyncFixture {
 protected:
  GroupCommitTest() {
    for (const Bytes& statement : own_organisation_.Start(space_, a_, b_))
      SACOCHE_CHECK(own_directory_->Append({&statement, 1}).has_value());
  }

  // A push whose body is complete.
  std::unique_ptr<Exchange> Begun(const TestDevice& device, const TestPush& push) {
    const Bytes body = push.Encode();
    RequestHead head{"POST", "server.example", "/v1/sync", "", "", ""};
    const SignatureHeaders headers =
        SignRequest(device.key(), device.signer(), {head.method, head.authority, head.path, ""},
                    body, clock_.now_s(), {++nonces_});
    head.content_digest = headers.content_digest;
    head.signature_input = headers.signature_input;
    head.signature = headers.signature;
    auto begun = service_.Begin(head);
    SACOCHE_CHECK(begun.has_value() && (*begun)->Feed(body).has_value());
    return std::move(*begun);
  }
  // The answer, or the problem.
  Answer Finished(Exchange& exchange) {
    if (auto finished = exchange.Finish(); !finished) return {finished.error().type, {}};
    Bytes answer;
    while (true) {
      const auto chunk = exchange.NextChunk();
      if (!chunk) return {chunk.error().type, {}};
      if (chunk->empty()) return {std::nullopt, TestPull::Decode(answer)};
      Append(answer, *chunk);
    }
  }
  void Join(Exchange& exchange) {
    EXPECT_TRUE(service_.group().Add(exchange, [this](const OrProblem<void>& outcome) {
      outcomes_.push_back(outcome ? std::nullopt : std::optional(outcome.error().type));
    }));
  }

  TestOrganisation own_organisation_;
  CountingStore counting_;
  std::unique_ptr<ServerDirectory> own_directory_ =
      std::move(*ServerDirectory::Load(counting_, std::nullopt));
  Service service_{{counting_, *own_directory_, clock_}, {}};
  std::vector<std::optional<ProblemType>> outcomes_;
  std::uint8_t nonces_ = 0;
};

TEST_F(GroupCommitTest, RequestsThatEndTogetherShareATransactionAndEachHearsOfItsOwn) {
  const Envelope one = a_.NextEnvelope(space_);
  const Envelope two = a_.NextEnvelope(space_);
  const Envelope theirs = b_.NextEnvelope(space_);
  const auto first = Begun(a_, {.envelopes = {EncodeEnvelope(one), EncodeEnvelope(two)}});
  const auto second = Begun(b_, {.envelopes = {EncodeEnvelope(theirs)}});
  Join(*first);
  EXPECT_FALSE(service_.group().is_empty());
  Join(*second);
  EXPECT_THAT(counting_.transactions, ElementsAre());
  service_.group().Flush();
  EXPECT_TRUE(service_.group().is_empty());
  EXPECT_THAT(counting_.transactions, ElementsAre(3));
  EXPECT_THAT(outcomes_, ElementsAre(std::nullopt, std::nullopt));
  EXPECT_THAT(
      Finished(*first).pull.acknowledgements,
      ElementsAre(AcknowledgementFrame{one.header.id, 1}, AcknowledgementFrame{two.header.id, 2}));
  EXPECT_THAT(Finished(*second).pull.acknowledgements,
              ElementsAre(AcknowledgementFrame{theirs.header.id, 3}));
  EXPECT_THAT(counting_.transactions, ElementsAre(3));
}

TEST_F(GroupCommitTest, WhatFailsForOneDoesNotFailForAll) {
  const Envelope mine = a_.NextEnvelope(space_);
  const Envelope theirs = b_.NextEnvelope(space_);
  counting_.refused = mine.header.id;
  const auto first = Begun(a_, {.envelopes = {EncodeEnvelope(mine)}});
  const auto second = Begun(b_, {.envelopes = {EncodeEnvelope(theirs)}});
  Join(*first);
  Join(*second);
  service_.group().Flush();
  EXPECT_THAT(counting_.transactions, ElementsAre(2, 1, 1));
  EXPECT_THAT(outcomes_, ElementsAre(ProblemType::kStorage, std::nullopt));
  EXPECT_THAT(Finished(*second).pull.acknowledgements,
              ElementsAre(AcknowledgementFrame{theirs.header.id, 1}));
}

TEST_F(GroupCommitTest, ARequestWithoutEnvelopesWaitsForNothing) {
  const auto pull = Begun(a_, {.cursors = {{space_, 0}}});
  EXPECT_FALSE(service_.group().Add(*pull, [](const OrProblem<void>&) {}));
  EXPECT_TRUE(service_.group().is_empty());
  EXPECT_EQ(Finished(*pull).problem, std::nullopt);
}

TEST_F(GroupCommitTest, ARequestThatNobodyJoinsCommitsByItself) {
  const auto push = Begun(a_, {.envelopes = {a_.NextEnvelopeBytes(space_)}});
  EXPECT_EQ(Finished(*push).pull.acknowledgements.size(), 1U);
  EXPECT_THAT(counting_.transactions, ElementsAre(1));
}

}  // namespace
}  // namespace sacoche
