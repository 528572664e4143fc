// The part of SyncHandler that takes and gives snapshots.

#include "engine/sign/manifest.h"
#include "sync-server/sync_handler.h"

namespace sacoche {
namespace {

tl::unexpected<Refusal> StorageProblem() {
  return Refuse(ProblemType::kStorage, "The server could not store this; try again later.");
}

}  // namespace

OrProblem<void> SyncHandler::TakeKnownSnapshot(const KnownSnapshotFrame& known) {
  if (cursors_.empty() || !known_snapshots_.try_emplace(cursors_.size() - 1, known).second)
    return Refuse(ProblemType::kMalformed, "A known snapshot follows one cursor.");
  return {};
}

OrProblem<void> SyncHandler::TakeSnapshotHead(const SnapshotHeadFrame& frame) {
  EndSnapshot();
  // It stands for envelopes that may have come just before.
  if (auto committed = CommitAll(); !committed) return committed;
  auto head = DecodeSnapshotHead(frame.head);
  if (!head) return Refuse(head.error());
  const auto problem = JudgeSnapshot(*head);
  if (!problem) return Refuse(problem.error());
  if (*problem) {
    Answer(SnapshotOutcomeFrame{head->identity.id, 0, *problem});
    return {};
  }
  const auto held = rooms_.store.BeginSnapshot(*head);
  // Another incomplete one may have gone for it.
  if (rooms_.usage != nullptr) rooms_.usage->Forget(head->identity.space);
  if (!held) return StorageProblem();
  snapshot_ = std::move(*head);
  snapshot_parts_ = *held;
  return {};
}

OrProblem<std::optional<ProblemType>> SyncHandler::JudgeSnapshot(const SealedSnapshotHead& head) {
  using Verdict = std::optional<ProblemType>;
  const SnapshotIdentity& identity = head.identity;
  const Directory& directory = rooms_.directory.directory();
  if (signer_.kind == RequestSigner::Kind::kOrganisation) return Verdict(ProblemType::kNotMember);
  if (identity.device != signer_.device) return Verdict(ProblemType::kBadSignature);
  const Member* member = directory.FindMember(identity.device);
  if (member == nullptr) return Verdict(ProblemType::kUnknownDevice);
  if (!directory.IsMember(identity.device, identity.space)) return Verdict(ProblemType::kNotMember);
  if (knows_another_directory_ || lost_epochs_.contains({identity.space, identity.epoch}) ||
      ungranted_.contains(identity.space) || !directory.IsKeyHeld(identity.space, identity.epoch))
    return Verdict(ProblemType::kConflict);
  if (!Verify(SigningPurpose::kSnapshot, EncodeUnsignedHead(head), head.signature,
              member->admission.signing_key))
    return Verdict(ProblemType::kBadSignature);
  // Of this very history, and newer than what is here.
  const auto tag = rooms_.store.HistoryAt(identity.space, identity.sequence);
  const auto newest = UsableSnapshot(identity.space);
  if (!tag || !newest) return StorageProblem();
  const bool is_known = *newest && (*newest)->identity.id == identity.id;
  const bool is_older = *newest && (*newest)->identity.sequence >= identity.sequence;
  if (*tag == HistoryTag{} || *tag != identity.history || (is_older && !is_known))
    return Verdict(ProblemType::kConflict);
  return Verdict();
}

OrProblem<void> SyncHandler::TakeSnapshotPart(const SnapshotPartFrame& frame) {
  if (!snapshot_) return {};  // its head was refused, and the device is told
  if (frame.index >= snapshot_->part_hashes.size() ||
      frame.part.size() > limits::kSnapshotPartBytesMax ||
      PartHash(frame.part) != snapshot_->part_hashes[frame.index])
    return Refuse(ProblemType::kMalformed, "A part is not the one that its snapshot names.");
  const SpaceId& space = snapshot_->identity.space;
  const auto has_room = HasRoom(space, frame.part.size());
  if (!has_room) return Refuse(has_room.error());
  if (!*has_room) {
    Answer(SnapshotOutcomeFrame{snapshot_->identity.id, snapshot_parts_, ProblemType::kStorage});
    snapshot_.reset();
    return {};
  }
  const auto held = rooms_.store.AppendSnapshotPart(*snapshot_, frame.index, frame.part);
  if (!held) return StorageProblem();
  if (rooms_.usage != nullptr && *held > snapshot_parts_)
    rooms_.usage->Add(space, frame.part.size());
  // The last part is the end of the one before.
  if (rooms_.usage != nullptr && *held == snapshot_->part_hashes.size())
    rooms_.usage->Forget(space);
  counts_.snapshot_parts_stored += *held - snapshot_parts_;
  snapshot_parts_ = *held;
  return {};
}

void SyncHandler::EndSnapshot() {
  if (!snapshot_) return;
  Answer(SnapshotOutcomeFrame{snapshot_->identity.id, snapshot_parts_, std::nullopt});
  snapshot_.reset();
}

void SyncHandler::EndOfSpace() {
  ++next_space_;
  space_begun_ = false;
  giving_.reset();
}

// The members take no snapshot by a device that left; one of them makes the next.
OrProblem<std::optional<StoredSnapshot>> SyncHandler::UsableSnapshot(const SpaceId& space) {
  auto newest = rooms_.store.NewestSnapshot(space);
  if (!newest) return StorageProblem();
  const Directory& directory = rooms_.directory.directory();
  if (!*newest) return std::move(*newest);
  const SnapshotIdentity& identity = (*newest)->identity;
  // Under a key that was passed over, it is of use to few.
  if (!directory.IsMember(identity.device, space) || !directory.IsLedBackTo(space, identity.epoch))
    newest->reset();
  return std::move(*newest);
}

OrProblem<void> SyncHandler::AddCover(Bytes& chunk, const SpaceId& space) {
  const auto newest = UsableSnapshot(space);
  const auto ends = rooms_.store.ChainEnds(space);
  if (!newest || !ends) return StorageProblem();
  if (ends->empty()) return {};
  const std::uint64_t covered = *newest ? (*newest)->identity.sequence : 0;
  std::map<DeviceId, Hash256> manifests;
  for (const auto& [device, end] : *ends) manifests[device] = end.manifest;
  AppendFrame(chunk, PullFrame(SnapshotCoverFrame{covered, TagOfChains(manifests)}));
  return {};
}

// A device at the beginning, or so far behind that the envelopes are gone, gets the newest snapshot
// in the place of those that it stands for.
OrProblem<void> SyncHandler::BeginSpace(Bytes& chunk) {
  const CursorFrame& cursor = cursors_[next_space_];
  const auto another = KnowsAnotherHistory();
  if (!another) return Refuse(another.error());
  if (*another) {
    const SpaceId space = cursor.space;
    EndOfSpace();
    AppendFrame(chunk, PullFrame(AnotherHistoryFrame{space}));
    return {};
  }
  auto newest = UsableSnapshot(cursor.space);
  const auto dropped = rooms_.store.DroppedUpTo(cursor.space);
  if (!newest || !dropped) return StorageProblem();
  // A laptop that forgot compares its own envelopes with what it wrote beside them: the log tells
  // more than their outcome. It may know the beginning too; if it does not, the chains tell it.
  const bool recalls = cursor.from == CursorFrame::From::kEverybody;
  // Whoever was let in by a recovery key may find nobody there to make another snapshot.
  if (!*newest && cursor.cursor < *dropped &&
      rooms_.directory.directory().WasRecoveredFor(signer_.device, cursor.space)) {
    auto of_anybody = rooms_.store.NewestSnapshot(cursor.space);
    if (!of_anybody) return StorageProblem();
    newest = std::move(*of_anybody);
  }
  const bool is_behind = (cursor.cursor == 0 && !recalls) || cursor.cursor < *dropped;
  if (!*newest && cursor.cursor < *dropped && !recalls) {
    const SpaceId space = cursor.space;
    EndOfSpace();
    AppendFrame(chunk, PullFrame(SpaceRefusedFrame{space, ProblemType::kNoSnapshot}));
    return {};
  }
  if (!*newest && cursor.cursor < *dropped) {
    AppendFrame(chunk, PullFrame(BeginsLateFrame{*dropped}));
    if (auto added = AddHistory(chunk, cursor.space, *dropped); !added) return added;
  }
  if (!*newest || !is_behind || cursor.cursor >= (*newest)->identity.sequence) return {};
  giving_ = std::move(**newest);
  const auto known = known_snapshots_.find(next_space_);
  const bool goes_on = known != known_snapshots_.end() &&
                       known->second.id == giving_->identity.id &&
                       known->second.parts < giving_->parts;
  next_part_ = goes_on ? known->second.parts : 0;
  AppendFrame(chunk, PullFrame(StoredSnapshotFrame{giving_->head}));
  return {};
}

OrProblem<void> SyncHandler::AddSnapshotPart(Bytes& chunk) {
  const auto part = rooms_.store.ReadSnapshotPart(*giving_, next_part_);
  if (!part) return StorageProblem();
  AppendFrame(chunk, PullFrame(StoredSnapshotPartFrame{next_part_, *part}));
  ++counts_.snapshot_parts_sent;
  if (++next_part_ < giving_->parts) return {};
  cursors_[next_space_].cursor = giving_->identity.sequence;
  giving_.reset();
  return {};
}

}  // namespace sacoche
