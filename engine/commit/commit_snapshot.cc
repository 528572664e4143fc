#include "engine/commit/commit.h"
#include "engine/merge/join.h"

namespace sacoche {
namespace {

tl::unexpected<Error> NotBelieved(std::string message) {
  return Fail(ErrorCode::kUntrusted, std::move(message),
              "Nothing was changed. Tell your administrator.");
}

bool IsPossible(const SnapshotRecord& record, const VersionVector& known) {
  return std::ranges::all_of(record.registers, [&](const auto& entry) {
    return sacoche::IsPossible({entry.second, known});
  });
}

// Whether what waits here bears names that the snapshot knows: another copy of this store gave them
// to something else. A change that no envelope holds was seen by nobody.
Result<bool> NamesWaiting(Store& store, const SpaceId& space, const VersionVector& known) {
  SACOCHE_ASSIGN(const auto unsealed, store.log().ReadUnsealed(space, SIZE_MAX >> 1));
  return std::ranges::any_of(
      unsealed, [&](const ChangeLog::Unsealed& entry) { return known.Contains(entry.change.dot); });
}

// Another copy of this store went further than this one; what is to be sent was written beside it.
Result<bool> ForksFromOwn(Store& store, const SpaceId& space, const ChainEnd& theirs) {
  SACOCHE_ASSIGN(const ChainHead ours, store.outbox().Head(space));
  if (theirs.counter > ours.counter) {
    SACOCHE_ASSIGN(const std::uint64_t waiting, store.outbox().CountWaiting(space));
    return waiting > 0;
  }
  SACOCHE_ASSIGN(const auto sent, store.outbox().Find(space, theirs.counter));
  SACOCHE_ASSIGN(const ChainHead base, store.outbox().Base(space));
  const bool is_base = base.counter == theirs.counter;
  const bool same = sent ? sent->hash == theirs.hash : !is_base || base.hash == theirs.hash;
  if (same) return false;
  if (sent && !sent->is_stored) return true;
  return NotBelieved("a snapshot shows another history of this laptop than its own");
}

}  // namespace

Result<CommitReport> Committer::CommitSnapshot(const SpaceId& space,
                                               const Snapshots::Entry& arrived,
                                               const DeviceId& self, const HistoryTag& history) {
  SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(arrived.summary));
  if (summary.space != space) return NotBelieved("a snapshot is of another space");
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  CommitReport report;
  SACOCHE_TRY(TakeChains(space, summary, self));
  SACOCHE_TRY(MoveBehind(space, {summary.server_seq, history}));
  SACOCHE_TRY(JoinOrDrop(space, arrived, summary, report));
  SACOCHE_TRY(store_->carried().SettleAll(space, summary.known));
  SACOCHE_TRY(FollowFrom(space, report.joined, Origin::kRemote, report));
  SACOCHE_TRY(transaction.Commit());
  return report;
}

// The cursor comes from the server again, and so does this device's own chain.
Status Committer::ApplySalvagedSnapshot(const SpaceId& space, const Snapshots::Entry& arrived) {
  SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(arrived.summary));
  for (const auto& [device, theirs] : summary.chains) {
    SACOCHE_ASSIGN(const ChainHead ours, store_->progress().PeerChain(space, device));
    if (theirs.counter > ours.counter)
      SACOCHE_TRY(store_->progress().SetPeerChain(space, device, {theirs.counter, theirs.hash}));
  }
  CommitReport report;
  SACOCHE_TRY(JoinOrDrop(space, arrived, summary, report));
  return store_->carried().SettleAll(space, summary.known);
}

// One that says nothing new is not kept, but for one that was taken in before.
Status Committer::JoinOrDrop(const SpaceId& space, const Snapshots::Entry& arrived,
                             const SnapshotSummary& summary, CommitReport& report) {
  SACOCHE_ASSIGN(const VersionVector known, store_->log().Known(space));
  if (arrived.state == Snapshots::State::kTaken) return {};
  if (known.Covers(summary.known)) return store_->snapshots().Drop(arrived);
  SACOCHE_ASSIGN(const Hlc last, JoinChunks(arrived, summary, known, &report));
  return KeepAsBase(space, arrived, summary, last);
}

Result<bool> Committer::ForksFrom(const SpaceId& space, const Snapshots::Entry& arrived,
                                  const DeviceId& self) {
  SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(arrived.summary));
  SACOCHE_ASSIGN(const bool named, NamesWaiting(*store_, space, summary.known));
  if (named) return true;
  const auto own = summary.chains.find(self);
  return own == summary.chains.end() ? Result<bool>(false)
                                     : ForksFromOwn(*store_, space, own->second);
}

Status Committer::TakeChains(const SpaceId& space, const SnapshotSummary& summary,
                             const DeviceId& self) {
  for (const auto& [device, theirs] : summary.chains) {
    if (device == self) {
      SACOCHE_TRY(TakeOwnChain(space, theirs, summary.server_seq));
      continue;
    }
    SACOCHE_ASSIGN(const ChainHead ours, store_->progress().PeerChain(space, device));
    if (theirs.counter == ours.counter && theirs.hash != ours.hash)
      return NotBelieved("a snapshot shows another history of a colleague's laptop");
    if (theirs.counter > ours.counter)
      SACOCHE_TRY(store_->progress().SetPeerChain(space, device, {theirs.counter, theirs.hash}));
  }
  return {};
}

// Never back.
Status Committer::MoveBehind(const SpaceId& space, const KnownHistoryFrame& history) {
  SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(space));
  if (cursor < history.sequence) SACOCHE_TRY(store_->progress().SetCursor(space, history.sequence));
  SACOCHE_ASSIGN(const KnownHistoryFrame known, store_->progress().KnownHistory(space));
  return known.sequence < history.sequence ? store_->progress().MoveKnownHistory(space, history)
                                           : Status();
}

// Whoever made the snapshot had read these envelopes from the server.
Status Committer::TakeOwnChain(const SpaceId& space, const ChainEnd& theirs,
                               std::uint64_t server_seq) {
  SACOCHE_ASSIGN(const bool forks, ForksFromOwn(*store_, space, theirs));
  if (forks) return NotBelieved("a snapshot shows another history of this laptop than its own");
  SACOCHE_ASSIGN(const ChainHead ours, store_->outbox().Head(space));
  if (theirs.counter > ours.counter)
    SACOCHE_TRY(store_->outbox().SetBase(space, {theirs.counter, theirs.hash}));
  return store_->outbox().MarkStoredUpTo(space, theirs.counter, server_seq);
}

Result<Hlc> Committer::JoinChunks(const Snapshots::Entry& of, const SnapshotSummary& summary,
                                  const VersionVector& known, CommitReport* report) {
  SACOCHE_ASSIGN(const std::uint64_t chunks, store_->snapshots().CountChunks(of));
  SnapshotOrder order;
  Hlc last;
  WrittenRecords written;
  for (std::uint64_t position = 0; position < chunks; ++position) {
    SACOCHE_ASSIGN(const Bytes chunk, store_->snapshots().ReadChunk(of, position));
    SACOCHE_ASSIGN(const auto records, DecodeSnapshotChunk(chunk));
    SACOCHE_TRY(order.Take(records));
    for (const SnapshotRecord& record : records) {
      SACOCHE_TRY(JoinRecord(summary, record, known, report, written));
      last = std::max(last, record.changed);
    }
  }
  if (order.records() != summary.records)
    return Fail(ErrorCode::kCorrupt, "a snapshot lacks records that it speaks of");
  SACOCHE_TRY(DeriveClosings(written));
  return last;
}

Status Committer::JoinRecord(const SnapshotSummary& summary, const SnapshotRecord& record,
                             const VersionVector& known, CommitReport* report,
                             WrittenRecords& written) {
  SACOCHE_ASSIGN(const auto head, store_->records().Find(record.id));
  if (head && (head->space != summary.space || head->kind != record.kind ||
               head->dossier != record.dossier))
    return NotBelieved("a snapshot puts a record into another place");
  if (!IsPossible(record, summary.known)) return NotBelieved("a snapshot contradicts itself");
  SACOCHE_TRY(store_->records().Touch(RecordHead{record.id, record.kind, record.dossier,
                                                 summary.space, record.created, record.changed}));
  std::set<FieldId> changed;
  for (const auto& [key, theirs] : record.registers) {
    Register ours;  // of a record that is new here, nothing need be looked up
    if (head) {
      SACOCHE_ASSIGN(ours, store_->records().ReadRegister(record.id, key));
    }
    if (Contradict(ours, theirs)) return NotBelieved("a snapshot alters what is known here");
    const Register joined = JoinRegisters({ours, known}, {theirs, summary.known});
    if (joined == ours) continue;
    SACOCHE_TRY(store_->records().WriteRegister(record.id, key, ours, joined));
    changed.insert(key.field);
  }
  if (changed.empty()) return {};
  if (report != nullptr) {
    report->touched.push_back(record.id);
    if (head) report->joined.insert(record.dossier);
    SACOCHE_TRY(store_->snapshots().NoteOlderHistory(record.id));
  }
  written[record.id] = {record.kind, record.dossier, {}};
  return Derive(record.id, record.kind, changed);
}

// Those of which this one holds everything are not needed any more.
Status Committer::KeepAsBase(const SpaceId& space, const Snapshots::Entry& arrived,
                             const SnapshotSummary& summary, Hlc last) {
  SACOCHE_ASSIGN(const auto taken, store_->snapshots().Taken(space));
  for (const Snapshots::Entry& before : taken) {
    SACOCHE_ASSIGN(const SnapshotSummary other, DecodeSnapshotSummary(before.summary));
    if (summary.known.Covers(other.known)) SACOCHE_TRY(store_->snapshots().Drop(before));
  }
  SACOCHE_TRY(store_->snapshots().AddToBase(space, summary.known));
  return store_->snapshots().MarkTaken(arrived, last);
}

Status Committer::JoinBase(const SpaceId& space) {
  SACOCHE_ASSIGN(const auto taken, store_->snapshots().Taken(space));
  VersionVector known;
  for (const Snapshots::Entry& entry : taken) {
    SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(entry.summary));
    SACOCHE_TRY(JoinChunks(entry, summary, known, nullptr));
    known.Join(summary.known);
  }
  return {};
}

}  // namespace sacoche
