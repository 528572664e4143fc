#include "engine/sync/snapshot_exchange.h"

#include "engine/commit/take_snapshot.h"
#include "engine/seal/snapshot_seal.h"
#include "engine/sync/distrust.h"
#include "engine/wire/limits.h"
#include "engine/wire/wire_codec.h"

namespace sacoche {
namespace {

using State = Snapshots::State;

static_assert(kSnapshotChunkBytesMax + kSnapshotPartOverheadBytes <= limits::kSnapshotPartBytesMax);
static_assert(kSnapshotSummaryBytesMax + kSnapshotPartOverheadBytes <=
              limits::kSnapshotPartBytesMax);

// What the snapshot itself is to blame for, and not this device's disk.
bool IsItsFault(ErrorCode code) {
  return code == ErrorCode::kCorrupt || code == ErrorCode::kLimit ||
         code == ErrorCode::kNewerFormat || code == ErrorCode::kUntrusted;
}

}  // namespace

// -- Sending --------------------------------------------------------------------------------------

Status SnapshotExchange::Make(const SpaceId& space) {
  SACOCHE_ASSIGN(const bool may, MaySnapshot(*parts_.store, space));
  SnapshotIdentity identity{space,
                            parts_.directory->CurrentEpoch(space),
                            parts_.identity->device(),
                            parts_.random->NextId<SnapshotId>(),
                            0,
                            {}};
  SACOCHE_ASSIGN(const auto key, parts_.keys->Key(space, identity.epoch));
  SACOCHE_ASSIGN(const KnownHistoryFrame known, parts_.store->progress().KnownHistory(space));
  SACOCHE_ASSIGN(identity.sequence, parts_.store->progress().Cursor(space));
  if (!may || !key || parts_.keys->NeedsNewKey(space) || known.sequence != identity.sequence)
    return {};
  identity.history = known.tag;

  SACOCHE_ASSIGN(Transaction transaction, parts_.store->Begin());
  Snapshots::Entry entry{space, identity.id, State::kLeaving, {}, {}};
  const auto parts = SealChunks(entry, identity, *key);
  if (!parts && parts.error().code == ErrorCode::kLimit) return {};
  if (!parts) return Forward(parts.error());
  SealedSnapshotHead head{identity, {}, {}};
  SACOCHE_ASSIGN(head.part_hashes, HashesOf(entry, *parts));
  SignSnapshot(head, parts_.identity->signing_key);
  entry.head = EncodeSnapshotHead(head);
  SACOCHE_TRY(parts_.store->snapshots().Put(entry));
  return transaction.Commit();
}

// The summary is known last and goes first.
Result<std::uint64_t> SnapshotExchange::SealChunks(const Snapshots::Entry& entry,
                                                   const SnapshotIdentity& identity,
                                                   const EpochKey& key) {
  const SnapshotSealer sealer(identity, key);
  std::uint64_t next = 1;
  const auto put = [&](std::uint64_t index, ByteView plain) {
    return parts_.store->snapshots().PutChunk(entry, index, sealer.Seal(index, plain));
  };
  const auto sink = [&](const Bytes& chunk) -> Status {
    if (next == limits::kSnapshotPartsMax)
      return Fail(ErrorCode::kLimit, "a snapshot would have more parts than allowed");
    return put(next++, chunk);
  };
  SACOCHE_ASSIGN(const SnapshotSummary summary,
                 TakeSnapshot(*parts_.store, identity.space, identity.device, sink));
  SACOCHE_ASSIGN(const Bytes plain, EncodeSnapshotSummary(summary));
  SACOCHE_TRY(put(0, plain));
  return next;
}

Result<std::vector<Hash256>> SnapshotExchange::HashesOf(const Snapshots::Entry& leaving,
                                                        std::uint64_t parts) {
  std::vector<Hash256> hashes;
  for (std::uint64_t index = 0; index < parts; ++index) {
    SACOCHE_ASSIGN(const Bytes part, parts_.store->snapshots().ReadChunk(leaving, index));
    hashes.push_back(PartHash(part));
  }
  return hashes;
}

Result<ChainsTag> SnapshotExchange::KnownChains(const SpaceId& space) {
  SACOCHE_ASSIGN(auto heads, parts_.store->progress().PeerChains(space));
  SACOCHE_ASSIGN(heads[parts_.identity->device()], parts_.store->outbox().Head(space));
  std::map<DeviceId, Hash256> ends;
  for (const auto& [device, head] : heads)
    if (head.counter > 0) ends[device] = head.hash;
  return TagOfChains(ends);
}

Result<bool> SnapshotExchange::IsLeaving(const SpaceId& space) {
  SACOCHE_ASSIGN(const auto leaving, parts_.store->snapshots().Find(space, State::kLeaving));
  return leaving.has_value();
}

Result<bool> SnapshotExchange::AddLeaving(const SpaceId& space, std::optional<std::uint64_t> first,
                                          std::size_t bytes_max, Bytes& body) {
  SACOCHE_ASSIGN(const auto leaving, parts_.store->snapshots().Find(space, State::kLeaving));
  if (!leaving) return false;
  AppendFrame(body, PushFrame(SnapshotHeadFrame{leaving->head}));
  if (!first) return true;
  SACOCHE_ASSIGN(const std::uint64_t parts, parts_.store->snapshots().CountChunks(*leaving));
  std::size_t bytes = 0;
  for (std::uint64_t index = *first; index < parts && bytes < bytes_max; ++index) {
    SACOCHE_ASSIGN(Bytes part, parts_.store->snapshots().ReadChunk(*leaving, index));
    bytes += part.size();
    AppendFrame(body, PushFrame(SnapshotPartFrame{index, std::move(part)}));
  }
  return true;
}

Result<SnapshotExchange::Progress> SnapshotExchange::Take(const std::vector<SpaceId>& spaces,
                                                          const SnapshotOutcomeFrame& outcome) {
  for (const SpaceId& space : spaces) {
    SACOCHE_ASSIGN(const auto leaving, parts_.store->snapshots().Find(space, State::kLeaving));
    if (!leaving || leaving->id != outcome.snapshot) continue;
    SACOCHE_ASSIGN(const std::uint64_t parts, parts_.store->snapshots().CountChunks(*leaving));
    Progress progress{space, outcome.parts, outcome.problem || outcome.parts >= parts};
    if (progress.ended) SACOCHE_TRY(Forget(*leaving));
    return progress;
  }
  return Untrusted(Suspicion::kBrokenAnswer, "the server speaks of a snapshot that was not sent");
}

Status SnapshotExchange::Forget(const Snapshots::Entry& entry) {
  SACOCHE_ASSIGN(Transaction transaction, parts_.store->Begin());
  SACOCHE_TRY(parts_.store->snapshots().Drop(entry));
  return transaction.Commit();
}

// -- Receiving ------------------------------------------------------------------------------------

// The summary is part 0 and no chunk.
Result<std::uint64_t> SnapshotExchange::CountParts(const Snapshots::Entry& arriving) {
  if (arriving.summary.empty()) return std::uint64_t{0};
  SACOCHE_ASSIGN(const std::uint64_t chunks, parts_.store->snapshots().CountChunks(arriving));
  return chunks + 1;
}

Result<std::optional<KnownSnapshotFrame>> SnapshotExchange::Known(const SpaceId& space) {
  SACOCHE_ASSIGN(auto entry, parts_.store->snapshots().Find(space, State::kArriving));
  if (!entry) {
    SACOCHE_ASSIGN(const auto taken, parts_.store->snapshots().Taken(space));
    if (taken.empty()) return std::optional<KnownSnapshotFrame>();
    entry = taken.back();
  }
  SACOCHE_ASSIGN(const SealedSnapshotHead head, DecodeSnapshotHead(entry->head));
  SACOCHE_ASSIGN(std::uint64_t parts, CountParts(*entry));
  // Never all: with the last part again, it is joined.
  parts = std::min<std::uint64_t>(parts, head.part_hashes.size() - 1);
  return std::optional(KnownSnapshotFrame{entry->id, parts});
}

Result<SnapshotExchange::Received> SnapshotExchange::TakeHead(const SpaceId& space,
                                                              ByteView bytes) {
  const auto head = DecodeSnapshotHead(bytes);
  if (!head)
    return Untrusted(Suspicion::kForgedSnapshot,
                     "the server sent something that is not a snapshot");
  const SnapshotIdentity& identity = head->identity;
  if (identity.space != space)
    return Untrusted(Suspicion::kForgedSnapshot, "the server sent a snapshot of another space");
  // By a laptop that left, only where nobody may be left to make another.
  const bool is_recovered = parts_.directory->WasRecoveredFor(parts_.identity->device(), space) &&
                            parts_.directory->WasEverMember(identity.device, space);
  if (!parts_.directory->IsMember(identity.device, space) && !is_recovered)
    return Untrusted(Suspicion::kForgedSnapshot, "the server sent a snapshot by a stranger");
  if (!VerifySnapshot(*head, parts_.directory->FindMember(identity.device)->admission.signing_key))
    return Untrusted(Suspicion::kForgedSnapshot,
                     "the server sent a snapshot whose signature does not verify");
  SACOCHE_ASSIGN(const auto key, parts_.keys->Key(space, identity.epoch));
  if (!key) return Received{Outcome::kWaitingForKey, identity.epoch, 0, {}};
  again_.reset();
  SACOCHE_ASSIGN(auto taken, FindTaken(space, identity.id));
  if (taken && Equal(taken->head, bytes)) {
    again_ = Again{std::move(*taken), head->part_hashes.size() - 1, identity};
    return Received{};
  }
  if (taken)
    return Untrusted(Suspicion::kForgedSnapshot, "the server shows two snapshots of one name");
  SACOCHE_ASSIGN(const auto arriving, parts_.store->snapshots().Find(space, State::kArriving));
  if (arriving && Equal(arriving->head, bytes)) return Received{};
  // This device's own, which the server has whole: only its word on that was lost.
  SACOCHE_ASSIGN(const auto leaving, parts_.store->snapshots().Find(space, State::kLeaving));
  const bool has_left = leaving && leaving->id == identity.id;
  if (has_left && !Equal(leaving->head, bytes))
    return Untrusted(Suspicion::kForgedSnapshot, "the server shows two snapshots of one name");
  SACOCHE_ASSIGN(Transaction transaction, parts_.store->Begin());
  if (has_left) SACOCHE_TRY(parts_.store->snapshots().Drop(*leaving));
  SACOCHE_TRY(
      parts_.store->snapshots().Put({space, identity.id, State::kArriving, CopyOf(bytes), {}}));
  SACOCHE_TRY(transaction.Commit());
  return Received{};
}

Result<SnapshotExchange::Received> SnapshotExchange::TakePart(
    const SpaceId& space, const StoredSnapshotPartFrame& frame) {
  // Its parts are here; its chains and the cursor may be new to this store.
  if (again_ && again_->entry.space == space)
    return frame.index < again_->last_part ? Received{} : Join(again_->entry, again_->identity);
  SACOCHE_ASSIGN(const auto arriving, parts_.store->snapshots().Find(space, State::kArriving));
  if (!arriving)
    return Untrusted(Suspicion::kBrokenAnswer, "the server sent a part of no snapshot");
  auto received = TakeArrivedPart(*arriving, frame);
  if (!received && IsItsFault(received.error().code)) {
    SACOCHE_TRY(Forget(*arriving));
    Error error = received.error();
    // A damaged disk is as corrupt as a damaged snapshot.
    if (error.code != ErrorCode::kCorrupt) error = Suspect(Suspicion::kForgedSnapshot, error);
    error.advice =
        "Nothing was changed, and your own work is safe. Synchronise again; if it happens again, "
        "tell your administrator.";
    return Forward(std::move(error));
  }
  return received;
}

Result<SnapshotExchange::Received> SnapshotExchange::TakeArrivedPart(
    const Snapshots::Entry& arriving, const StoredSnapshotPartFrame& frame) {
  SACOCHE_ASSIGN(const SealedSnapshotHead head, DecodeSnapshotHead(arriving.head));
  if (frame.index >= head.part_hashes.size() ||
      PartHash(frame.part) != head.part_hashes[frame.index])
    return Untrusted(Suspicion::kForgedSnapshot,
                     "the server sent a part that its snapshot does not name");
  SACOCHE_ASSIGN(const std::uint64_t held, CountParts(arriving));
  if (frame.index > held)
    return Untrusted(Suspicion::kBrokenAnswer, "the server left out a part of a snapshot");
  if (frame.index == held) {
    SACOCHE_ASSIGN(const auto key, parts_.keys->Key(arriving.space, head.identity.epoch));
    if (!key) return Received{Outcome::kWaitingForKey, head.identity.epoch, 0, {}};
    SACOCHE_TRY(PutPart(arriving, head, frame.index, frame.part, *key));
  }
  if (frame.index + 1 < head.part_hashes.size()) return Received{};
  SACOCHE_ASSIGN(const auto arrived,
                 parts_.store->snapshots().Find(arriving.space, State::kArriving));
  return Join(*arrived, head.identity);
}

Status SnapshotExchange::PutPart(const Snapshots::Entry& arriving, const SealedSnapshotHead& head,
                                 std::uint64_t index, ByteView part, const EpochKey& key) {
  SACOCHE_ASSIGN(const Bytes plain, SnapshotSealer(head.identity, key).Open(index, part));
  SACOCHE_ASSIGN(Transaction transaction, parts_.store->Begin());
  if (index == 0) {
    SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(plain));
    if (summary.space != arriving.space || summary.server_seq != head.identity.sequence)
      return Untrusted(Suspicion::kForgedSnapshot, "a snapshot is not what its head says");
    SACOCHE_TRY(parts_.store->snapshots().SetSummary(arriving, plain));
  } else {
    SACOCHE_TRY(parts_.store->snapshots().PutChunk(arriving, index - 1, plain));
  }
  return transaction.Commit();
}

Result<SnapshotExchange::Received> SnapshotExchange::Join(const Snapshots::Entry& arrived,
                                                          const SnapshotIdentity& identity) {
  const DeviceId self = parts_.identity->device();
  SACOCHE_ASSIGN(const bool forks, parts_.committer->ForksFrom(arrived.space, arrived, self));
  if (forks) return Received{Outcome::kForked, 0, 0, {}};
  SACOCHE_ASSIGN(CommitReport report,
                 parts_.committer->CommitSnapshot(arrived.space, arrived, self, identity.history));
  return Received{Outcome::kTaken, 0, identity.sequence, std::move(report)};
}

Result<std::optional<Snapshots::Entry>> SnapshotExchange::FindTaken(const SpaceId& space,
                                                                    const SnapshotId& id) {
  SACOCHE_ASSIGN(auto taken, parts_.store->snapshots().Taken(space));
  for (Snapshots::Entry& entry : taken)
    if (entry.id == id) return std::optional(std::move(entry));
  return std::optional<Snapshots::Entry>();
}

}  // namespace sacoche
