// The part of SqliteEnvelopeStore that keeps snapshots and drops what they stand for.

#include "platform/sqlite/transaction.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"

namespace sacoche {

Result<std::map<DeviceId, EnvelopeStore::ChainEnd>> SqliteEnvelopeStore::ChainEnds(
    const SpaceId& space) {
  std::map<DeviceId, ChainEnd> ends;
  auto read = database_->Prepare("SELECT device, counter, manifest FROM chains WHERE space = ?");
  read.Bind(space.view());
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return ends;
    ends[read.IdAt<DeviceId>(0)] = {read.Uint(1), read.ArrayAt<32>(2)};
  }
}

Result<std::uint64_t> SqliteEnvelopeStore::CountSnapshotParts(const SealedSnapshotHead& head) {
  auto count = database_->Prepare("SELECT count(*) FROM snapshot_parts WHERE space = ? AND id = ?");
  count.Bind(head.identity.space.view()).Bind(head.identity.id.view());
  SACOCHE_TRY(count.Step());
  return count.Uint(0);
}

Result<std::uint64_t> SqliteEnvelopeStore::BeginSnapshot(const SealedSnapshotHead& head) {
  const SnapshotIdentity& identity = head.identity;
  const Bytes bytes = EncodeSnapshotHead(head);
  {
    auto find =
        database_->Prepare("SELECT 1 FROM snapshots WHERE space = ? AND id = ? AND head = ?");
    find.Bind(identity.space.view()).Bind(identity.id.view()).Bind(bytes);
    SACOCHE_ASSIGN(const bool known, find.Step());
    if (known) return CountSnapshotParts(head);
  }
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  SACOCHE_TRY(DropIncomplete(identity));
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO snapshots(space, id, device, covers, head)"
                            " VALUES(?, ?, ?, 0, ?)")
                  .Bind(identity.space.view())
                  .Bind(identity.id.view())
                  .Bind(identity.device.view())
                  .Bind(bytes)
                  .Run());
  SACOCHE_TRY(transaction.Commit());
  return std::uint64_t{0};
}

// The device's own in the space.
Status SqliteEnvelopeStore::DropIncomplete(const SnapshotIdentity& identity) {
  SACOCHE_TRY(database_
                  ->Prepare("DELETE FROM snapshot_parts WHERE space = ?1 AND id IN"
                            " (SELECT id FROM snapshots WHERE space = ?1 AND covers = 0"
                            "  AND device = ?2)")
                  .Bind(identity.space.view())
                  .Bind(identity.device.view())
                  .Run());
  return database_->Prepare("DELETE FROM snapshots WHERE space = ? AND covers = 0 AND device = ?")
      .Bind(identity.space.view())
      .Bind(identity.device.view())
      .Run();
}

Result<std::uint64_t> SqliteEnvelopeStore::AppendSnapshotPart(const SealedSnapshotHead& head,
                                                              std::uint64_t index, ByteView part) {
  SACOCHE_ASSIGN(const std::uint64_t held, BeginSnapshot(head));
  if (index != held || held == head.part_hashes.size()) return held;
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO snapshot_parts(space, id, position, part)"
                            " VALUES(?, ?, ?, ?)")
                  .Bind(head.identity.space.view())
                  .Bind(head.identity.id.view())
                  .Bind(index)
                  .Bind(part)
                  .Run());
  if (held + 1 == head.part_hashes.size()) SACOCHE_TRY(CompleteSnapshot(head.identity));
  SACOCHE_TRY(transaction.Commit());
  return held + 1;
}

Status SqliteEnvelopeStore::CompleteSnapshot(const SnapshotIdentity& identity) {
  SACOCHE_TRY(database_
                  ->Prepare("DELETE FROM snapshot_parts WHERE space = ?1 AND id IN"
                            " (SELECT id FROM snapshots WHERE space = ?1 AND covers > 0)")
                  .Bind(identity.space.view())
                  .Run());
  SACOCHE_TRY(database_->Prepare("DELETE FROM snapshots WHERE space = ? AND covers > 0")
                  .Bind(identity.space.view())
                  .Run());
  return database_->Prepare("UPDATE snapshots SET covers = ? WHERE space = ? AND id = ?")
      .Bind(identity.sequence)
      .Bind(identity.space.view())
      .Bind(identity.id.view())
      .Run();
}

Result<std::optional<StoredSnapshot>> SqliteEnvelopeStore::NewestSnapshot(const SpaceId& space) {
  auto find = database_->Prepare("SELECT head FROM snapshots WHERE space = ? AND covers > 0");
  SACOCHE_ASSIGN(const bool found, find.Bind(space.view()).Step());
  if (!found) return std::optional<StoredSnapshot>();
  Bytes bytes = CopyOf(find.Blob(0));
  SACOCHE_ASSIGN(const SealedSnapshotHead head, DecodeSnapshotHead(bytes));
  return std::optional(StoredSnapshot{head.identity, head.part_hashes.size(), std::move(bytes)});
}

Result<Bytes> SqliteEnvelopeStore::ReadSnapshotPart(const StoredSnapshot& snapshot,
                                                    std::uint64_t index) {
  auto find = database_->Prepare(
      "SELECT part FROM snapshot_parts WHERE space = ? AND id = ? AND position = ?");
  find.Bind(snapshot.identity.space.view()).Bind(snapshot.identity.id.view()).Bind(index);
  SACOCHE_ASSIGN(const bool found, find.Step());
  if (!found) return Fail(ErrorCode::kCorrupt, "a part of a snapshot is missing");
  return CopyOf(find.Blob(0));
}

// The last of those from the beginning that came before the retention's time.
Result<std::uint64_t> SqliteEnvelopeStore::LastThatMayGo(const SpaceId& space,
                                                         std::uint64_t covered,
                                                         const Retention& retention) {
  auto first = database_->Prepare(
      "SELECT min(sequence) FROM arrivals WHERE space = ? AND sequence > ? AND received_s >= ?");
  SACOCHE_ASSIGN(const std::uint64_t dropped, DroppedUpTo(space));
  first.Bind(space.view()).Bind(dropped).Bind(retention.received_before_s);
  SACOCHE_TRY(first.Step());
  return first.IsNull(0) ? covered : std::min(covered, first.Uint(0) - 1);
}

Result<std::uint64_t> SqliteEnvelopeStore::DropCovered(const SpaceId& space,
                                                       const Retention& retention) {
  SACOCHE_ASSIGN(const std::uint64_t dropped, DroppedUpTo(space));
  SACOCHE_ASSIGN(const auto newest, NewestSnapshot(space));
  if (!newest) return dropped;
  SACOCHE_ASSIGN(const std::uint64_t up_to,
                 LastThatMayGo(space, newest->identity.sequence, retention));
  if (up_to <= dropped) return dropped;
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  SACOCHE_TRY(database_
                  ->Prepare("UPDATE envelopes SET envelope = x'' WHERE space = ? AND sequence > ?"
                            " AND sequence <= ?")
                  .Bind(space.view())
                  .Bind(dropped)
                  .Bind(up_to)
                  .Run());
  SACOCHE_TRY(database_->Prepare("INSERT OR REPLACE INTO drops(space, up_to) VALUES(?, ?)")
                  .Bind(space.view())
                  .Bind(up_to)
                  .Run());
  SACOCHE_TRY(transaction.Commit());
  return up_to;
}

Result<std::uint64_t> SqliteEnvelopeStore::DroppedUpTo(const SpaceId& space) {
  auto find = database_->Prepare("SELECT up_to FROM drops WHERE space = ?");
  SACOCHE_ASSIGN(const bool found, find.Bind(space.view()).Step());
  return found ? find.Uint(0) : 0;
}

Result<std::vector<SpaceId>> SqliteEnvelopeStore::Spaces() {
  std::vector<SpaceId> spaces;
  auto read = database_->Prepare("SELECT space FROM spaces ORDER BY space");
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return spaces;
    spaces.push_back(read.IdAt<SpaceId>(0));
  }
}

}  // namespace sacoche
