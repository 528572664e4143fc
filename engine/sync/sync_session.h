#pragma once

#include <set>

#include "engine/sync/receiver.h"
#include "engine/sync/sealer.h"
#include "engine/wire/wire_codec.h"

namespace sacoche {

// What a sync did, and what stands in its way. Counts are of this session.
struct SyncReport {
  std::uint64_t changes_out = 0;  // in envelopes that the server acknowledged
  std::uint64_t changes_in = 0;
  std::uint64_t envelopes_out = 0;
  std::uint64_t envelopes_in = 0;
  std::uint64_t statements_in = 0;
  std::uint64_t body_bytes_up = 0;
  std::uint64_t body_bytes_down = 0;
  std::uint64_t requests = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t envelopes_refused = 0;
  std::optional<ProblemType> last_refusal;
  std::uint64_t spaces_waiting_for_key = 0;
  std::uint64_t envelopes_sent_again = 0;  // the server had forgotten them
  std::set<RecordId> touched;
};

// One sync, as a state machine that makes requests and takes answers, in any pieces, and does no
// I/O but through the store. Push and pull go in one request; more follow only while there is
// something to say. Everything committed on the way stays, whatever happens next. One thread.
//
//   while (auto body = session.NextRequest()) { send; Receive(piece)*; EndOfResponse() |
//   Interrupted() }
class SyncSession {
 public:
  struct Parts {
    Store* store;
    Directory* directory;
    Committer* committer;
    const DeviceIdentity* identity;
    Random* random;
  };
  explicit SyncSession(const Parts& parts);

  // The body of the next POST /v1/sync; nothing when all is said.
  [[nodiscard]] Result<std::optional<Bytes>> NextRequest();

  // The next piece of a 200 answer. After an error the session is over; the store is whole.
  Status Receive(ByteView piece);

  // The answer's transfer ended well. kNetwork if it was cut short all the same.
  Status EndOfResponse();

  // The connection broke. What was not acknowledged is sent again by the next request.
  void Interrupted();

  [[nodiscard]] const SyncReport& report() const { return report_; }

 private:
  struct SpaceState {
    bool pull_wanted = true;
    bool skip_rest = false;      // of the space in this answer
    std::uint64_t position = 0;  // the last sequence of the space in this answer
    bool waiting_for_key = false;
    std::uint64_t missing_epoch = 0;
    bool push_stalled = false;  // an envelope was refused; those after it would be too
    // A server that was restored from a backup has gaps and renumbers. Once in a session the space
    // is read again from its beginning, and what is ours is sent again; what is known costs
    // nothing.
    bool read_again = false;
    std::uint64_t sent_again_in = 0;  // which request's answer asked for it
  };

  Result<bool> AddStatements(Bytes& body);
  Result<bool> AddSpace(const SpaceId& space, Bytes& body);
  Status NoteKeys(const SpaceId& space, SpaceState& state);

  Status Take(const DirectoryFrame& frame);
  Status Take(const AcknowledgementFrame& frame);
  Status Take(const RefusalFrame& frame);
  Status Take(const StatementOutcomeFrame& frame);
  Status Take(const StoredEnvelopeFrame& frame);
  Status Take(const HeadFrame& frame);
  Status Take(const SpaceRefusedFrame& frame);
  Status Take(const PullEndFrame& frame);
  Status ReadAgain(const SpaceId& space, const std::string& why);
  Status SendAgain(const SpaceId& space, std::uint64_t after_server_seq);

  Store* store_;
  Directory* directory_;
  KeyExchange keys_;
  Sealer sealer_;
  Receiver receiver_;

  std::map<SpaceId, SpaceState> spaces_;
  struct Sent {
    SpaceId space;
    std::uint64_t changes = 0;
  };
  std::map<EnvelopeId, Sent> sent_;  // in the current request, not yet answered
  std::vector<SpaceId> asked_;       // spaces of the current request, in order
  std::size_t answering_ = 0;        // which of them the answer is at
  FrameSplitter frames_;
  bool answered_once_ = false;
  bool response_ended_ = false;
  SyncReport report_;
};

}  // namespace sacoche
