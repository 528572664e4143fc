#include "engine/sync/sync_session.h"

#include "engine/sign/server_time.h"
#include "engine/sync/distrust.h"
#include "engine/sync/sync_limits.h"
#include "engine/sync/time_keeper.h"

namespace sacoche {
namespace {

constexpr const char* kAnotherAtEachLook = "the server shows another history at each look";

}  // namespace

SyncSession::SyncSession(const Parts& parts)
    : store_(parts.store),
      directory_(parts.directory),
      committer_(parts.committer),
      identity_(parts.identity),
      random_(parts.random),
      clock_(parts.clock),
      follower_(parts.store, parts.directory, &keys_),
      replaced_view_(parts.store),
      keys_(parts.store, parts.directory, parts.identity, parts.organisation_recovers),
      sealer_(parts.store, parts.directory, &follower_, &keys_, parts.identity, parts.random),
      receiver_(parts.store, parts.directory, &keys_, parts.committer, parts.identity),
      snapshots_(
          {parts.store, parts.directory, &keys_, parts.committer, parts.identity, parts.random}),
      snapshot_after_envelopes_(parts.snapshot_after_envelopes),
      snapshot_for_newcomer_envelopes_(parts.snapshot_for_newcomer_envelopes) {}

Result<std::optional<Bytes>> SyncSession::NextRequest() {
  if (report_.requests >= sync_limits::kRoundsMax)
    return Fail(ErrorCode::kRefused, "the server never comes to an end",
                "Your work is kept. Tell your administrator.");
  sent_.clear();
  asked_.clear();
  answering_ = 0;
  frames_ = FrameSplitter();
  response_ended_ = false;

  if (!std::exchange(follows_, true)) SACOCHE_TRY(follower_.Load());
  follower_.CancelAgain();
  replaced_before_ = follower_.times_replaced();
  statements_before_ = follower_.count();
  keys_.NothingGoesAlong();
  const std::uint64_t asked_before = asked_for_statements_;
  SACOCHE_ASSIGN(report_.directory_withheld, IsDirectoryWithheld());

  Bytes body;
  AppendFrame(body, PushFrame(HelloFrame{follower_.count()}));
  if (follower_.count() > 0)
    AppendFrame(body, PushFrame(KnownDirectoryFrame{follower_.count(), follower_.tag()}));
  // What was said while this device read on comes with the next answer.
  const bool asks_for_statements =
      report_.directory_withheld && asked_before < asked_for_statements_;
  bool has_work = !answered_once_ || asks_for_statements;
  SACOCHE_ASSIGN(const bool has_statements, AddStatements(body));
  has_work |= has_statements;
  for (const SpaceId& space : keys_.Spaces()) {
    // The others' turn comes with the next request, when these have nothing more to say.
    if (asked_.size() == limits::kRequestSpacesMax) break;
    SACOCHE_ASSIGN(const bool space_has_work, AddSpace(space, body));
    has_work |= space_has_work;
  }
  CountWaitingForKey();
  if (!has_work) return std::optional<Bytes>();
  AppendFrame(body, PushFrame(PushEndFrame{}));
  received_s_ = 0;
  StreamHash hash = RequestHash();
  hash.Add(body);
  request_hash_ = hash.Finish();
  ++report_.requests;
  report_.body_bytes_up += body.size();
  return std::optional<Bytes>(std::move(body));
}

// Only once the server's directory is known in this session: a statement is chained to the last
// one.
Result<bool> SyncSession::AddStatements(Bytes& body) {
  SACOCHE_ASSIGN(std::vector<Bytes> proposals, follower_.Missing());
  SACOCHE_TRY(NoteForgottenEpochs(proposals));
  SACOCHE_ASSIGN(auto view, ViewToSay(proposals));
  if (!answered_once_ || said_at_ == follower_.count()) return false;
  proposals.erase(proposals.begin(), proposals.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                             said_again_, proposals.size())));
  // Once: what the server does not take now it takes at no other time of this session.
  const std::size_t again = std::min(proposals.size(), limits::kRequestStatementsMax);
  said_again_ += again;
  report_.statements_sent_again += again;
  SACOCHE_ASSIGN(const auto at_head, SpacesAtHead());
  SACOCHE_ASSIGN(std::vector<Bytes> own, keys_.Proposals(at_head, std::move(view)));
  std::ranges::move(own, std::back_inserter(proposals));
  if (proposals.size() > limits::kRequestStatementsMax) {
    proposals.resize(limits::kRequestStatementsMax);
    keys_.NothingGoesAlong();
  }
  if (!proposals.empty()) said_at_ = follower_.count();
  for (Bytes& statement : proposals)
    AppendFrame(body, PushFrame(StatementFrame{std::move(statement)}));
  return !proposals.empty();
}

Result<KeyExchange::ReadToHead> SyncSession::SpacesAtHead() {
  KeyExchange::ReadToHead at_head;
  for (auto& [space, state] : spaces_) {
    if (state.leavers_at_head != directory_->Leavers(space) || state.pull_wanted) continue;
    SACOCHE_ASSIGN(const auto to_send_on, ToSendOn(space, state));
    SACOCHE_ASSIGN(state.held_from, HeldFrom(space));
    SACOCHE_ASSIGN(auto held_back, HeldBackOf(space, state, to_send_on));
    if (held_back && !state.carried_stalled) at_head[space] = std::move(*held_back);
  }
  return at_head;
}

Result<bool> SyncSession::AddSpace(const SpaceId& space, Bytes& body) {
  SpaceState& state = spaces_[space];
  if (state.leavers_at_head && state.leavers_at_head != directory_->Leavers(space))
    state.pull_wanted = !state.waiting_for_key;
  SACOCHE_TRY(NoteKeys(space, state));
  if (state.opens_nothing) return false;
  if (state.forked) SACOCHE_TRY(LeaveFork(space));
  SACOCHE_ASSIGN(state.recalls, store_->progress().NeedsRecall(space));
  if (!state.recalls && !report_.directory_withheld) {
    SACOCHE_ASSIGN(state.sealed, sealer_.Flush(space));
  }
  SACOCHE_ASSIGN(state.held_from, HeldFrom(space));
  SACOCHE_ASSIGN(const auto to_send_on, ToSendOn(space, state));
  const bool pushes = !view_unsaid_ && (state.offers || (!state.recalls && !state.push_stalled)) &&
                      body.size() < sync_limits::kRequestBytesTarget;
  // What files brought is sent on only if the server does not show it, and what was written with
  // sight of it goes behind it.
  const bool sends_on = !to_send_on.empty() && !state.offers;
  Bytes envelopes;
  if (pushes && !sends_on) SACOCHE_TRY(AddWaiting(space, state, body.size(), envelopes));
  // What is to be offered waits for what is to be said, and the rest of the space for the offer.
  if (state.offers && (state.held_back || view_unsaid_) && envelopes.empty()) return false;
  Bytes forgotten;
  SACOCHE_TRY(AddForgotten(space, state, body.size() + envelopes.size(), forgotten));
  if (pushes && sends_on && !state.pull_wanted && forgotten.empty()) {
    SACOCHE_TRY(AddCarried(space, state, to_send_on, body.size(), envelopes));
    // Only what the server shows is known to be there.
    if (!envelopes.empty()) state.pull_wanted = !state.waiting_for_key;
  }
  if (!state.pull_wanted && envelopes.empty() && forgotten.empty())
    return AddSnapshot(space, state, body);
  SACOCHE_ASSIGN(state.position, store_->progress().Cursor(space));
  state.skip_rest = state.waiting_for_key;
  const auto from = state.recalls ? CursorFrame::From::kEverybody : CursorFrame::From::kOthers;
  AppendFrame(body, PushFrame(CursorFrame{space, state.position, from}));
  SACOCHE_ASSIGN(state.history, store_->progress().KnownHistory(space));
  if (state.history.sequence > 0) AppendFrame(body, PushFrame(state.history));
  SACOCHE_ASSIGN(const auto arriving, snapshots_.Known(space));
  if (arriving) AppendFrame(body, PushFrame(*arriving));
  asked_.push_back(space);
  Append(body, envelopes);
  Append(body, forgotten);
  state.server_chains.clear();
  return true;
}

Status SyncSession::AddWaiting(const SpaceId& space, SpaceState& state, std::size_t body_bytes,
                               Bytes& envelopes) {
  SACOCHE_ASSIGN(auto waiting, store_->outbox().Waiting(
                                   space, 0, sync_limits::kRequestBytesTarget - body_bytes,
                                   limits::kRequestEnvelopesMax / limits::kRequestSpacesMax));
  for (OutboxEntry& entry : waiting) {
    SACOCHE_ASSIGN(const bool is_held_back, IsHeldBack(state, entry.envelope));
    if (is_held_back || sent_.size() == limits::kRequestEnvelopesMax || sent_.contains(entry.id))
      return {};
    if (std::exchange(state.offers, false)) {
      SACOCHE_ASSIGN(state.offered, store_->outbox().CountWaiting(space));
    }
    sent_[entry.id] = Sent{space, entry.counter, entry.changes};
    AppendFrame(envelopes, PushFrame(EnvelopeFrame{std::move(entry.envelope)}));
  }
  return {};
}

// A space that waited for a key is worth asking again once a key came; one of which nothing could
// be opened is not worth asking at all.
Status SyncSession::NoteKeys(const SpaceId& space, SpaceState& state) {
  SACOCHE_ASSIGN(const bool opens_any, keys_.OpensAny(space));
  SACOCHE_ASSIGN(const bool may_begin, keys_.MayBeginAnew(space));
  if (!opens_any && !may_begin) {
    WaitForKey(state, directory_->CurrentEpoch(space));
    state.opens_nothing = true;
    return {};
  }
  if (std::exchange(state.opens_nothing, false)) {
    state.waiting_for_key = false;
    state.pull_wanted = true;
    return {};
  }
  if (!state.waiting_for_key) return {};
  SACOCHE_ASSIGN(const auto key, keys_.Key(space, state.missing_epoch));
  SACOCHE_ASSIGN(const auto missing, keys_.MissingFor(space, state.missing_epoch));
  if (!key && (missing || std::exchange(state.waited_in_vain, true))) return {};
  state.waiting_for_key = false;
  state.pull_wanted = true;
  return {};
}

Status SyncSession::Receive(ByteView piece) {
  report_.body_bytes_down += piece.size();
  frames_.Feed(piece);
  while (true) {
    const auto raw = frames_.Next();
    if (!raw) return Forward(Suspect(Suspicion::kBrokenAnswer, raw.error()));
    if (!*raw) return {};
    if (response_ended_)
      return Untrusted(Suspicion::kBrokenAnswer, "the server's answer goes on after its end");
    const auto frame = DecodePullFrame(**raw);
    if (!frame) return Forward(Suspect(Suspicion::kBrokenAnswer, frame.error()));
    const bool in_directory = std::holds_alternative<DirectoryFrame>(*frame);
    if (!in_directory && follower_.reads_again()) SACOCHE_TRY(EndDirectoryAgain());
    SACOCHE_TRY(std::visit([this](const auto& f) { return Take(f); }, *frame));
  }
}

Status SyncSession::EndOfResponse() {
  if (!response_ended_ || !frames_.empty()) {
    Interrupted();
    return Fail(ErrorCode::kNetwork, "the server's answer was cut short",
                "What arrived is kept. Synchronise again.");
  }
  answered_once_ = true;
  CountWaitingForKey();
  return {};
}

void SyncSession::CountWaitingForKey() {
  report_.spaces_waiting_for_key = 0;
  for (const auto& [space, state] : spaces_)
    if (state.waiting_for_key || !state.sealed || state.held_back) ++report_.spaces_waiting_for_key;
}

void SyncSession::Interrupted() {
  sent_.clear();
  said_at_.reset();
  said_again_ = 0;
  asked_for_statements_ = 0;
  for (auto& [space, state] : spaces_) {
    state.snapshot_parts.reset();
    state.EndOffer();
  }
}

Status SyncSession::Take(const DirectoryFrame& frame) {
  const Status taken = follower_.TakeIn(frame.sequence, frame.statement);
  // What does not open, as a key that was granted to this device; all else says what it is.
  if (!taken && taken.error().code == ErrorCode::kUntrusted)
    return Forward(Suspect(Suspicion::kForgedStatement, taken.error()));
  SACOCHE_TRY(taken);
  if (follower_.times_replaced() != replaced_before_) {
    said_again_ = 0;
    said_at_.reset();
  }
  ++report_.statements_in;
  return {};
}

Status SyncSession::Take(const AcknowledgementFrame& frame) {
  const auto sent = sent_.find(frame.envelope);
  if (sent == sent_.end())
    return Untrusted(Suspicion::kBrokenAnswer, "the server acknowledged what was not sent");
  if (sent->second.whose != Sent::Whose::kOwn) {
    const bool is_carried = sent->second.whose == Sent::Whose::kCarried;
    ++(is_carried ? report_.envelopes_carried_on : report_.envelopes_sent_again);
    Status taken = TakeAnswer(sent->second, std::nullopt);
    sent_.erase(sent);
    return taken;
  }
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->outbox().MarkStored(frame.envelope, frame.sequence));
  if (received_s_ != 0)
    SACOCHE_TRY(store_->log().MarkReceived(sent->second.space, sent->second.counter, received_s_));
  SACOCHE_TRY(transaction.Commit());
  ++report_.envelopes_out;
  report_.changes_out += sent->second.changes;
  sent_.erase(sent);
  return {};
}

Status SyncSession::Take(const RefusalFrame& frame) {
  const auto sent = sent_.find(frame.envelope);
  if (sent == sent_.end())
    return Untrusted(Suspicion::kBrokenAnswer, "the server refused what was not sent");
  SACOCHE_ASSIGN(const bool will_be_told, WillBeTold(frame.problem));
  // A colleague's that the server does not take back is no loss here.
  if (will_be_told || sent->second.whose != Sent::Whose::kOwn) {
    Status taken = will_be_told ? Status() : TakeAnswer(sent->second, frame.problem);
    sent_.erase(sent);
    return taken;
  }
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->outbox().MarkRefused(frame.envelope, frame.problem));
  SACOCHE_TRY(transaction.Commit());
  const SpaceId space = sent->second.space;
  sent_.erase(sent);
  SpaceState& state = spaces_[space];
  // Either this store is an older copy of itself, or the server forgot what this one continues;
  // then those behind it are refused too.
  if (frame.problem == ProblemType::kForkedChain) {
    if (state.offered) return {};
    if (state.recalled_in == report_.requests || state.reconciled_in == report_.requests) return {};
    if (state.recalled_in == 0) return Recall(space);
    if (state.reconciled_in == 0) return Reconcile(space, Suspicion::kServerForgot, "");
  }
  ++report_.envelopes_refused;
  report_.last_refusal = frame.problem;
  state.push_stalled = true;
  return {};
}

// Another device was quicker, or the chain moved: the directory that comes with the next answer
// tells.
Status SyncSession::Take(const StatementOutcomeFrame&) { return {}; }

Status SyncSession::Take(const StoredEnvelopeFrame& frame) {
  SACOCHE_ASSIGN(const SpaceId space, AnsweredSpace());
  SpaceState& state = spaces_[space];
  if (state.skip_rest) return {};
  if (frame.sequence <= state.position)
    return Untrusted(Suspicion::kEnvelopeOutOfPlace, "the server sent envelopes in a wrong order");
  const auto from = state.recalls ? CursorFrame::From::kEverybody : CursorFrame::From::kOthers;
  Receiver::Sent sent{space, frame.sequence, frame.envelope, from, received_s_};
  SACOCHE_ASSIGN(const bool whole, IsWholeUpTo(space, frame.sequence));
  if (!whole) return receiver_.Check(sent);
  state.position = frame.sequence;
  sent.history = state.history;
  SACOCHE_ASSIGN(const Receiver::Received received, receiver_.Receive(sent));
  state.history = received.history;
  SACOCHE_TRY(NoteView(received.header, frame.sequence));
  if (received.header.device != identity_->device())
    state.shown[received.header.device] = received.header.counter;
  switch (received.outcome) {
    case Receiver::Outcome::kCommitted:
      ++report_.envelopes_in;
      report_.changes_in += received.commit.applied;
      report_.touched.insert(received.commit.touched.begin(), received.commit.touched.end());
      return {};
    case Receiver::Outcome::kKnownAlready:
    case Receiver::Outcome::kUnknownAuthor:
    case Receiver::Outcome::kForged:
      return {};
    case Receiver::Outcome::kSetAside:
      ++report_.set_aside;
      if (!received.contradicts) return {};
      return Note({Suspicion::kContradictoryChange, space});
    case Receiver::Outcome::kAfterLeaving:
      ++report_.envelopes_after_leaving;
      return Note({Suspicion::kAfterLeaving, space, received.header.device});
    case Receiver::Outcome::kWaitingForKey:
      WaitForKey(state, received.missing_epoch);
      return keys_.NoteNotEmpty(space);
    case Receiver::Outcome::kGap:
      if (state.begins_late) return WaitForSnapshot(space);
      return Reconcile(space, Suspicion::kEnvelopeLeftOut,
                       "the server left out an envelope of a colleague");
    case Receiver::Outcome::kForked:
      return LeaveForkNext(state);
  }
  return {};
}

void SyncSession::WaitForKey(SpaceState& state, std::uint64_t epoch) {
  state.waiting_for_key = true;
  state.missing_epoch = epoch;
  state.pull_wanted = false;
  state.skip_rest = true;
}

Result<SpaceId> SyncSession::AnsweredSpace() const {
  if (answering_ < asked_.size()) return asked_[answering_];
  return Untrusted(Suspicion::kBrokenAnswer, "the server sent what was not asked for");
}

Status SyncSession::EndOfSpace(const SpaceId& space) {
  tagged_.reset();
  last_head_.reset();
  cover_of_.reset();
  if (answering_ >= asked_.size() || asked_[answering_] != space)
    return Untrusted(Suspicion::kBrokenAnswer,
                     "the server's answer is not in the order of the request");
  ++answering_;
  return {};
}

Status SyncSession::Take(const AnotherHistoryFrame& frame) {
  SACOCHE_TRY(EndOfSpace(frame.space));
  if (spaces_[frame.space].skip_rest) return {};
  return Reconcile(frame.space, Suspicion::kServerForgot, kAnotherAtEachLook);
}

Status SyncSession::Take(const HeadFrame& frame) {
  SACOCHE_TRY(EndOfSpace(frame.space));
  SpaceState& state = spaces_[frame.space];
  if (state.skip_rest) return {};
  SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(frame.space));
  if (frame.sequence < cursor)
    return Reconcile(frame.space, Suspicion::kServerForgot, kAnotherAtEachLook);
  SACOCHE_ASSIGN(const bool whole, IsWholeUpTo(frame.space, frame.sequence + 1));
  if (!whole) return {};
  tagged_ = CursorFrame{frame.space, frame.sequence};
  last_head_ = frame;
  cover_of_ = frame;
  state.pull_wanted = frame.more;
  if (!frame.more) state.leavers_at_head = directory_->Leavers(frame.space);
  state.may_make_snapshot = false;
  const bool recalled = state.recalls && !frame.more;
  if (frame.sequence == cursor && !recalled) return {};
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetCursor(frame.space, frame.sequence));
  if (state.history.sequence == frame.sequence)
    SACOCHE_TRY(store_->progress().MoveKnownHistory(frame.space, state.history));
  SACOCHE_TRY(store_->peer_envelopes().ForgetOlderThan(frame.space,
                                                       sync_limits::kPeerEnvelopesKeptSeconds));
  for (const auto& [device, counter] : state.shown)
    SACOCHE_TRY(store_->peer_envelopes().DropForgottenUpTo(frame.space, {device, counter}));
  if (recalled) SACOCHE_TRY(EndRecall(frame.space));
  return transaction.Commit();
}

Status SyncSession::Take(const HistoryFrame& frame) {
  const std::optional<CursorFrame> of = std::exchange(tagged_, std::nullopt);
  if (!of || of->cursor == 0) return {};  // of a space that was left aside, or that has none
  const KnownHistoryFrame known{of->cursor, frame.tag};
  SACOCHE_ASSIGN(const auto shown, store_->progress().ShownHistory(of->space, of->cursor));
  SACOCHE_ASSIGN(const KnownHistoryFrame before, store_->progress().KnownHistory(of->space));
  if (shown == known.tag && known == before) return {};
  spaces_[of->space].history = known;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetKnownHistory(of->space, known));
  return transaction.Commit();
}

Status SyncSession::Take(const OwnChainFrame& frame) {
  if (!last_head_) return {};  // of a space that was left aside
  const SpaceId space = last_head_->space;
  SpaceState& state = spaces_[space];
  SACOCHE_ASSIGN(const ChainHead chain, store_->outbox().Head(space));
  if (state.recalls) return {};
  SACOCHE_ASSIGN(const std::uint64_t acknowledged, store_->outbox().LastStoredCounter(space));
  if (frame.counter < acknowledged)
    return Reconcile(space, Suspicion::kServerForgot, "the server forgets what it acknowledged");
  if (frame.counter <= chain.counter || state.recalled_in != 0) return {};
  return Recall(space);
}

Status SyncSession::Take(const ReceiptFrame& frame) {
  received_s_ = frame.received_s;
  return {};
}

// Before the directory names a key, nothing says whose word it is.
Status SyncSession::Take(const ServerTimeFrame& frame) {
  if (!directory_->time_key()) return {};
  if (!VerifyServerTime(*directory_->time_key(), request_hash_, frame.server_ms, frame.signature))
    return Untrusted(Suspicion::kForgedTime, "the server's word on the time is not its own");
  server_time_ = TrustedTime{frame.server_ms, clock_->NowMs()};
  return NoteTrustedTime(*store_, *server_time_);
}

// Only the organisation's root has a use for it.
Status SyncSession::Take(const ServerKeyFrame&) { return {}; }

Status SyncSession::Take(const SpaceRefusedFrame& frame) {
  SACOCHE_TRY(EndOfSpace(frame.space));
  spaces_[frame.space].pull_wanted = false;
  if (frame.problem == ProblemType::kNoSnapshot)
    ++report_.spaces_waiting_for_snapshot;
  else
    report_.last_refusal = frame.problem;
  return {};
}

Status SyncSession::Take(const PullEndFrame&) {
  if (answering_ != asked_.size())
    return Untrusted(Suspicion::kBrokenAnswer,
                     "the server's answer leaves out a space that was asked for");
  response_ended_ = true;
  return {};
}

}  // namespace sacoche
