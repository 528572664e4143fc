#include "engine/store/change_log.h"

#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

Bytes EncodeDots(const std::vector<Dot>& dots) {
  ByteWriter out;
  for (const Dot& dot : dots) {
    out.Raw(dot.replica.view());
    out.Varint(dot.counter);
  }
  return std::move(out).Take();
}

Result<std::vector<Dot>> DecodeDots(ByteView bytes) {
  ByteReader in(bytes);
  std::vector<Dot> dots;
  while (in.ok() && in.remaining() > 0) {
    Dot dot;
    dot.replica = ReplicaId::FromArray(in.Array<16>());
    dot.counter = in.Varint();
    dots.push_back(dot);
  }
  SACOCHE_TRY(in.Finish("a row of the change log"));
  return dots;
}

}  // namespace

Result<std::optional<std::int64_t>> ChangeLog::Find(const SpaceId& space, const Dot& dot) {
  auto query = database_->Prepare(
      "SELECT seq FROM change_log WHERE space = ? AND replica = ? AND counter = ?");
  query.Bind(space.view()).Bind(dot.replica.view()).Bind(dot.counter);
  SACOCHE_ASSIGN(const bool found, query.Step());
  if (!found) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(query.Int(0));
}

Result<Change> ChangeLog::Read(std::int64_t seq) {
  auto head = database_->Prepare(
      "SELECT replica, counter, hlc, author, dossier FROM change_log WHERE seq = ?");
  SACOCHE_ASSIGN(const bool found, head.Bind(seq).Step());
  if (!found) return Fail(ErrorCode::kNotFound, "no such change in the log");
  Change change;
  change.dot = Dot{head.IdAt<ReplicaId>(0), head.Uint(1)};
  change.hlc = Hlc{head.Uint(2)};
  change.author = head.IdAt<DeviceId>(3);
  change.dossier = head.IdAt<RecordId>(4);
  auto writes = database_->Prepare(
      "SELECT record, kind, field, element, value, overwritten FROM change_write WHERE seq = ? "
      "ORDER BY position");
  writes.Bind(seq);
  while (true) {
    SACOCHE_ASSIGN(const bool row, writes.Step());
    if (!row) return change;
    const auto record = writes.IdAt<RecordId>(0);
    if (change.records.empty() || change.records.back().record != record)
      change.records.push_back(RecordWrite{record, KindId(writes.Uint(1)), {}});
    FieldWrite write{FieldId(writes.Uint(2)), CopyOf(writes.Blob(3)), {}, {}};
    SACOCHE_ASSIGN(write.value, DecodeValue(writes.Blob(4)));
    SACOCHE_ASSIGN(write.overwritten, DecodeDots(writes.Blob(5)));
    change.records.back().writes.push_back(std::move(write));
  }
}

Status ChangeLog::Append(const SpaceId& space, const Change& change, Origin origin) {
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO change_log(space, replica, counter, hlc, author, dossier, "
                            "origin) VALUES (?, ?, ?, ?, ?, ?, ?)")
                  .Bind(space.view())
                  .Bind(change.dot.replica.view())
                  .Bind(change.dot.counter)
                  .Bind(change.hlc.bits)
                  .Bind(change.author.view())
                  .Bind(change.dossier.view())
                  .Bind(static_cast<int>(origin))
                  .Run());
  const std::int64_t seq = database_->LastInsertRowId();
  int position = 0;
  for (const RecordWrite& record : change.records) SACOCHE_TRY(AppendWrites(seq, record, position));
  return {};
}

Status ChangeLog::AppendWrites(std::int64_t seq, const RecordWrite& record, int& position) {
  for (const FieldWrite& write : record.writes) {
    const Bytes value = EncodeValue(write.value);
    const Bytes overwritten = EncodeDots(write.overwritten);
    SACOCHE_TRY(database_
                    ->Prepare("INSERT INTO change_write(seq, position, record, kind, field, "
                              "element, value, overwritten) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                    .Bind(seq)
                    .Bind(position++)
                    .Bind(record.record.view())
                    .Bind(static_cast<std::uint64_t>(record.kind))
                    .Bind(static_cast<std::uint64_t>(write.field))
                    .Bind(write.element)
                    .Bind(value)
                    .Bind(overwritten)
                    .Run());
  }
  return {};
}

Result<std::uint64_t> ChangeLog::NextCounter(const SpaceId& space, const ReplicaId& replica) {
  auto query =
      database_->Prepare("SELECT max(counter) FROM change_log WHERE space = ? AND replica = ?");
  SACOCHE_TRY(query.Bind(space.view()).Bind(replica.view()).Step());
  return query.Uint(0) + 1;
}

Result<Hlc> ChangeLog::LastHlcUpTo(Hlc bound) {
  auto query = database_->Prepare("SELECT max(hlc) FROM change_log WHERE hlc <= ?");
  SACOCHE_TRY(query.Bind(bound.bits).Step());
  return Hlc{query.Uint(0)};
}

Result<std::vector<ChangeLog::Unsealed>> ChangeLog::ReadUnsealed(const SpaceId& space,
                                                                 std::size_t count_max) {
  std::vector<std::int64_t> sequences;
  {
    auto query = database_->Prepare(
        "SELECT seq FROM change_log WHERE space = ? AND origin = 1 AND envelope_counter IS NULL "
        "ORDER BY seq LIMIT ?");
    query.Bind(space.view()).Bind(static_cast<std::uint64_t>(count_max));
    while (true) {
      SACOCHE_ASSIGN(const bool row, query.Step());
      if (!row) break;
      sequences.push_back(query.Int(0));
    }
  }
  std::vector<Unsealed> unsealed;
  for (const std::int64_t seq : sequences) {
    SACOCHE_ASSIGN(Change change, Read(seq));
    unsealed.push_back(Unsealed{seq, std::move(change)});
  }
  return unsealed;
}

Status ChangeLog::MarkSealed(std::int64_t seq, std::uint64_t envelope_counter) {
  return database_->Prepare("UPDATE change_log SET envelope_counter = ? WHERE seq = ?")
      .Bind(envelope_counter)
      .Bind(seq)
      .Run();
}

Result<std::uint64_t> ChangeLog::CountUnsealed() {
  auto query = database_->Prepare(
      "SELECT count(*) FROM change_log WHERE origin = 1 AND envelope_counter IS NULL");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Result<std::vector<HistoryEntry>> ChangeLog::History(const RecordId& record) {
  auto query = database_->Prepare(
      "SELECT l.hlc, l.author, l.replica, l.counter, w.field, w.element, w.value, l.origin "
      "FROM change_write w JOIN change_log l USING(seq) WHERE w.record = ? "
      "ORDER BY l.hlc, l.author, w.position");
  query.Bind(record.view());
  std::vector<HistoryEntry> history;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return history;
    HistoryEntry entry{Hlc{query.Uint(0)},
                       query.IdAt<DeviceId>(1),
                       Dot{query.IdAt<ReplicaId>(2), query.Uint(3)},
                       FieldId(query.Uint(4)),
                       CopyOf(query.Blob(5)),
                       {},
                       static_cast<Origin>(query.Int(7))};
    SACOCHE_ASSIGN(entry.value, DecodeValue(query.Blob(6)));
    history.push_back(std::move(entry));
  }
}

Result<VersionVector> ChangeLog::Known(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT replica, counter FROM change_log WHERE space = ? ORDER BY replica, counter");
  query.Bind(space.view());
  VersionVector known;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return known;
    known.Add(Dot{query.IdAt<ReplicaId>(0), query.Uint(1)});
  }
}

Result<std::uint64_t> ChangeLog::Count() {
  auto query = database_->Prepare("SELECT count(*) FROM change_log");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Result<ChangeLog::Holes> ChangeLog::FindHoles() {
  const auto count = [&](StatementHandle query) -> Result<std::uint64_t> {
    SACOCHE_TRY(query.Step());
    return query.Uint(0);
  };
  Holes holes;
  SACOCHE_ASSIGN(holes.replicas_with_gaps,
                 count(database_->Prepare(
                     "SELECT count(*) FROM (SELECT 1 FROM change_log GROUP BY space, replica "
                     "HAVING count(*) <> max(counter))")));
  SACOCHE_ASSIGN(holes.values_without_change,
                 count(database_->Prepare(
                     "SELECT count(*) FROM sibling JOIN record ON record.id = sibling.record "
                     "WHERE NOT EXISTS (SELECT 1 FROM change_log WHERE space = record.space "
                     "AND replica = sibling.replica AND counter = sibling.counter)")));
  SACOCHE_ASSIGN(holes.changes_without_writes,
                 count(database_->Prepare(
                     "SELECT count(*) FROM change_log WHERE NOT EXISTS "
                     "(SELECT 1 FROM change_write WHERE change_write.seq = change_log.seq)")));
  return holes;
}

}  // namespace sacoche
