#include "engine/store/snapshots.h"

namespace sacoche {
namespace {

Snapshots::Entry EntryAt(const StatementHandle& row) {
  return {row.IdAt<SpaceId>(0), row.IdAt<SnapshotId>(1), static_cast<Snapshots::State>(row.Int(2)),
          CopyOf(row.Blob(3)), CopyOf(row.Blob(4))};
}

}  // namespace

Status Snapshots::Put(const Entry& entry) {
  if (entry.state != State::kTaken) {
    SACOCHE_ASSIGN(const auto before, Find(entry.space, entry.state));
    if (before) SACOCHE_TRY(Drop(*before));
  }
  return database_
      ->Prepare(
          "INSERT INTO snapshot(space, id, state, head, summary, last_hlc) "
          "VALUES (?, ?, ?, ?, ?, 0)")
      .Bind(entry.space.view())
      .Bind(entry.id.view())
      .Bind(static_cast<int>(entry.state))
      .Bind(entry.head)
      .Bind(entry.summary)
      .Run();
}

Status Snapshots::PutChunk(const Entry& of, std::uint64_t position, ByteView chunk) {
  return database_
      ->Prepare("INSERT INTO snapshot_chunk(space, id, position, chunk) VALUES (?, ?, ?, ?)")
      .Bind(of.space.view())
      .Bind(of.id.view())
      .Bind(position)
      .Bind(chunk)
      .Run();
}

Result<std::uint64_t> Snapshots::CountChunks(const Entry& of) {
  auto query = database_->Prepare("SELECT count(*) FROM snapshot_chunk WHERE space = ? AND id = ?");
  SACOCHE_TRY(query.Bind(of.space.view()).Bind(of.id.view()).Step());
  return query.Uint(0);
}

Result<Bytes> Snapshots::ReadChunk(const Entry& of, std::uint64_t position) {
  auto query = database_->Prepare(
      "SELECT chunk FROM snapshot_chunk WHERE space = ? AND id = ? AND position = ?");
  query.Bind(of.space.view()).Bind(of.id.view()).Bind(position);
  SACOCHE_ASSIGN(const bool found, query.Step());
  if (!found)
    return Fail(ErrorCode::kCorrupt, "the store has lost a part of a snapshot",
                "Run `sacoche verify`: it says what is damaged, and what to do.");
  return CopyOf(query.Blob(0));
}

Status Snapshots::Drop(const Entry& entry) {
  SACOCHE_TRY(database_->Prepare("DELETE FROM snapshot_chunk WHERE space = ? AND id = ?")
                  .Bind(entry.space.view())
                  .Bind(entry.id.view())
                  .Run());
  return database_->Prepare("DELETE FROM snapshot WHERE space = ? AND id = ?")
      .Bind(entry.space.view())
      .Bind(entry.id.view())
      .Run();
}

Status Snapshots::SetSummary(const Entry& of, ByteView summary) {
  return database_->Prepare("UPDATE snapshot SET summary = ? WHERE space = ? AND id = ?")
      .Bind(summary)
      .Bind(of.space.view())
      .Bind(of.id.view())
      .Run();
}

Result<std::optional<Snapshots::Entry>> Snapshots::Find(const SpaceId& space, State state) {
  auto query = database_->Prepare(
      "SELECT space, id, state, head, summary FROM snapshot WHERE space = ? AND state = ? LIMIT 1");
  query.Bind(space.view()).Bind(static_cast<int>(state));
  SACOCHE_ASSIGN(const bool found, query.Step());
  if (!found) return std::optional<Entry>();
  return std::optional<Entry>(EntryAt(query));
}

Result<std::vector<Snapshots::Entry>> Snapshots::Taken(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT space, id, state, head, summary FROM snapshot WHERE space = ? AND state = ? "
      "ORDER BY id");
  query.Bind(space.view()).Bind(static_cast<int>(State::kTaken));
  std::vector<Entry> taken;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return taken;
    taken.push_back(EntryAt(query));
  }
}

Status Snapshots::MarkTaken(const Entry& entry, Hlc last) {
  return database_
      ->Prepare("UPDATE snapshot SET state = ?, last_hlc = ? WHERE space = ? AND id = ?")
      .Bind(static_cast<int>(State::kTaken))
      .Bind(last.bits)
      .Bind(entry.space.view())
      .Bind(entry.id.view())
      .Run();
}

Status Snapshots::AddToBase(const SpaceId& space, const VersionVector& known) {
  SACOCHE_ASSIGN(VersionVector base, Base(space));
  base.Join(known);
  SACOCHE_TRY(database_->Prepare("DELETE FROM base WHERE space = ?").Bind(space.view()).Run());
  const auto put = [&](const ReplicaId& replica, std::uint64_t first, std::uint64_t last) {
    return database_->Prepare("INSERT INTO base(space, replica, first, last) VALUES (?, ?, ?, ?)")
        .Bind(space.view())
        .Bind(replica.view())
        .Bind(first)
        .Bind(last)
        .Run();
  };
  for (const auto& [replica, up_to] : base.contiguous()) SACOCHE_TRY(put(replica, 1, up_to));
  for (const Dot& dot : base.beyond()) SACOCHE_TRY(put(dot.replica, dot.counter, dot.counter));
  return {};
}

Result<VersionVector> Snapshots::Base(const SpaceId& space) {
  auto query = database_->Prepare("SELECT replica, first, last FROM base WHERE space = ?");
  query.Bind(space.view());
  VersionVector base;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return base;
    if (query.Uint(1) == 1) {
      base.AddUpTo(query.IdAt<ReplicaId>(0), query.Uint(2));
    } else {
      base.Add({query.IdAt<ReplicaId>(0), query.Uint(1)});
    }
  }
}

Result<bool> Snapshots::IsInBase(const SpaceId& space, const Dot& dot) {
  auto query = database_->Prepare(
      "SELECT 1 FROM base WHERE space = ? AND replica = ? AND first <= ? AND last >= ?");
  return query.Bind(space.view())
      .Bind(dot.replica.view())
      .Bind(dot.counter)
      .Bind(dot.counter)
      .Step();
}

Result<std::vector<SpaceId>> Snapshots::Spaces() {
  auto query = database_->Prepare("SELECT DISTINCT space FROM base");
  std::vector<SpaceId> spaces;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return spaces;
    spaces.push_back(query.IdAt<SpaceId>(0));
  }
}

Status Snapshots::NoteOlderHistory(const RecordId& record) {
  return database_->Prepare("INSERT OR IGNORE INTO older_history(record) VALUES (?)")
      .Bind(record.view())
      .Run();
}

Result<bool> Snapshots::HasOlderHistory(const RecordId& record) {
  auto query = database_->Prepare("SELECT 1 FROM older_history WHERE record = ?");
  return query.Bind(record.view()).Step();
}

}  // namespace sacoche
