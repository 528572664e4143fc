#include "engine/store/change_log.h"

#include <set>

#include "engine/record/value_codec.h"
#include "engine/store/snapshots.h"

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

void NameWhatWasReplaced(std::vector<HistoryEntry>& history,
                         const std::vector<std::vector<Dot>>& overwritten) {
  std::map<std::tuple<Dot, FieldId, Bytes>, const Value*> values;
  for (const HistoryEntry& entry : history)
    values[{entry.dot, entry.field, entry.element}] = &entry.value;
  for (std::size_t i = 0; i < history.size(); ++i)
    for (const Dot& dot : overwritten[i]) {
      const auto found = values.find({dot, history[i].field, history[i].element});
      if (found != values.end()) history[i].before.push_back(*found->second);
    }
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

Result<bool> ChangeLog::WasApplied(const SpaceId& space, const Dot& dot) {
  SACOCHE_ASSIGN(const auto found, Find(space, dot));
  return found ? Result<bool>(true) : Snapshots(database_).IsInBase(space, dot);
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

Result<std::optional<ChangeLog::Entry>> ChangeLog::ReadEntry(std::int64_t seq) {
  auto query =
      database_->Prepare("SELECT space, origin, envelope_counter FROM change_log WHERE seq = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(seq).Step());
  if (!found) return std::optional<Entry>();
  Entry entry{query.IdAt<SpaceId>(0), static_cast<Origin>(query.Int(1)), {}, {}};
  if (!query.IsNull(2)) entry.envelope_counter = query.Uint(2);
  SACOCHE_ASSIGN(entry.change, Read(seq));
  return std::optional<Entry>(std::move(entry));
}

Result<std::int64_t> ChangeLog::LastSequence() {
  auto query = database_->Prepare("SELECT max(seq) FROM change_log");
  const auto stepped = query.Step();
  if (stepped) return query.Int(0);
  if (stepped.error().code != ErrorCode::kCorrupt) return Forward(stepped.error());
  // The end of one table is damaged; that of the other tells the same.
  auto writes = database_->Prepare("SELECT max(seq) FROM change_write");
  SACOCHE_TRY(writes.Step());
  return writes.Int(0);
}

Result<std::vector<SpaceId>> ChangeLog::Spaces() {
  auto query = database_->Prepare("SELECT DISTINCT space FROM change_log");
  std::vector<SpaceId> spaces;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return spaces;
    spaces.push_back(query.IdAt<SpaceId>(0));
  }
}

Status ChangeLog::Append(const SpaceId& space, const Change& change, Origin origin,
                         std::optional<std::uint64_t> received_s) {
  // 0 becomes NULL.
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO change_log(space, replica, counter, hlc, author, dossier, "
                            "origin, received_s) VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0))")
                  .Bind(space.view())
                  .Bind(change.dot.replica.view())
                  .Bind(change.dot.counter)
                  .Bind(change.hlc.bits)
                  .Bind(change.author.view())
                  .Bind(change.dossier.view())
                  .Bind(static_cast<int>(origin))
                  .Bind(received_s.value_or(0))
                  .Run());
  const std::int64_t seq = database_->LastInsertRowId();
  int position = 0;
  for (const RecordWrite& record : change.records) SACOCHE_TRY(AppendWrites(seq, record, position));
  return {};
}

Status ChangeLog::MarkReceived(const SpaceId& space, std::uint64_t envelope_counter,
                               std::uint64_t received_s) {
  return database_
      ->Prepare(
          "UPDATE change_log SET received_s = ? "
          "WHERE space = ? AND envelope_counter = ? AND origin = 1")
      .Bind(received_s)
      .Bind(space.view())
      .Bind(envelope_counter)
      .Run();
}

Status ChangeLog::MarkReceived(const SpaceId& space, const Dot& dot, std::uint64_t received_s) {
  return database_
      ->Prepare(
          "UPDATE change_log SET received_s = ? WHERE space = ? AND replica = ? AND counter = ?")
      .Bind(received_s)
      .Bind(space.view())
      .Bind(dot.replica.view())
      .Bind(dot.counter)
      .Run();
}

Result<std::optional<std::uint64_t>> ChangeLog::ReceivedAt(const SpaceId& space, const Dot& dot) {
  auto query = database_->Prepare(
      "SELECT coalesce(received_s, 0) FROM change_log "
      "WHERE space = ? AND replica = ? AND counter = ?");
  query.Bind(space.view()).Bind(dot.replica.view()).Bind(dot.counter);
  SACOCHE_ASSIGN(const bool found, query.Step());
  const std::uint64_t received_s = found ? query.Uint(0) : 0;
  return received_s == 0 ? std::optional<std::uint64_t>() : std::optional(received_s);
}

Result<std::optional<std::uint64_t>> ChangeLog::LastReceivedFrom(const DeviceId& author) {
  auto query =
      database_->Prepare("SELECT coalesce(max(received_s), 0) FROM change_log WHERE author = ?");
  query.Bind(author.view());
  SACOCHE_TRY(query.Step());
  const std::uint64_t received_s = query.Uint(0);
  return received_s == 0 ? std::optional<std::uint64_t>() : std::optional(received_s);
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
  auto base = database_->Prepare("SELECT max(last) FROM base WHERE space = ? AND replica = ?");
  SACOCHE_TRY(base.Bind(space.view()).Bind(replica.view()).Step());
  return std::max(query.Uint(0), base.Uint(0)) + 1;
}

Result<Hlc> ChangeLog::LastHlcUpTo(Hlc bound) {
  auto query = database_->Prepare("SELECT max(hlc) FROM change_log WHERE hlc <= ?");
  SACOCHE_TRY(query.Bind(bound.bits).Step());
  auto base = database_->Prepare("SELECT max(last_hlc) FROM snapshot WHERE last_hlc <= ?");
  SACOCHE_TRY(base.Bind(bound.bits).Step());
  return Hlc{std::max(query.Uint(0), base.Uint(0))};
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

Status ChangeLog::UnsealFrom(const SpaceId& space, std::uint64_t envelope_counter) {
  return database_
      ->Prepare(
          "UPDATE change_log SET envelope_counter = NULL "
          "WHERE space = ? AND origin = 1 AND envelope_counter >= ?")
      .Bind(space.view())
      .Bind(envelope_counter)
      .Run();
}

Status ChangeLog::RewriteDots(std::int64_t seq, const Change& change) {
  SACOCHE_TRY(database_->Prepare("UPDATE change_log SET replica = ?, counter = ? WHERE seq = ?")
                  .Bind(change.dot.replica.view())
                  .Bind(change.dot.counter)
                  .Bind(seq)
                  .Run());
  int position = 0;
  for (const RecordWrite& record : change.records)
    for (const FieldWrite& write : record.writes)
      SACOCHE_TRY(database_
                      ->Prepare("UPDATE change_write SET overwritten = ?, value = ? "
                                "WHERE seq = ? AND position = ?")
                      .Bind(EncodeDots(write.overwritten))
                      .Bind(EncodeValue(write.value))
                      .Bind(seq)
                      .Bind(position++)
                      .Run());
  return {};
}

Result<std::uint64_t> ChangeLog::CountUnsealed() {
  auto query = database_->Prepare(
      "SELECT count(*) FROM change_log WHERE origin = 1 AND envelope_counter IS NULL");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Result<std::optional<ChangeLog::OwnWrite>> ChangeLog::LastOwnWrite(const SpaceId& space,
                                                                   const RecordId& record) {
  auto query = database_->Prepare(
      "SELECT coalesce(l.envelope_counter, 0), coalesce(l.received_s, 0)"
      " FROM change_write w JOIN change_log l ON l.seq = w.seq"
      " WHERE w.record = ? AND l.space = ? AND l.origin = 1"
      " ORDER BY l.envelope_counter IS NULL DESC, l.envelope_counter DESC LIMIT 1");
  SACOCHE_ASSIGN(const bool found, query.Bind(record.view()).Bind(space.view()).Step());
  if (!found) return std::optional<OwnWrite>();
  OwnWrite last{std::nullopt, query.Uint(1)};
  if (query.Uint(0) > 0) last.envelope_counter = query.Uint(0);
  return std::optional(last);
}

Result<std::vector<ChangeLog::WrittenField>> ChangeLog::FieldsWaiting() {
  auto query = database_->Prepare(
      "SELECT DISTINCT l.space, w.kind, w.field FROM ("
      "  SELECT space, seq FROM change_log WHERE origin = 1 AND envelope_counter IS NULL"
      // What waits is little, and asked first.
      "  UNION ALL SELECT o.space, own.seq FROM outbox o CROSS JOIN change_log own"
      "    ON own.space = o.space AND own.envelope_counter = o.counter AND own.origin = 1"
      "  WHERE o.server_seq IS NULL AND o.refusal IS NULL) l"
      " JOIN change_write w ON w.seq = l.seq");
  std::vector<WrittenField> fields;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return fields;
    fields.push_back({query.IdAt<SpaceId>(0), KindId(query.Uint(1)), FieldId(query.Uint(2))});
  }
}

Result<std::vector<std::int64_t>> ChangeLog::SequencesOf(const SpaceId& space) {
  auto query = database_->Prepare("SELECT seq FROM change_log WHERE space = ? ORDER BY seq");
  query.Bind(space.view());
  std::vector<std::int64_t> sequences;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return sequences;
    sequences.push_back(query.Int(0));
  }
}

Result<std::vector<HistoryEntry>> ChangeLog::History(const RecordId& record) {
  auto query = database_->Prepare(
      "SELECT l.hlc, l.author, l.replica, l.counter, w.field, w.element, w.value, l.origin, "
      "coalesce(l.received_s, 0), w.overwritten "
      "FROM change_write w JOIN change_log l USING(seq) WHERE w.record = ? "
      "ORDER BY l.hlc, l.author, w.position");
  query.Bind(record.view());
  std::vector<HistoryEntry> history;
  std::vector<std::vector<Dot>> overwritten;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) break;
    HistoryEntry entry{Hlc{query.Uint(0)},
                       query.IdAt<DeviceId>(1),
                       Dot{query.IdAt<ReplicaId>(2), query.Uint(3)},
                       FieldId(query.Uint(4)),
                       CopyOf(query.Blob(5)),
                       {},
                       static_cast<Origin>(query.Int(7)),
                       {},
                       {}};
    if (const std::uint64_t received_s = query.Uint(8); received_s != 0)
      entry.received_s = received_s;
    SACOCHE_ASSIGN(entry.value, DecodeValue(query.Blob(6)));
    SACOCHE_ASSIGN(std::vector<Dot> dots, DecodeDots(query.Blob(9)));
    overwritten.push_back(std::move(dots));
    history.push_back(std::move(entry));
  }
  NameWhatWasReplaced(history, overwritten);
  return history;
}

Result<VersionVector> ChangeLog::Known(const SpaceId& space) {
  SACOCHE_ASSIGN(VersionVector known, Snapshots(database_).Base(space));
  auto query = database_->Prepare(
      "SELECT replica, counter FROM change_log WHERE space = ? ORDER BY replica, counter");
  query.Bind(space.view());
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

Result<std::uint64_t> ChangeLog::CountReplicasWithGaps() {
  SACOCHE_ASSIGN(const std::vector<SpaceId> logged, Spaces());
  SACOCHE_ASSIGN(const std::vector<SpaceId> based, Snapshots(database_).Spaces());
  std::set<SpaceId> spaces(logged.begin(), logged.end());
  spaces.insert(based.begin(), based.end());
  std::uint64_t with_gaps = 0;
  for (const SpaceId& space : spaces) {
    SACOCHE_ASSIGN(const VersionVector known, Known(space));
    std::set<ReplicaId> replicas;
    for (const Dot& dot : known.beyond()) replicas.insert(dot.replica);
    with_gaps += replicas.size();
  }
  return with_gaps;
}

Result<ChangeLog::Holes> ChangeLog::FindHoles() {
  const auto count = [&](StatementHandle query) -> Result<std::uint64_t> {
    SACOCHE_TRY(query.Step());
    return query.Uint(0);
  };
  Holes holes;
  SACOCHE_ASSIGN(holes.replicas_with_gaps, CountReplicasWithGaps());
  SACOCHE_ASSIGN(holes.values_without_change,
                 count(database_->Prepare(
                     "SELECT count(*) FROM sibling JOIN record ON record.id = sibling.record "
                     "WHERE NOT EXISTS (SELECT 1 FROM change_log WHERE space = record.space "
                     "AND replica = sibling.replica AND counter = sibling.counter) "
                     "AND NOT EXISTS (SELECT 1 FROM base WHERE space = record.space "
                     "AND replica = sibling.replica AND first <= sibling.counter "
                     "AND last >= sibling.counter)")));
  SACOCHE_ASSIGN(holes.changes_without_writes,
                 count(database_->Prepare(
                     "SELECT count(*) FROM change_log WHERE NOT EXISTS "
                     "(SELECT 1 FROM change_write WHERE change_write.seq = change_log.seq)")));
  return holes;
}

}  // namespace sacoche
