#pragma once

#include <set>

#include "engine/sign/http_signature.h"
#include "engine/wire/wire_codec.h"
#include "platform/clock.h"
#include "sync-server/or_problem.h"
#include "sync-server/server_directory.h"

namespace sacoche {

// What a sync did, for the log: numbers only.
struct SyncCounts {
  std::uint64_t envelopes_stored = 0;
  std::uint64_t envelopes_repeated = 0;
  std::uint64_t envelopes_refused = 0;
  std::uint64_t envelopes_sent = 0;
  std::uint64_t statements = 0;
};

// One POST /v1/sync by a verified signer, as a state machine without I/O of its own: push bytes go
// in, in any pieces; then the answer's bytes come out, in bounded pieces. Between two calls no
// transaction is open, so a slow peer holds up nobody. One thread.
//
// Envelopes and statements are kept as they come whole, whatever becomes of the rest. A problem
// ends the exchange: what was stored stays, and a repetition acknowledges it.
class SyncHandler {
 public:
  struct Rooms {
    EnvelopeStore& store;
    ServerDirectory& directory;
    Clock& clock;
  };

  SyncHandler(const Rooms& rooms, const RequestSigner& signer) : rooms_(rooms), signer_(signer) {}

  // The next piece of the push.
  OrProblem<void> Feed(ByteView piece);

  // The push is complete. kMalformed if it lacks its end frame.
  OrProblem<void> FinishPush();

  // The connection was cut: commits what came whole.
  void Cut();

  // After FinishPush: the next piece of the pull, about kAnswerChunkBytesTarget; empty: that was
  // all. A problem is the store's, and the answer stays cut.
  OrProblem<Bytes> NextChunk();

  [[nodiscard]] const SyncCounts& counts() const { return counts_; }

 private:
  enum class PushState { kStart, kOpen, kEnded };
  enum class PullState { kDirectory, kOutcomes, kSpaces, kEnd, kDone };
  using EpochKey = std::pair<SpaceId, std::uint64_t>;

  OrProblem<void> TakeFrames();
  OrProblem<void> Take(PushFrame frame);
  OrProblem<void> TakeHello(const HelloFrame& hello);
  OrProblem<void> TakeStatement(StatementFrame frame);
  OrProblem<void> TakeCursor(const CursorFrame& cursor);
  OrProblem<void> TakeEnvelope(EnvelopeFrame frame);
  OrProblem<void> CheckClaim(ByteView first_statement) const;
  // Nothing if the envelope may be stored.
  [[nodiscard]] std::optional<ProblemType> Judge(const Envelope& envelope,
                                                 const Hash256& manifest_hash) const;
  OrProblem<void> CommitStatements();
  OrProblem<void> CommitEnvelopes();
  OrProblem<void> CommitAll();
  void Answer(const PullFrame& frame) { AppendFrame(outcomes_, frame); }
  void RefuseEnvelope(const EnvelopeId& id, ProblemType problem);

  OrProblem<void> AddDirectory(Bytes& chunk);
  OrProblem<void> AddSpace(Bytes& chunk);
  OrProblem<void> AddEnvelopes(Bytes& chunk);
  OrProblem<void> EndSpace(Bytes& chunk);
  void AddEnd(Bytes& chunk);
  [[nodiscard]] bool IsLongEnough() const;
  [[nodiscard]] bool MayRead(const SpaceId& space) const;

  Rooms rooms_;
  RequestSigner signer_;
  SyncCounts counts_;

  PushState push_state_ = PushState::kStart;
  FrameSplitter splitter_;
  std::uint64_t directory_cursor_ = 0;
  std::vector<CursorFrame> cursors_;
  std::vector<Bytes> statements_;  // not yet committed
  std::vector<NewEnvelope> envelopes_;
  std::size_t envelope_bytes_ = 0;
  std::size_t envelope_count_ = 0;  // in this push
  std::uint64_t statement_count_ = 0;
  std::set<EpochKey> lost_epochs_;  // that another device opened first
  Bytes outcomes_;                  // frames

  PullState pull_state_ = PullState::kDirectory;
  std::size_t next_space_ = 0;
  std::size_t bytes_sent_ = 0;
  std::size_t rows_seen_ = 0;
};

}  // namespace sacoche
