#include "engine/store/outbox.h"

namespace sacoche {

Status Outbox::Put(const OutboxEntry& entry) {
  return database_
      ->Prepare(
          "INSERT INTO outbox(space, counter, envelope_id, hash, envelope, changes) "
          "VALUES (?, ?, ?, ?, ?, ?)")
      .Bind(entry.space.view())
      .Bind(entry.counter)
      .Bind(entry.id.view())
      .Bind(entry.hash)
      .Bind(entry.envelope)
      .Bind(entry.changes)
      .Run();
}

Result<ChainHead> Outbox::Head(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT counter, hash FROM outbox WHERE space = ? ORDER BY counter DESC LIMIT 1");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Step());
  SACOCHE_ASSIGN(const ChainHead base, Base(space));
  if (!found || query.Uint(0) < base.counter) return base;
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
}

Result<ChainHead> Outbox::Base(const SpaceId& space) {
  auto query = database_->Prepare("SELECT counter, hash FROM own_base WHERE space = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Step());
  if (!found) return ChainHead{};
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
}

Status Outbox::SetBase(const SpaceId& space, const ChainHead& base) {
  return database_
      ->Prepare("INSERT OR REPLACE INTO own_base(space, counter, hash) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(base.counter)
      .Bind(base.hash)
      .Run();
}

Result<std::vector<OutboxEntry>> Outbox::Waiting(const SpaceId& space, std::uint64_t after_counter,
                                                 std::size_t bytes_max, std::size_t count_max) {
  auto query = database_->Prepare(
      "SELECT counter, envelope_id, hash, envelope, changes FROM outbox "
      "WHERE space = ? AND counter > ? AND server_seq IS NULL ORDER BY counter LIMIT ?");
  query.Bind(space.view()).Bind(after_counter).Bind(static_cast<std::uint64_t>(count_max));
  std::vector<OutboxEntry> entries;
  std::size_t bytes = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return entries;
    bytes += query.Blob(3).size();
    if (!entries.empty() && bytes > bytes_max) return entries;
    entries.push_back(OutboxEntry{space, query.Uint(0), query.IdAt<EnvelopeId>(1),
                                  query.ArrayAt<32>(2), CopyOf(query.Blob(3)), query.Uint(4)});
  }
}

Result<bool> Outbox::IsWaiting(const EnvelopeId& id) {
  auto query =
      database_->Prepare("SELECT 1 FROM outbox WHERE envelope_id = ? AND server_seq IS NULL");
  return query.Bind(id.view()).Step();
}

Status Outbox::MarkStored(const EnvelopeId& id, std::uint64_t server_seq) {
  return database_
      ->Prepare("UPDATE outbox SET server_seq = ?, refusal = NULL WHERE envelope_id = ?")
      .Bind(server_seq)
      .Bind(id.view())
      .Run();
}

Status Outbox::MarkStoredUpTo(const SpaceId& space, std::uint64_t counter,
                              std::uint64_t server_seq) {
  return database_
      ->Prepare(
          "UPDATE outbox SET server_seq = ?, refusal = NULL "
          "WHERE space = ? AND counter <= ? AND server_seq IS NULL")
      .Bind(server_seq)
      .Bind(space.view())
      .Bind(counter)
      .Run();
}

Status Outbox::MarkRefused(const EnvelopeId& id, ProblemType problem) {
  return database_
      ->Prepare("UPDATE outbox SET refusal = ? WHERE envelope_id = ? AND server_seq IS NULL")
      .Bind(static_cast<int>(problem))
      .Bind(id.view())
      .Run();
}

Status Outbox::ForgetStored(const SpaceId& space) {
  return database_
      ->Prepare("UPDATE outbox SET server_seq = NULL WHERE space = ? AND server_seq IS NOT NULL")
      .Bind(space.view())
      .Run();
}

Result<std::optional<Outbox::Sent>> Outbox::Find(const SpaceId& space, std::uint64_t counter) {
  auto query = database_->Prepare(
      "SELECT envelope_id, hash, server_seq IS NOT NULL, coalesce(server_seq, 0),"
      " refusal IS NOT NULL FROM outbox "
      "WHERE space = ? AND counter = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(counter).Step());
  if (!found) return std::optional<Sent>();
  return std::optional<Sent>(Sent{query.IdAt<EnvelopeId>(0), query.ArrayAt<32>(1),
                                  query.Int(2) != 0, query.Uint(3), query.Int(4) != 0});
}

Result<std::uint64_t> Outbox::CountWaiting(const SpaceId& space) {
  auto query =
      database_->Prepare("SELECT count(*) FROM outbox WHERE space = ? AND server_seq IS NULL");
  SACOCHE_TRY(query.Bind(space.view()).Step());
  return query.Uint(0);
}

Result<std::uint64_t> Outbox::LastStoredCounter(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT max(counter) FROM outbox WHERE space = ? AND server_seq IS NOT NULL");
  SACOCHE_TRY(query.Bind(space.view()).Step());
  return query.Uint(0);
}

Result<std::uint64_t> Outbox::LastStored(const SpaceId& space) {
  auto query = database_->Prepare("SELECT max(server_seq) FROM outbox WHERE space = ?");
  SACOCHE_TRY(query.Bind(space.view()).Step());
  return query.Uint(0);
}

Result<std::vector<Outbox::Place>> Outbox::StoredBetween(const SpaceId& space, std::uint64_t after,
                                                         std::uint64_t before) {
  auto query = database_->Prepare(
      "SELECT server_seq, hash FROM outbox WHERE space = ? AND server_seq IS NOT NULL "
      "AND server_seq > ? AND server_seq < ? ORDER BY server_seq");
  query.Bind(space.view()).Bind(after).Bind(before);
  std::vector<Place> places;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return places;
    places.push_back({query.Uint(0), query.ArrayAt<32>(1)});
  }
}

Result<std::optional<std::uint64_t>> Outbox::DropUnstored(const SpaceId& space) {
  auto query =
      database_->Prepare("SELECT min(counter) FROM outbox WHERE space = ? AND server_seq IS NULL");
  SACOCHE_TRY(query.Bind(space.view()).Step());
  if (query.IsNull(0)) return std::optional<std::uint64_t>();
  const std::uint64_t first = query.Uint(0);
  SACOCHE_TRY(database_->Prepare("DELETE FROM outbox WHERE space = ? AND server_seq IS NULL")
                  .Bind(space.view())
                  .Run());
  return std::optional<std::uint64_t>(first);
}

Result<Outbox::Counts> Outbox::Count() {
  auto query = database_->Prepare(
      "SELECT count(*), count(refusal), coalesce(sum(changes), 0), max(refusal) FROM outbox "
      "WHERE server_seq IS NULL");
  SACOCHE_TRY(query.Step());
  Counts counts{query.Uint(0), query.Uint(1), query.Uint(2), std::nullopt};
  if (!query.IsNull(3)) counts.last_refusal = ProblemFromNumber(query.Uint(3));
  return counts;
}

Result<std::optional<OutboxEntry>> Outbox::WaitingAtRow(std::int64_t row) {
  auto query = database_->Prepare(
      "SELECT space, counter, envelope_id, hash, envelope, changes FROM outbox "
      "WHERE rowid = ? AND server_seq IS NULL");
  SACOCHE_ASSIGN(const bool found, query.Bind(row).Step());
  if (!found) return std::optional<OutboxEntry>();
  return std::optional<OutboxEntry>(OutboxEntry{query.IdAt<SpaceId>(0), query.Uint(1),
                                                query.IdAt<EnvelopeId>(2), query.ArrayAt<32>(3),
                                                CopyOf(query.Blob(4)), query.Uint(5)});
}

Result<std::int64_t> Outbox::LastRow() {
  auto query = database_->Prepare("SELECT max(rowid) FROM outbox");
  SACOCHE_TRY(query.Step());
  return query.Int(0);
}

Result<std::vector<Outbox::LogPlace>> Outbox::PlacesAfter(const SpaceId& space,
                                                          std::uint64_t counter) {
  auto query = database_->Prepare(
      "SELECT counter, (SELECT coalesce(max(seq), 0) FROM change_log WHERE space = ?1"
      " AND envelope_counter = outbox.counter AND origin = 1) FROM outbox WHERE space = ?1 AND "
      "counter > ?2 ORDER BY counter");
  query.Bind(space.view()).Bind(counter);
  std::vector<LogPlace> places;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return places;
    places.push_back({query.Uint(0), query.Int(1)});
  }
}

Result<std::optional<OutboxEntry>> Outbox::Read(const SpaceId& space, std::uint64_t counter) {
  auto query = database_->Prepare(
      "SELECT envelope_id, hash, envelope, changes FROM outbox WHERE space = ? AND counter = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(counter).Step());
  if (!found) return std::optional<OutboxEntry>();
  return std::optional(OutboxEntry{space, counter, query.IdAt<EnvelopeId>(0), query.ArrayAt<32>(1),
                                   CopyOf(query.Blob(2)), query.Uint(3)});
}

Status Outbox::ForEach(const std::function<Status(const OutboxEntry&)>& visit) {
  auto query = database_->Prepare(
      "SELECT space, counter, envelope_id, hash, envelope, changes FROM outbox "
      "ORDER BY space, counter");
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return {};
    SACOCHE_TRY(visit(OutboxEntry{query.IdAt<SpaceId>(0), query.Uint(1), query.IdAt<EnvelopeId>(2),
                                  query.ArrayAt<32>(3), CopyOf(query.Blob(4)), query.Uint(5)}));
  }
}

}  // namespace sacoche
