#pragma once

#include <gmock/gmock.h>

#include "sync-server/sync_handler.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_envelope_store.h"
#include "tests/support/test_organisation.h"

namespace sacoche {

// A server's rooms without sockets, and an organisation with members a_ and b_ of space_.
class SyncFixture : public ::testing::Test {
 protected:
  enum class Begin { kUnclaimed, kMembers };

  struct Answer {
    std::optional<ProblemType> problem;
    TestPull pull;
  };

  explicit SyncFixture(Begin begin = Begin::kMembers) {
    if (begin == Begin::kUnclaimed) return;
    const auto outcomes = directory_->Append(organisation_.Start(space_, a_, b_));
    SACOCHE_CHECK(outcomes.has_value());
    for (const auto& outcome : *outcomes) SACOCHE_CHECK(!outcome.problem);
  }

  SyncHandler Handler(const RequestSigner& signer) {
    return SyncHandler({store_, *directory_, clock_, &time_key_}, signer);
  }

  Answer Sync(const RequestSigner& signer, const Bytes& push, std::size_t piece_bytes = 1 << 22) {
    SyncHandler handler = Handler(signer);
    return Carry(handler, push, piece_bytes);
  }

  static Answer Carry(SyncHandler& handler, const Bytes& push, std::size_t piece_bytes = 1 << 22) {
    for (ByteView rest = push; !rest.empty();) {
      const ByteView piece = rest.first(std::min(piece_bytes, rest.size()));
      if (auto fed = handler.Feed(piece); !fed) return {fed.error().type, {}};
      rest = rest.subspan(piece.size());
    }
    if (auto finished = handler.FinishPush(); !finished) return {finished.error().type, {}};
    Bytes answer;
    while (true) {
      const auto chunk = handler.NextChunk();
      if (!chunk) return {chunk.error().type, {}};
      if (chunk->empty()) return {std::nullopt, TestPull::Decode(answer)};
      Append(answer, *chunk);
    }
  }
  Answer Sync(const TestDevice& device, const TestPush& push) {
    return Sync(device.signer(), push.Encode());
  }
  Answer SyncRoot(const TestPush& push) { return Sync(organisation_.signer(), push.Encode()); }

  // For both members.
  void MakeOtherSpace() {
    const Answer answer = SyncRoot({.statements = {
                                        organisation_.MakeSpace(other_space_),
                                        organisation_.Admit(a_, {space_, other_space_}),
                                        organisation_.Admit(b_, {space_, other_space_}),
                                    }});
    ASSERT_EQ(answer.problem, std::nullopt);
    for (const StatementOutcomeFrame& outcome : answer.pull.outcomes)
      ASSERT_EQ(outcome.problem, std::nullopt);
  }

  // Its first epoch, and the grant of its key.
  std::vector<Bytes> OpenOtherSpace(const TestDevice& opener, const TestDevice& other) {
    std::vector<Bytes> statements{organisation_.OpenEpoch(opener, other_space_)};
    statements.push_back(organisation_.Grant(opener, {other_space_, 1, other.id(), {}}));
    return statements;
  }

  std::uint64_t Head() { return store_.Head(space_).value(); }

  // The one refusal that a push of this envelope gets, or nothing if it is acknowledged.
  std::optional<ProblemType> Push(const TestDevice& device, const Envelope& envelope) {
    const Answer answer = Sync(device, {.envelopes = {EncodeEnvelope(envelope)}});
    if (answer.problem) return answer.problem;
    if (answer.pull.refusals.empty()) return std::nullopt;
    EXPECT_EQ(answer.pull.refusals.front().envelope, envelope.header.id);
    return answer.pull.refusals.front().problem;
  }

  const SpaceId space_ = IdNumber<SpaceId>(1);
  const SpaceId other_space_ = IdNumber<SpaceId>(2);
  TestOrganisation organisation_;
  TestDevice a_{1};
  TestDevice b_{2};
  TestDevice stranger_{3};
  ManualClock clock_;
  const SigningKey time_key_ = TestKey(90);
  MemoryEnvelopeStore store_;
  std::unique_ptr<ServerDirectory> directory_ =
      std::move(*ServerDirectory::Load(store_, std::nullopt));
};

}  // namespace sacoche
