#pragma once

#include <set>

#include "engine/causality/trusted_time.h"
#include "engine/sync/carried_envelopes.h"
#include "engine/sync/receiver.h"
#include "engine/sync/replaced_view.h"
#include "engine/sync/sealer.h"
#include "engine/sync/snapshot_exchange.h"
#include "engine/sync/sync_limits.h"
#include "engine/wire/wire_codec.h"
#include "platform/clock.h"

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
  std::uint64_t spaces_waiting_for_key = 0;  // to read what is there, or to send what waits here
  std::uint64_t spaces_waiting_for_snapshot = 0;  // that a colleague has to make first
  std::uint64_t envelopes_sent_again = 0;         // the server had forgotten them
  std::uint64_t envelopes_carried_on = 0;         // of colleagues, that a file had brought
  std::uint64_t statements_sent_again = 0;        // of the directory, likewise
  // Envelopes whose makers the server had shown more of the space than it shows here, or another
  // history or directory: it was put back since, or shows different people different things.
  std::uint64_t shown_differently = 0;
  // A colleague was shown more of the directory than this laptop: it seals nothing until it sees
  // the rest, or that colleague's laptop is withdrawn.
  bool directory_withheld = false;
  // The server was too busy for the last request and said when to come back.
  std::optional<std::uint64_t> retry_after_s;
  std::uint64_t envelopes_after_leaving = 0;  // by laptops that no longer belong: not taken
  std::uint64_t snapshots_in = 0;
  std::uint64_t snapshots_out = 0;
  std::uint64_t snapshot_parts_in = 0;
  std::uint64_t snapshot_parts_out = 0;
  std::set<RecordId> touched;
  std::set<Suspicion> suspicions;  // the store's `suspicions` has who, where and when

  // Takes in another sync that followed at once: what was done adds up, how things stand is as the
  // later one found them.
  void Continue(const SyncReport& later);
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
    DeviceIdentity* identity;  // takes a new replica when its history turns out to be forked
    Random* random;
    Clock* clock;  // only to compare it with the server's
    std::uint64_t snapshot_after_envelopes = sync_limits::kSnapshotAfterEnvelopes;
    std::uint64_t snapshot_for_newcomer_envelopes = sync_limits::kSnapshotForNewcomerEnvelopes;
    KeyExchange::OrganisationRecovers organisation_recovers = {};
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

  // What the server said of it in its last answer, if it did.
  void NoteRetryAfter(std::optional<std::uint64_t> seconds) { report_.retry_after_s = seconds; }

  // The session ended with this error: what it says of the server, or of a colleague's laptop, is
  // written down.
  Status NoteFailure(const Error& error);

  [[nodiscard]] const SyncReport& report() const { return report_; }
  // What the server last said of the time in this session, verified; nothing: it did not.
  [[nodiscard]] const std::optional<TrustedTime>& server_time() const { return server_time_; }

 private:
  struct SpaceState {
    bool pull_wanted = true;
    bool skip_rest = false;      // of the space in this answer
    std::uint64_t position = 0;  // the last sequence of the space in this answer
    // The longest history of the space that this device can tell: the server's word, and the
    // envelopes behind it. Kept with the cursor, wherever the line breaks.
    KnownHistoryFrame history;
    bool waiting_for_key = false;
    bool opens_nothing = false;   // for want of any key
    bool waited_in_vain = false;  // for one that does not come any more; once in a session
    bool sealed = true;  // false: changes wait because this device has no key to seal them with
    bool push_stalled = false;  // an envelope was refused; those after it would be too
    std::uint64_t missing_epoch = 0;
    // Envelopes under this epoch and later ones wait until the directory says their keys.
    std::optional<std::uint64_t> held_from;
    bool held_back = false;  // there are some
    // Who had left when the space was read to its head: they send nothing more, so where they end
    // is known.
    std::optional<std::vector<DeviceId>> leavers_at_head;
    // The server's history is not the one that this device knows: it was restored from a backup.
    // Once in a session the space is read again from its beginning, own envelopes included, and
    // what the server lacks is sent again; what is known costs nothing but its bytes.
    std::uint64_t reconciled_in = 0;  // which request's answer asked for it; 0: none did
    std::uint64_t never_stored = 0;   // envelopes that waited before
    // Up to where the server holds each device's envelopes, as it said in this answer.
    std::map<DeviceId, std::uint64_t> server_chains;
    // The last envelope of each colleague that it showed in this session.
    std::map<DeviceId, std::uint64_t> shown;
    // Whose envelopes, of those that it forgot, it takes back in this session, and whose not.
    std::set<DeviceId> takes_forgotten_of;
    std::set<DeviceId> refuses_forgotten_of;
    bool forgotten_full = false;  // it has no room for any
    // The server began behind envelopes that it dropped, and for which no snapshot stands by now.
    bool begins_late = false;  // in this session
    // Own envelopes are asked for too, and none is made before they came: this store is an older
    // copy of itself. Found out, once in a session, by a refusal as well.
    bool recalls = false;
    std::uint64_t recalled_in = 0;    // which request's answer asked for it
    bool forked = false;              // what waits here was written beside another copy's history
    bool forked_by_snapshot = false;  // and not by an envelope
    bool left_fork = false;
    // A snapshot is beyond what this copy has while envelopes wait: the server, which keeps the
    // names of all that it ever stored, is asked which of them it knows.
    bool offers = false;
    std::optional<std::uint64_t> offered;  // how many waited when they were sent so
    void EndOffer() {
      offers = false;
      offered.reset();
    }
    // Of this device's own snapshot: how many parts the server has, once it said so.
    std::optional<std::uint64_t> snapshot_parts;
    std::uint64_t covered = 0;       // by the newest snapshot of the server
    bool may_make_snapshot = false;  // the space was read to its head, and `covered` said
    bool snapshot_stalled = false;   // the server took nothing of what was sent
    // Of what files brought, what the server answered in this session: author and counter.
    std::set<std::pair<DeviceId, std::uint64_t>> carried_on;
    bool carried_stalled = false;  // it refused some of it that it may take another day
  };

  Result<bool> IsDirectoryWithheld();
  Status NoteView(const EnvelopeHeader& header, std::uint64_t sequence);
  Status NoteOwnView(const ServerView& view);
  // That what this device's envelopes tell of the directory was replaced; nothing: nobody waits, or
  // it cannot be said yet.
  Result<std::optional<ReplacedViewStatement>> ViewToSay(const std::vector<Bytes>& missing);
  // Once in a session; alone, or within a transaction.
  Status Note(const Suspicions::Subject& subject);
  Status EndDirectoryAgain();
  // Whether the server may say no only because it forgot what the next request says to it again.
  Result<bool> WillBeTold(ProblemType problem);
  void CountWaitingForKey();
  // Read to the head, and nothing that files brought is left that the server may still take: it is
  // known where those who left end.
  [[nodiscard]] Result<KeyExchange::ReadToHead> SpacesAtHead();
  // Of whom a file brought what waits here for a key to be said; nothing: something may be sent.
  [[nodiscard]] Result<std::optional<std::set<DeviceId>>> HeldBackOf(
      const SpaceId& space, SpaceState& state, const std::vector<EnvelopePlace>& to_send_on) const;
  Result<bool> AddStatements(Bytes& body);
  Result<bool> AddSpace(const SpaceId& space, Bytes& body);
  // What files brought, the server has not shown, and was not answered in this session, with this
  // device's envelopes that wait; nothing if there is none of the first.
  [[nodiscard]] Result<std::vector<EnvelopePlace>> ToSendOn(const SpaceId& space,
                                                            const SpaceState& state);
  // Own envelopes that wait, for a request that has so many bytes.
  Status AddWaiting(const SpaceId& space, SpaceState& state, std::size_t body_bytes,
                    Bytes& envelopes);
  // The same, each behind what it was written with sight of, among those.
  Status AddCarried(const SpaceId& space, SpaceState& state,
                    const std::vector<EnvelopePlace>& places, std::size_t body_bytes,
                    Bytes& envelopes);
  // sync_session_lost_keys.cc
  Status NoteForgottenEpochs(const std::vector<Bytes>& missing);
  [[nodiscard]] Result<std::optional<std::uint64_t>> HeldFrom(const SpaceId& space);
  // Whether it is sealed under an epoch that the server does not know of, or knows otherwise.
  [[nodiscard]] Result<bool> IsHeldBack(SpaceState& state, ByteView envelope) const;
  Result<bool> AddSnapshot(const SpaceId& space, SpaceState& state, Bytes& body);
  Status NoteSnapshot(const SpaceId& space, SnapshotExchange::Received received);
  Status NoteKeys(const SpaceId& space, SpaceState& state);

  Status Take(const DirectoryFrame& frame);
  Status Take(const AnotherDirectoryFrame& frame);
  Status Take(const BeginsLateFrame& frame);
  Status Take(const ChainFrame& frame);
  Status Take(const AcknowledgementFrame& frame);
  Status Take(const RefusalFrame& frame);
  Status Take(const StatementOutcomeFrame& frame);
  Status Take(const StoredEnvelopeFrame& frame);
  Status Take(const HeadFrame& frame);
  Status Take(const HistoryFrame& frame);
  Status Take(const OwnChainFrame& frame);
  Status Take(const SnapshotOutcomeFrame& frame);
  Status Take(const StoredSnapshotFrame& frame);
  Status Take(const StoredSnapshotPartFrame& frame);
  Status Take(const SnapshotCoverFrame& frame);
  Status Take(const ReceiptFrame& frame);
  Status Take(const ServerTimeFrame& frame);
  Status Take(const ServerKeyFrame& frame);
  Status Take(const AnotherHistoryFrame& frame);
  Status LeaveForkNext(SpaceState& state);
  // False: they were offered, and the server knows none of those that are left.
  Result<bool> OfferWaiting(const SpaceId& space);
  Status WaitForSnapshot(const SpaceId& space);
  void WaitForKey(SpaceState& state, std::uint64_t epoch);
  // The space that the answer is at.
  [[nodiscard]] Result<SpaceId> AnsweredSpace() const;
  // Which space the answer must be at: the next of those that were asked for.
  Status EndOfSpace(const SpaceId& space);
  Status Take(const SpaceRefusedFrame& frame);
  Status Take(const PullEndFrame& frame);
  // What it looks like, which is an error if it shows once more in this session.
  Status Reconcile(const SpaceId& space, Suspicion what, const std::string& why);
  Status EndRecall(const SpaceId& space);
  Status FindForgotten(const SpaceId& space);
  // As many of them as a request holds that has so many bytes.
  Status AddForgotten(const SpaceId& space, SpaceState& state, std::size_t body_bytes,
                      Bytes& envelopes);
  Result<bool> AddOneForgotten(const SpaceId& space, SpaceState& state,
                               const PeerEnvelopes::Forgotten& one, Bytes& envelopes);
  // The server has it, or will never take it.
  Status EndForgotten(const SpaceId& space, const PeerEnvelopes::Forgotten& one);
  // Sequences have no gaps: what lies before `sequence` and was not given is this device's own, or
  // was left out. False: it was, and the rest of the space is not taken from this answer.
  Result<bool> IsWholeUpTo(const SpaceId& space, std::uint64_t sequence);
  Status Recall(const SpaceId& space);
  Status ReadAgainAfterOwn(const SpaceId& space);
  Status LeaveFork(const SpaceId& space);

  Store* store_;
  Directory* directory_;
  Committer* committer_;
  DeviceIdentity* identity_;
  Random* random_;
  Clock* clock_;
  DirectoryFollower follower_;
  bool follows_ = false;  // it was loaded
  // How much of the directory was known when statements were last said: if it is still as much, the
  // server takes none of them now.
  std::optional<std::uint64_t> said_at_;
  std::size_t said_again_ = 0;  // statements that the server lacked, in this session
  // How often another directory had taken the place of this device's when the request was made.
  std::uint64_t replaced_before_ = 0;
  std::uint64_t statements_before_ = 0;  // that the device had been shown then
  // Epochs that the server forgot: the first of each space.
  std::map<SpaceId, std::uint64_t> forgotten_epochs_;
  std::map<SpaceId, std::uint64_t> forgotten_keys_;  // the same of keys that gave way
  ReplacedView replaced_view_;
  // Colleagues would wait for what they are never shown: own envelopes wait until it is said.
  bool view_unsaid_ = false;
  KeyExchange keys_;
  Sealer sealer_;
  Receiver receiver_;
  SnapshotExchange snapshots_;
  std::uint64_t snapshot_after_envelopes_;
  std::uint64_t snapshot_for_newcomer_envelopes_;

  std::map<SpaceId, SpaceState> spaces_;
  struct Sent {
    SpaceId space;
    std::uint64_t counter = 0;
    std::uint64_t changes = 0;
    enum class Whose { kOwn, kForgotten, kCarried } whose = Whose::kOwn;
    DeviceId author = {};  // unless it is own
  };
  void NoteCarriedOn(const Sent& sent, std::optional<ProblemType> refusal = std::nullopt);
  // What the server answered of a colleague's envelope.
  Status TakeAnswer(const Sent& sent, std::optional<ProblemType> refusal);
  std::map<EnvelopeId, Sent> sent_;  // in the current request, not yet answered
  std::vector<SpaceId> asked_;       // spaces of the current request, in order
  std::size_t answering_ = 0;        // which of them the answer is at
  // Of which place in which space the server's next word on a history is.
  std::optional<CursorFrame> tagged_;
  std::optional<HeadFrame> last_head_;  // that was read up to, until another frame follows
  std::optional<HeadFrame> cover_of_;   // the same, until its snapshot cover follows
  Hash256 request_hash_{};              // of the current request
  std::uint64_t received_s_ = 0;        // of the envelopes that follow; 0: not known
  std::optional<TrustedTime> server_time_;
  std::set<Suspicions::Subject> suspicions_;  // noted in this session
  // As many of the directory's statements as a colleague was shown, when the last request was made.
  std::uint64_t asked_for_statements_ = 0;
  FrameSplitter frames_;
  bool answered_once_ = false;
  bool response_ended_ = false;
  SyncReport report_;
};

}  // namespace sacoche
