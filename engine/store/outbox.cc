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
  if (!found) return ChainHead{};
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
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

Status Outbox::MarkRefused(const EnvelopeId& id, ProblemType problem) {
  return database_
      ->Prepare("UPDATE outbox SET refusal = ? WHERE envelope_id = ? AND server_seq IS NULL")
      .Bind(static_cast<int>(problem))
      .Bind(id.view())
      .Run();
}

Result<std::uint64_t> Outbox::ForgetStoredAfter(const SpaceId& space, std::uint64_t server_seq) {
  SACOCHE_TRY(
      database_->Prepare("UPDATE outbox SET server_seq = NULL WHERE space = ? AND server_seq > ?")
          .Bind(space.view())
          .Bind(server_seq)
          .Run());
  return static_cast<std::uint64_t>(database_->Changes());
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
