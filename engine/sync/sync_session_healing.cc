// The part of SyncSession that finds out that somebody forgot: this laptop, which was put back from
// a copy of itself, or the server (PROTOCOL.md). What is missing is asked for, what stands beside
// is written anew.

#include "engine/sync/directory_claims.h"
#include "engine/sync/distrust.h"
#include "engine/sync/new_dot.h"
#include "engine/sync/sync_session.h"

namespace sacoche {

// -- The directory --------------------------------------------------------------------------------

Status SyncSession::Take(const AnotherDirectoryFrame&) {
  follower_.BeginAgain();
  return {};
}

Status SyncSession::EndDirectoryAgain() {
  SACOCHE_ASSIGN(const std::uint64_t forgotten, follower_.EndAgain());
  said_again_ = 0;
  said_at_.reset();
  return forgotten == 0 ? Status() : Note({Suspicion::kServerForgot});
}

Result<bool> SyncSession::WillBeTold(ProblemType problem) {
  // The envelope was made by another directory than the server's, which came with this answer; or
  // what it rests on was refused for what this device learns only now.
  if (problem == ProblemType::kConflict &&
      (follower_.times_replaced() != replaced_before_ || follower_.count() != statements_before_))
    return true;
  const bool rests_on_the_directory =
      problem == ProblemType::kConflict || problem == ProblemType::kNotMember;
  if (!rests_on_the_directory || said_at_ == follower_.count()) return false;
  SACOCHE_ASSIGN(const auto missing, follower_.Missing());
  return missing.size() > said_again_;
}

// Whoever was withdrawn may have known what nobody else ever will.
Result<bool> SyncSession::IsDirectoryWithheld() {
  SACOCHE_ASSIGN(auto claims, DirectoryClaims::Load(*store_));
  if (claims.DropEnded(*directory_, follower_.count())) {
    SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
    SACOCHE_TRY(claims.Save(*store_));
    SACOCHE_TRY(transaction.Commit());
  }
  const DirectoryClaim* claim = claims.Greatest();
  const std::uint64_t asked =
      std::exchange(asked_for_statements_, claim == nullptr ? 0 : claim->statements);
  if (claim == nullptr) return false;
  if (asked >= claim->statements && answered_once_)
    SACOCHE_TRY(Note({Suspicion::kDirectoryWithheld, {}, claim->device}));
  return true;
}

Status SyncSession::NoteView(const EnvelopeHeader& header, std::uint64_t sequence) {
  if (!header.view) return {};
  const ServerView& view = *header.view;
  if (header.device == identity_->device()) return NoteOwnView(view);
  SACOCHE_ASSIGN(const auto shown, store_->progress().ShownHistory(header.space, header.seen_head));
  const bool other_history = shown && view.history != HistoryTag{} && *shown != view.history;
  const auto directory = follower_.Compare(view.directory, view.directory_tag);
  if (header.seen_head >= sequence || other_history ||
      directory == DirectoryFollower::View::kAnother) {
    ++report_.shown_differently;
    SACOCHE_TRY(Note({Suspicion::kShownDifferently, header.space, header.device}));
  }
  if (directory != DirectoryFollower::View::kBehind) return {};
  SACOCHE_ASSIGN(auto claims, DirectoryClaims::Load(*store_));
  if (!claims.Add({header.space, header.device, header.counter, view.directory})) return {};
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(claims.Save(*store_));
  return transaction.Commit();
}

// Of a store that was put back: it may be of a directory that this copy never knew.
Status SyncSession::NoteOwnView(const ServerView& view) {
  using View = DirectoryFollower::View;
  if (follower_.Compare(view.directory, view.directory_tag) == View::kSame) return {};
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(replaced_view_.Note(view.directory));
  return transaction.Commit();
}

// The server takes what is missing first; what holds here only has no place there, ever.
Result<std::optional<ReplacedViewStatement>> SyncSession::ViewToSay(
    const std::vector<Bytes>& missing) {
  SACOCHE_ASSIGN(auto view,
                 replaced_view_.ToSay(*directory_, identity_->device(), follower_.count()));
  view_unsaid_ = false;
  if (!view) return view;
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(missing));
  const bool lacks = std::ranges::any_of(statements, [&](const SignedStatement& statement) {
    return directory_->Knows(statement.hash);
  });
  view_unsaid_ = !answered_once_ || (lacks && said_again_ < missing.size());
  if (lacks || !answered_once_) view.reset();
  return view;
}

// -- Envelopes ------------------------------------------------------------------------------------

// An older copy of this store does not know of all its envelopes. A server that leaves something
// out must then give everything, so that what is missing shows.
Result<bool> SyncSession::IsWholeUpTo(const SpaceId& space, std::uint64_t sequence) {
  SpaceState& state = spaces_[space];
  if (sequence <= state.position + 1) return true;
  std::vector<Outbox::Place> own;
  if (!state.recalls) {
    SACOCHE_ASSIGN(own, store_->outbox().StoredBetween(space, state.position, sequence));
  }
  if (own.size() == sequence - state.position - 1) {
    for (const auto& [place, hash] : own)
      state.history = Receiver::Lengthened(state.history, place, hash);
    return true;
  }
  if (state.recalls || state.recalled_in != 0)
    return Untrusted(Suspicion::kEnvelopeLeftOut, "the server left out an envelope");
  SACOCHE_TRY(Recall(space));
  return false;
}

// From this device's last stored envelope on, unless others' before it have not been read yet.
Status SyncSession::ReadAgainAfterOwn(const SpaceId& space) {
  SACOCHE_ASSIGN(const std::uint64_t last_stored, store_->outbox().LastStored(space));
  SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(space));
  return store_->progress().SetCursor(space, std::min(cursor, last_stored));
}

Status SyncSession::Recall(const SpaceId& space) {
  SpaceState& state = spaces_[space];
  state.recalled_in = report_.requests;
  state.EndOffer();
  state.skip_rest = true;
  state.pull_wanted = true;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(ReadAgainAfterOwn(space));
  SACOCHE_TRY(store_->progress().StartRecall(space));
  return transaction.Commit();
}

// What waits was written in an older copy of this store, beside envelopes that others know, and
// perhaps with dots that others know with another content. It keeps its contents, and takes its
// place behind those envelopes once they have come.
Status SyncSession::LeaveFork(const SpaceId& space) {
  SpaceState& state = spaces_[space];
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_ASSIGN(const auto first_dropped, store_->outbox().DropUnstored(space));
  if (first_dropped) SACOCHE_TRY(store_->log().UnsealFrom(space, *first_dropped));
  const ReplicaId before = std::exchange(identity_->replica, random_->NextId<ReplicaId>());
  const auto leave = [&]() -> Status {
    SACOCHE_TRY(identity_->Save(*store_));
    // A snapshot does not tell the dots that it stands for apart from those that wait here.
    if (state.forked_by_snapshot) SACOCHE_TRY(committer_->MoveAllUnsealed(NewDotOf, space));
    SACOCHE_TRY(ReadAgainAfterOwn(space));
    SACOCHE_TRY(store_->progress().StartRecall(space));
    SACOCHE_TRY(Note({Suspicion::kStoreCopied, space}));
    return transaction.Commit();
  };
  Status left = leave();
  if (!left) identity_->replica = before;
  state.forked = !left;
  return left;
}

Status SyncSession::Reconcile(const SpaceId& space, Suspicion what, const std::string& why) {
  SpaceState& state = spaces_[space];
  if (state.reconciled_in != 0) return Untrusted(what, why);
  state.reconciled_in = report_.requests;
  state.EndOffer();
  state.skip_rest = true;
  state.pull_wanted = true;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_ASSIGN(state.never_stored, store_->outbox().CountWaiting(space));
  SACOCHE_TRY(store_->outbox().ForgetStored(space));
  SACOCHE_TRY(store_->progress().SetCursor(space, 0));
  SACOCHE_TRY(store_->progress().SetKnownHistory(space, {}));
  SACOCHE_TRY(store_->progress().StartRecall(space));
  SACOCHE_TRY(Note({what, space}));
  return transaction.Commit();
}

Status SyncSession::Take(const BeginsLateFrame& frame) {
  SACOCHE_ASSIGN(const SpaceId space, AnsweredSpace());
  SpaceState& state = spaces_[space];
  if (!state.recalls)
    return Untrusted(Suspicion::kEnvelopeLeftOut, "the server left out the beginning of a space");
  state.begins_late = true;
  state.position = std::max(state.position, frame.sequence);
  tagged_.reset();  // the space before may have had no history
  if (state.history.sequence < frame.sequence) tagged_ = CursorFrame{space, frame.sequence};
  return {};
}

Status SyncSession::EndRecall(const SpaceId& space) {
  if (spaces_[space].reconciled_in != 0) {
    SACOCHE_ASSIGN(const std::uint64_t waiting, store_->outbox().CountWaiting(space));
    report_.envelopes_sent_again += waiting - std::min(waiting, spaces_[space].never_stored);
  }
  SACOCHE_TRY(FindForgotten(space));
  return store_->progress().EndRecall(space);
}

Status SyncSession::Take(const ChainFrame& frame) {
  SACOCHE_ASSIGN(const SpaceId space, AnsweredSpace());
  SpaceState& state = spaces_[space];
  if (!state.skip_rest && directory_->WasEverMember(frame.device, space))
    state.server_chains[frame.device] = frame.counter;
  return {};
}

// Of colleagues, each of whom does the same for all others: whoever made it may be gone. Written
// down with the end of the recall, wherever the line breaks.
Status SyncSession::FindForgotten(const SpaceId& space) {
  const SpaceState& state = spaces_[space];
  SACOCHE_TRY(store_->peer_envelopes().DropAllForgotten(space));
  SACOCHE_ASSIGN(const auto chains, store_->progress().PeerChains(space));
  for (const auto& [device, chain] : chains) {
    const auto held = state.server_chains.find(device);
    const std::uint64_t after = held == state.server_chains.end() ? 0 : held->second;
    SACOCHE_ASSIGN(const auto places, store_->peer_envelopes().PlacesAfter(space, device, after));
    for (const PeerEnvelopes::Place& place : places)
      if (place.counter <= chain.counter)
        SACOCHE_TRY(store_->peer_envelopes().NoteForgotten(space, {device, place.counter}));
  }
  return {};
}

// Not before the server has shown what a colleague may have given it meanwhile. Of each device one
// first: while the server lacks what comes before, it takes nothing.
Status SyncSession::AddForgotten(const SpaceId& space, SpaceState& state, std::size_t body_bytes,
                                 Bytes& envelopes) {
  if (!answered_once_ || state.recalls || state.forgotten_full) return {};
  SACOCHE_ASSIGN(const auto forgotten, store_->peer_envelopes().ForgottenOf(space));
  std::size_t added = 0;
  std::optional<DeviceId> done_with;
  for (const PeerEnvelopes::Forgotten& one : forgotten) {
    if (body_bytes + envelopes.size() >= sync_limits::kRequestBytesTarget ||
        added == limits::kRequestEnvelopesMax / limits::kRequestSpacesMax ||
        sent_.size() == limits::kRequestEnvelopesMax)
      return {};
    if (one.device == done_with) continue;
    SACOCHE_ASSIGN(const bool is_added, AddOneForgotten(space, state, one, envelopes));
    const bool goes_on = is_added && state.takes_forgotten_of.contains(one.device);
    if (!goes_on) done_with = one.device;
    if (is_added) ++added;
  }
  return {};
}

// False: nothing more of that device goes with this request.
Result<bool> SyncSession::AddOneForgotten(const SpaceId& space, SpaceState& state,
                                          const PeerEnvelopes::Forgotten& one, Bytes& envelopes) {
  if (state.refuses_forgotten_of.contains(one.device) ||
      !directory_->WasEverMember(one.device, space))
    return false;
  SACOCHE_ASSIGN(const auto bytes, store_->peer_envelopes().Find(space, one.device, one.counter));
  if (!bytes) return false;
  SACOCHE_ASSIGN(const bool is_held_back, IsHeldBack(state, *bytes));
  SACOCHE_ASSIGN(const Envelope envelope, DecodeEnvelope(*bytes));
  if (is_held_back || sent_.contains(envelope.header.id)) return false;
  sent_[envelope.header.id] = Sent{space, one.counter, 0, Sent::Whose::kForgotten, one.device};
  AppendFrame(envelopes, PushFrame(EnvelopeFrame{*bytes}));
  return true;
}

Status SyncSession::EndForgotten(const SpaceId& space, const PeerEnvelopes::Forgotten& one) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->peer_envelopes().DropForgotten(space, one));
  return transaction.Commit();
}

Result<bool> SyncSession::OfferWaiting(const SpaceId& space) {
  SpaceState& state = spaces_[space];
  SACOCHE_ASSIGN(const std::uint64_t waiting, store_->outbox().CountWaiting(space));
  if (waiting == 0 || state.offered == waiting) return false;
  state.offers = true;
  state.skip_rest = true;
  state.pull_wanted = true;
  return true;
}

Status SyncSession::LeaveForkNext(SpaceState& state) {
  state.EndOffer();
  if (std::exchange(state.left_fork, true))
    return Untrusted(Suspicion::kTwoHistories,
                     "the server shows two different histories of this laptop");
  state.forked = true;
  state.skip_rest = true;
  state.pull_wanted = true;
  return {};
}

}  // namespace sacoche
