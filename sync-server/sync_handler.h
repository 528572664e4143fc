#pragma once

#include <set>

#include "engine/sign/http_signature.h"
#include "engine/sign/server_time.h"
#include "engine/wire/wire_codec.h"
#include "platform/clock.h"
#include "sync-server/or_problem.h"
#include "sync-server/server_directory.h"
#include "sync-server/server_metrics.h"
#include "sync-server/space_usage.h"

namespace sacoche {

// What a sync did, for the log: numbers only.
struct SyncCounts {
  std::uint64_t envelopes_stored = 0;
  std::uint64_t envelopes_repeated = 0;
  std::uint64_t envelopes_refused = 0;
  std::uint64_t envelopes_sent = 0;
  std::uint64_t statements = 0;
  std::uint64_t snapshot_parts_stored = 0;
  std::uint64_t snapshot_parts_sent = 0;
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
    const SigningKey* time_key = nullptr;  // without it, answers do not say the time
    SpaceUsage* usage = nullptr;           // without it, spaces have no limit
    ServerMetrics* metrics = nullptr;      // without it, nothing is counted
  };

  SyncHandler(const Rooms& rooms, const RequestSigner& signer) : rooms_(rooms), signer_(signer) {}

  // The next piece of the push.
  OrProblem<void> Feed(ByteView piece);

  // The push is complete. kMalformed if it lacks its end frame.
  OrProblem<void> FinishPush();

  // The envelopes that no transaction holds yet, to be committed with others' by the caller, who
  // then says what became of them. kStorage if that is an error.
  std::vector<NewEnvelope> TakeUncommitted();
  OrProblem<void> Committed(std::span<const NewEnvelope> batch,
                            const Result<std::vector<AppendOutcome>>& outcomes);

  // The connection was cut: commits what came whole.
  void Cut();

  // After FinishPush: the next piece of the pull, about kAnswerChunkBytesTarget; empty: that was
  // all. A problem is the store's, and the answer stays cut.
  OrProblem<Bytes> NextChunk();

  [[nodiscard]] const SyncCounts& counts() const { return counts_; }

 private:
  enum class PushState { kStart, kOpen, kEnded };
  enum class PullState { kDirectory, kTime, kOutcomes, kSpaces, kEnd, kDone };
  using EpochKey = std::pair<SpaceId, std::uint64_t>;

  OrProblem<void> TakeFrames();
  OrProblem<void> Take(PushFrame frame);
  OrProblem<void> TakeHello(const HelloFrame& hello);
  OrProblem<void> TakeStatement(StatementFrame frame);
  OrProblem<void> TakeCursor(const CursorFrame& cursor);
  OrProblem<void> TakeKnownHistory(const KnownHistoryFrame& known);
  OrProblem<void> TakeEnvelope(EnvelopeFrame frame);
  OrProblem<void> TakeKnownSnapshot(const KnownSnapshotFrame& known);
  OrProblem<void> TakeSnapshotHead(const SnapshotHeadFrame& frame);
  OrProblem<void> TakeSnapshotPart(const SnapshotPartFrame& frame);
  // Nothing if the snapshot may be stored.
  OrProblem<std::optional<ProblemType>> JudgeSnapshot(const SealedSnapshotHead& head);
  void EndSnapshot();
  // Whether the space has room for so much more.
  OrProblem<bool> HasRoom(const SpaceId& space, std::uint64_t bytes);
  void GiveBackRoom(const NewEnvelope& envelope);
  OrProblem<bool> HasRoomFor(const EnvelopeHeader& header, std::uint64_t bytes);
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
  void AddTime(Bytes& chunk);
  void AddReceipt(Bytes& frames, std::uint64_t received_s);
  OrProblem<void> AddSpace(Bytes& chunk);
  OrProblem<bool> KnowsAnotherHistory();
  OrProblem<void> BeginSpace(Bytes& chunk);
  OrProblem<void> AddSnapshotPart(Bytes& chunk);
  OrProblem<void> AddEnvelopes(Bytes& chunk);
  // A history frame, where a tag was noted.
  OrProblem<void> AddHistory(Bytes& chunk, const SpaceId& space, std::uint64_t sequence);
  // What a device that recalls compares with what it has.
  OrProblem<void> AddChains(Bytes& chunk, const SpaceId& space);
  OrProblem<void> AddHead(Bytes& chunk, const HeadFrame& head);
  OrProblem<void> EndSpace(Bytes& chunk);
  void AddEnd(Bytes& chunk);
  void EndOfSpace();
  OrProblem<void> AddCover(Bytes& chunk, const SpaceId& space);
  OrProblem<std::optional<StoredSnapshot>> UsableSnapshot(const SpaceId& space);
  [[nodiscard]] bool IsLongEnough() const;
  [[nodiscard]] bool MayRead(const SpaceId& space) const;
  [[nodiscard]] bool IsKeyOfItsMaker(const EnvelopeHeader& header) const;
  // Nothing if the device belongs to the space.
  [[nodiscard]] std::optional<ProblemType> WhyNotMember(const DeviceId& device,
                                                        const SpaceId& space) const;

  Rooms rooms_;
  RequestSigner signer_;
  SyncCounts counts_;

  PushState push_state_ = PushState::kStart;
  FrameSplitter splitter_;
  StreamHash request_hash_ = RequestHash();
  std::uint64_t directory_cursor_ = 0;
  // The device was shown another directory, by this server before it was put back: it is given this
  // one first, and what it sealed by the other waits.
  bool knows_another_directory_ = false;
  bool knows_less_ = false;  // of the directory than the server did when the push began
  std::vector<CursorFrame> cursors_;
  std::map<std::size_t, KnownHistoryFrame> known_histories_;   // by the cursor that they follow
  std::map<std::size_t, KnownSnapshotFrame> known_snapshots_;  // the same
  std::optional<SealedSnapshotHead> snapshot_;                 // that this push brings
  std::uint64_t snapshot_parts_ = 0;                           // of it that are here
  std::vector<Bytes> statements_;                              // not yet committed
  std::vector<NewEnvelope> envelopes_;
  std::size_t envelope_bytes_ = 0;
  std::size_t envelope_count_ = 0;  // in this push
  std::uint64_t statement_count_ = 0;
  LostEpochs refused_;              // epochs of this push
  std::set<EpochKey> lost_epochs_;  // whose statements, or keys, were refused in this push
  std::set<SpaceId> ungranted_;     // where a grant was refused in this push
  std::set<SpaceId> full_spaces_;
  Bytes outcomes_;  // frames

  PullState pull_state_ = PullState::kDirectory;
  std::size_t next_space_ = 0;
  bool space_begun_ = false;
  std::optional<StoredSnapshot> giving_;  // before the space's envelopes
  std::uint64_t next_part_ = 0;
  std::uint64_t last_receipt_s_ = 0;  // what the peer was told last
  std::size_t bytes_sent_ = 0;
  std::size_t rows_seen_ = 0;
};

}  // namespace sacoche
