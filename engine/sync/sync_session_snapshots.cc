// The part of SyncSession that sends and takes snapshots.

#include "engine/sync/distrust.h"
#include "engine/sync/sync_limits.h"
#include "engine/sync/sync_session.h"

namespace sacoche {

// When nothing else is to be said of the space: whoever read it to its head makes the snapshot that
// has become due, and sends it; so does whoever lets a newcomer in
// (docs/decisions/0032-a-snapshot-for-newcomers.md).
Result<bool> SyncSession::AddSnapshot(const SpaceId& space, SpaceState& state, Bytes& body) {
  if (!state.may_make_snapshot || state.snapshot_stalled) return false;
  if (body.size() >= sync_limits::kRequestBytesTarget) return false;
  SACOCHE_ASSIGN(const bool is_leaving, snapshots_.IsLeaving(space));
  if (!is_leaving) {
    SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(space));
    const std::uint64_t due_after =
        keys_.LetsInANewcomer(space) ? snapshot_for_newcomer_envelopes_ : snapshot_after_envelopes_;
    // Of an epoch whose place another may take at the server.
    const bool may_give_way =
        state.held_from && directory_->CurrentEpoch(space) >= *state.held_from;
    if (cursor < state.covered + due_after || may_give_way) return false;
    SACOCHE_TRY(snapshots_.Make(space));
    state.may_make_snapshot = false;
    state.snapshot_parts = 0;
  }
  SACOCHE_ASSIGN(const bool added, snapshots_.AddLeaving(space, state.snapshot_parts,
                                                         sync_limits::kSnapshotBytesTarget, body));
  state.may_make_snapshot = added;
  return added;
}

Status SyncSession::Take(const StoredSnapshotFrame& frame) {
  SACOCHE_ASSIGN(const SpaceId space, AnsweredSpace());
  if (spaces_[space].skip_rest) return {};
  SACOCHE_ASSIGN(auto received, snapshots_.TakeHead(space, frame.head));
  return NoteSnapshot(space, std::move(received));
}

Status SyncSession::Take(const StoredSnapshotPartFrame& frame) {
  SACOCHE_ASSIGN(const SpaceId space, AnsweredSpace());
  if (spaces_[space].skip_rest) return {};
  SACOCHE_ASSIGN(auto received, snapshots_.TakePart(space, frame));
  if (received.outcome != SnapshotExchange::Outcome::kWaitingForKey) ++report_.snapshot_parts_in;
  return NoteSnapshot(space, std::move(received));
}

Status SyncSession::NoteSnapshot(const SpaceId& space, SnapshotExchange::Received received) {
  SpaceState& state = spaces_[space];
  switch (received.outcome) {
    case SnapshotExchange::Outcome::kOk:
      return {};
    case SnapshotExchange::Outcome::kWaitingForKey:
      WaitForKey(state, received.missing_epoch);
      return {};
    case SnapshotExchange::Outcome::kForked: {
      SACOCHE_ASSIGN(const bool offers, OfferWaiting(space));
      if (offers) return {};
      state.forked_by_snapshot = true;
      return LeaveForkNext(state);
    }
    case SnapshotExchange::Outcome::kTaken: {
      state.EndOffer();
      ++report_.snapshots_in;
      report_.touched.insert(received.commit.touched.begin(), received.commit.touched.end());
      state.position = std::max(state.position, received.sequence);
      SACOCHE_ASSIGN(state.history, store_->progress().KnownHistory(space));
      return {};
    }
  }
  return {};
}

Status SyncSession::Take(const SnapshotOutcomeFrame& frame) {
  SACOCHE_ASSIGN(const auto progress, snapshots_.Take(keys_.Spaces(), frame));
  SpaceState& state = spaces_[progress.space];
  const std::uint64_t before = state.snapshot_parts.value_or(progress.parts);
  state.snapshot_stalled = !progress.ended && state.snapshot_parts && progress.parts <= before;
  report_.snapshot_parts_out += progress.parts - std::min(before, progress.parts);
  state.snapshot_parts = progress.parts;
  if (!progress.ended) return {};
  state.may_make_snapshot = false;
  if (!frame.problem) ++report_.snapshots_out;
  return {};
}

// Said behind a head that was read up to.
Status SyncSession::Take(const SnapshotCoverFrame& frame) {
  const std::optional<HeadFrame> head = std::exchange(cover_of_, std::nullopt);
  if (!head) return {};
  SpaceState& state = spaces_[head->space];
  state.covered = frame.sequence;
  // What the server forgot, and a colleague has not sent again yet, is in no snapshot: it would
  // stand for envelopes that nobody can get.
  SACOCHE_ASSIGN(const ChainsTag known, snapshots_.KnownChains(head->space));
  state.may_make_snapshot = known == frame.chains;
  return {};
}

// What this device lacks of the beginning comes with the snapshot that a colleague makes.
Status SyncSession::WaitForSnapshot(const SpaceId& space) {
  SpaceState& state = spaces_[space];
  state.pull_wanted = false;
  state.skip_rest = true;
  ++report_.spaces_waiting_for_snapshot;
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->progress().SetCursor(space, 0));
  return transaction.Commit();
}

}  // namespace sacoche
