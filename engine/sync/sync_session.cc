#include "engine/sync/sync_session.h"

#include "engine/sync/distrust.h"
#include "engine/sync/sync_limits.h"

namespace sacoche {

SyncSession::SyncSession(const Parts& parts)
    : store_(parts.store),
      directory_(parts.directory),
      keys_(parts.store, parts.directory, parts.identity),
      sealer_(parts.store, parts.directory, &keys_, parts.identity, parts.random),
      receiver_(parts.store, parts.directory, &keys_, parts.committer, parts.identity) {}

Result<std::optional<Bytes>> SyncSession::NextRequest() {
  if (report_.requests >= sync_limits::kRoundsMax)
    return Fail(ErrorCode::kRefused, "the server never comes to an end",
                "Your work is kept. Tell your administrator.");
  sent_.clear();
  asked_.clear();
  answering_ = 0;
  frames_ = FrameSplitter();
  response_ended_ = false;

  Bytes body;
  AppendFrame(body, PushFrame(HelloFrame{directory_->statement_count()}));
  bool has_work = !answered_once_;
  SACOCHE_ASSIGN(const bool has_statements, AddStatements(body));
  has_work |= has_statements;
  for (const SpaceId& space : keys_.Spaces()) {
    SACOCHE_ASSIGN(const bool space_has_work, AddSpace(space, body));
    has_work |= space_has_work;
  }
  if (!has_work) return std::optional<Bytes>();
  AppendFrame(body, PushFrame(PushEndFrame{}));
  ++report_.requests;
  report_.body_bytes_up += body.size();
  return std::optional<Bytes>(std::move(body));
}

// Only once the server's directory is known in this session: a statement is chained to the last
// one.
Result<bool> SyncSession::AddStatements(Bytes& body) {
  if (!answered_once_) return false;
  SACOCHE_ASSIGN(std::vector<Bytes> proposals, keys_.Proposals());
  if (proposals.size() > limits::kRequestStatementsMax)
    proposals.resize(limits::kRequestStatementsMax);
  for (Bytes& statement : proposals)
    AppendFrame(body, PushFrame(StatementFrame{std::move(statement)}));
  return !proposals.empty();
}

Result<bool> SyncSession::AddSpace(const SpaceId& space, Bytes& body) {
  SpaceState& state = spaces_[space];
  SACOCHE_TRY(NoteKeys(space, state));
  SACOCHE_TRY(sealer_.Flush(space));
  std::vector<OutboxEntry> waiting;
  if (!state.push_stalled && body.size() < sync_limits::kRequestBytesTarget) {
    SACOCHE_ASSIGN(waiting, store_->outbox().Waiting(
                                space, 0, sync_limits::kRequestBytesTarget - body.size(),
                                limits::kRequestEnvelopesMax / limits::kRequestSpacesMax));
  }
  if (!state.pull_wanted && waiting.empty()) return false;
  SACOCHE_ASSIGN(state.position, store_->progress().Cursor(space));
  state.skip_rest = state.waiting_for_key;
  AppendFrame(body, PushFrame(CursorFrame{space, state.position}));
  asked_.push_back(space);
  for (OutboxEntry& entry : waiting) {
    sent_[entry.id] = Sent{space, entry.changes};
    AppendFrame(body, PushFrame(EnvelopeFrame{std::move(entry.envelope)}));
  }
  return true;
}

// A space that waited for a key is worth asking again once a key came.
Status SyncSession::NoteKeys(const SpaceId& space, SpaceState& state) {
  if (!state.waiting_for_key) return {};
  SACOCHE_ASSIGN(const auto key, keys_.Key(space, state.missing_epoch));
  if (!key) return {};
  state.waiting_for_key = false;
  state.pull_wanted = true;
  return {};
}

Status SyncSession::Receive(ByteView piece) {
  report_.body_bytes_down += piece.size();
  frames_.Feed(piece);
  while (true) {
    SACOCHE_ASSIGN(const auto raw, frames_.Next());
    if (!raw) return {};
    if (response_ended_) return Untrusted("the server's answer goes on after its end");
    SACOCHE_ASSIGN(const PullFrame frame, DecodePullFrame(*raw));
    SACOCHE_TRY(std::visit([this](const auto& f) { return Take(f); }, frame));
  }
}

Status SyncSession::EndOfResponse() {
  if (!response_ended_ || !frames_.empty()) {
    Interrupted();
    return Fail(ErrorCode::kNetwork, "the server's answer was cut short",
                "What arrived is kept. Synchronise again.");
  }
  answered_once_ = true;
  report_.spaces_waiting_for_key = 0;
  for (const auto& [space, state] : spaces_)
    if (state.waiting_for_key) ++report_.spaces_waiting_for_key;
  return {};
}

void SyncSession::Interrupted() { sent_.clear(); }

Status SyncSession::Take(const DirectoryFrame& frame) {
  SACOCHE_TRY(keys_.TakeIn(frame.sequence, frame.statement));
  ++report_.statements_in;
  return {};
}

Status SyncSession::Take(const AcknowledgementFrame& frame) {
  const auto sent = sent_.find(frame.envelope);
  if (sent == sent_.end()) return Untrusted("the server acknowledged what was not sent");
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->outbox().MarkStored(frame.envelope, frame.sequence));
  SACOCHE_TRY(transaction.Commit());
  ++report_.envelopes_out;
  report_.changes_out += sent->second.changes;
  sent_.erase(sent);
  return {};
}

Status SyncSession::Take(const RefusalFrame& frame) {
  const auto sent = sent_.find(frame.envelope);
  if (sent == sent_.end()) return Untrusted("the server refused what was not sent");
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->outbox().MarkRefused(frame.envelope, frame.problem));
  SACOCHE_TRY(transaction.Commit());
  const SpaceId space = sent->second.space;
  sent_.erase(sent);
  SpaceState& state = spaces_[space];
  // The server may have forgotten what this one continues; then those behind it are refused too.
  if (frame.problem == ProblemType::kForkedChain) {
    if (state.sent_again_in == 0) return SendAgain(space, 0);
    if (state.sent_again_in == report_.requests) return {};
  }
  ++report_.envelopes_refused;
  report_.last_refusal = frame.problem;
  state.push_stalled = true;
  return {};
}

Status SyncSession::SendAgain(const SpaceId& space, std::uint64_t after_server_seq) {
  spaces_[space].sent_again_in = report_.requests;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_ASSIGN(const std::uint64_t forgotten,
                 store_->outbox().ForgetStoredAfter(space, after_server_seq));
  SACOCHE_TRY(transaction.Commit());
  report_.envelopes_sent_again += forgotten;
  return {};
}

Status SyncSession::ReadAgain(const SpaceId& space, const std::string& why) {
  SpaceState& state = spaces_[space];
  if (state.read_again) return Untrusted(why);
  state.read_again = true;
  state.skip_rest = true;
  state.pull_wanted = true;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetCursor(space, 0));
  return transaction.Commit();
}

// Another device was quicker, or the chain moved: the directory that comes with the next answer
// tells.
Status SyncSession::Take(const StatementOutcomeFrame&) { return {}; }

Status SyncSession::Take(const StoredEnvelopeFrame& frame) {
  if (answering_ >= asked_.size()) return Untrusted("the server sent what was not asked for");
  const SpaceId space = asked_[answering_];
  SpaceState& state = spaces_[space];
  if (state.skip_rest) return {};
  if (frame.sequence <= state.position)
    return Untrusted("the server sent envelopes in a wrong order");
  state.position = frame.sequence;
  SACOCHE_ASSIGN(const Receiver::Received received,
                 receiver_.Receive(space, frame.sequence, frame.envelope));
  switch (received.outcome) {
    case Receiver::Outcome::kCommitted:
      ++report_.envelopes_in;
      report_.changes_in += received.commit.applied;
      report_.touched.insert(received.commit.touched.begin(), received.commit.touched.end());
      return {};
    case Receiver::Outcome::kKnownAlready:
      return {};
    case Receiver::Outcome::kSetAside:
      ++report_.set_aside;
      return {};
    case Receiver::Outcome::kWaitingForKey:
      state.waiting_for_key = true;
      state.missing_epoch = received.missing_epoch;
      state.pull_wanted = false;
      state.skip_rest = true;
      return {};
    case Receiver::Outcome::kGap:
      return ReadAgain(space, "the server left out an envelope of a colleague");
  }
  return {};
}

Status SyncSession::Take(const HeadFrame& frame) {
  if (answering_ >= asked_.size() || asked_[answering_] != frame.space)
    return Untrusted("the server's answer is not in the order of the request");
  ++answering_;
  SpaceState& state = spaces_[frame.space];
  if (state.skip_rest) return {};
  SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(frame.space));
  if (frame.sequence < cursor) {
    // The server holds less than it had: everybody who comes by sends again what it forgot.
    SACOCHE_TRY(SendAgain(frame.space, frame.sequence));
    return ReadAgain(frame.space, "the server holds less and less");
  }
  state.pull_wanted = frame.more;
  if (frame.sequence == cursor) return {};
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetCursor(frame.space, frame.sequence));
  return transaction.Commit();
}

Status SyncSession::Take(const SpaceRefusedFrame& frame) {
  if (answering_ >= asked_.size() || asked_[answering_] != frame.space)
    return Untrusted("the server's answer is not in the order of the request");
  ++answering_;
  spaces_[frame.space].pull_wanted = false;
  report_.last_refusal = frame.problem;
  return {};
}

Status SyncSession::Take(const PullEndFrame&) {
  if (answering_ != asked_.size())
    return Untrusted("the server's answer leaves out a space that was asked for");
  response_ended_ = true;
  return {};
}

}  // namespace sacoche
