// The part of SyncSession that finds out that somebody forgot: this laptop, which was put back from
// a copy of itself, or the server (PROTOCOL.md). What is missing is asked for, what stands beside
// is written anew.

#include "engine/sync/distrust.h"
#include "engine/sync/new_dot.h"
#include "engine/sync/sync_session.h"

namespace sacoche {

// An older copy of this store does not know of all its envelopes. A server that leaves something
// out must then give everything, so that what is missing shows.
Result<bool> SyncSession::IsWholeUpTo(const SpaceId& space, std::uint64_t sequence) {
  const SpaceState& state = spaces_[space];
  if (sequence <= state.position + 1) return true;
  std::uint64_t own = 0;
  if (!state.recalls) {
    SACOCHE_ASSIGN(own, store_->outbox().CountStoredBetween(space, state.position, sequence));
  }
  if (own == sequence - state.position - 1) return true;
  if (state.recalls || state.recalled_in != 0) return Untrusted("the server left out an envelope");
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
    return transaction.Commit();
  };
  Status left = leave();
  if (!left) identity_->replica = before;
  state.forked = !left;
  return left;
}

Status SyncSession::Reconcile(const SpaceId& space, const std::string& why) {
  SpaceState& state = spaces_[space];
  if (state.reconciled_in != 0) return Untrusted(why);
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
  return transaction.Commit();
}

Status SyncSession::EndRecall(const SpaceId& space) {
  if (spaces_[space].reconciled_in != 0) {
    SACOCHE_ASSIGN(const std::uint64_t waiting, store_->outbox().CountWaiting(space));
    report_.envelopes_sent_again += waiting - std::min(waiting, spaces_[space].never_stored);
  }
  return store_->progress().EndRecall(space);
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
    return Untrusted("the server shows two different histories of this laptop");
  state.forked = true;
  state.skip_rest = true;
  state.pull_wanted = true;
  return {};
}

}  // namespace sacoche
