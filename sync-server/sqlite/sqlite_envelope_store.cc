#include "sync-server/sqlite/sqlite_envelope_store.h"

#include "engine/wire/limits.h"
#include "platform/sqlite/transaction.h"

namespace sacoche {
namespace {

// `envelope` stands last in its row, so that reading past a device's own rows touches no blob.
constexpr const char* kFormat1 =
    "CREATE TABLE spaces(space BLOB PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE chains(space BLOB, device BLOB, counter INTEGER NOT NULL, manifest BLOB NOT NULL,"
    "  PRIMARY KEY(space, device)) WITHOUT ROWID;"
    "CREATE TABLE envelopes(space BLOB NOT NULL, sequence INTEGER NOT NULL, device BLOB NOT NULL,"
    "  id BLOB NOT NULL, manifest BLOB NOT NULL, envelope BLOB NOT NULL);"
    "CREATE UNIQUE INDEX envelopes_by_sequence ON envelopes(space, sequence);"
    "CREATE UNIQUE INDEX envelopes_by_id ON envelopes(space, id);"
    "CREATE TABLE statements(sequence INTEGER PRIMARY KEY, statement BLOB NOT NULL);"
    "CREATE TABLE enrolments(number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device BLOB NOT NULL UNIQUE, request BLOB NOT NULL);"
    "PRAGMA user_version=1;";
constexpr const char* kFormat2 =
    "CREATE TABLE arrivals(space BLOB NOT NULL, sequence INTEGER NOT NULL, tag BLOB NOT NULL,"
    "  received_s INTEGER NOT NULL, PRIMARY KEY(space, sequence)) WITHOUT ROWID;"
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version=2;";
// A snapshot is complete while `covers` is not 0. A dropped envelope is empty.
constexpr const char* kFormat3 =
    "CREATE TABLE snapshots(space BLOB NOT NULL, id BLOB NOT NULL, device BLOB NOT NULL,"
    "  covers INTEGER NOT NULL, head BLOB NOT NULL, PRIMARY KEY(space, id));"
    "CREATE TABLE snapshot_parts(space BLOB NOT NULL, id BLOB NOT NULL, position INTEGER NOT NULL,"
    "  part BLOB NOT NULL, PRIMARY KEY(space, id, position));"
    "CREATE TABLE drops(space BLOB PRIMARY KEY, up_to INTEGER NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version=3;";
// No other tables: from here on every envelope has its tag (ReckonHistories).
constexpr const char* kFormat4 = "PRAGMA user_version=4;";
constexpr const char* kSteps[] = {kFormat1, kFormat2, kFormat3, kFormat4};
static_assert(SqliteEnvelopeStore::kFormat == std::size(kSteps));

// Until format 2 none was noted, and the first one noted then began at zeros; a device reckons from
// the first envelope on.
Status ReckonHistories(Database& database) {
  auto read = database.Prepare("SELECT space, sequence, manifest FROM envelopes ORDER BY 1, 2");
  std::optional<SpaceId> space;
  HistoryTag tag{};
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return {};
    if (std::exchange(space, read.IdAt<SpaceId>(0)) != read.IdAt<SpaceId>(0)) tag = {};
    tag = NextTag(tag, read.ArrayAt<32>(2));
    SACOCHE_TRY(database
                    .Prepare("INSERT INTO arrivals(space, sequence, tag, received_s)"
                             " VALUES(?, ?, ?, 0) ON CONFLICT DO UPDATE SET tag = excluded.tag")
                    .Bind(space->view())
                    .Bind(read.Uint(1))
                    .Bind(tag)
                    .Run());
  }
}

}  // namespace

Result<std::unique_ptr<SqliteEnvelopeStore>> SqliteEnvelopeStore::Open(const std::string& path,
                                                                       const std::string& vfs) {
  std::optional<StoreLock> lock;
  if (vfs.empty()) {
    SACOCHE_ASSIGN(lock, StoreLock::Take(path));
  }
  Database::Options options;
  options.path = path;
  options.vfs = vfs;
  if (vfs.empty()) options.beside = Database::Beside::kReaders;
  SACOCHE_ASSIGN(auto database, Database::Open(options));
  SACOCHE_ASSIGN(const int format, database->FormatVersion());
  if (format > kFormat)
    return Fail(ErrorCode::kNewerFormat, "the server's store was written by a newer release",
                "Install that release of sacoche-server or a later one; nothing was changed.");
  SACOCHE_TRY(BringUp(*database, format));
  return std::unique_ptr<SqliteEnvelopeStore>(
      new SqliteEnvelopeStore(std::move(lock), std::move(database)));
}

Status SqliteEnvelopeStore::BringUp(Database& database, int format) {
  if (format == kFormat) return {};
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(database));
  for (int step = format; step < kFormat; ++step) SACOCHE_TRY(database.Execute(kSteps[step]));
  SACOCHE_TRY(ReckonHistories(database));
  return transaction.Commit();
}

Result<std::vector<AppendOutcome>> SqliteEnvelopeStore::AppendEnvelopes(
    std::span<const NewEnvelope> envelopes) {
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  std::vector<AppendOutcome> outcomes;
  outcomes.reserve(envelopes.size());
  for (const NewEnvelope& envelope : envelopes) {
    SACOCHE_ASSIGN(const AppendOutcome outcome, AppendOne(envelope));
    outcomes.push_back(outcome);
  }
  SACOCHE_TRY(transaction.Commit());
  return outcomes;
}

Result<AppendOutcome> SqliteEnvelopeStore::AppendOne(const NewEnvelope& envelope) {
  SACOCHE_ASSIGN(const auto known, FindKnown(envelope));
  if (known) return *known;
  SACOCHE_ASSIGN(const ChainHead last, ChainHeadOf(envelope.header.space, envelope.header.device));
  if (envelope.header.counter != last.counter + 1 || envelope.header.previous != last.manifest_hash)
    return AppendOutcome{};
  SACOCHE_ASSIGN(const std::uint64_t head, Head(envelope.header.space));
  SACOCHE_TRY(Insert(envelope, head + 1));
  return AppendOutcome{AppendOutcome::Kind::kStored, head + 1, envelope.received_s};
}

Result<std::optional<AppendOutcome>> SqliteEnvelopeStore::FindKnown(const NewEnvelope& envelope) {
  auto find = database_->Prepare(
      "SELECT e.sequence, e.manifest, coalesce(a.received_s, 0) FROM envelopes e"
      " LEFT JOIN arrivals a ON a.space = e.space AND a.sequence = e.sequence"
      " WHERE e.space = ? AND e.id = ?");
  find.Bind(envelope.header.space.view()).Bind(envelope.header.id.view());
  SACOCHE_ASSIGN(const bool found, find.Step());
  if (!found) return std::optional<AppendOutcome>();
  // The manifest hash, not the bytes: it stays the same when an item was erased since.
  if (find.ArrayAt<32>(1) != envelope.manifest_hash) return std::optional(AppendOutcome{});
  return std::optional(AppendOutcome{AppendOutcome::Kind::kRepeated, find.Uint(0), find.Uint(2)});
}

Result<SqliteEnvelopeStore::ChainHead> SqliteEnvelopeStore::ChainHeadOf(const SpaceId& space,
                                                                        const DeviceId& device) {
  auto find =
      database_->Prepare("SELECT counter, manifest FROM chains WHERE space = ? AND device = ?");
  find.Bind(space.view()).Bind(device.view());
  SACOCHE_ASSIGN(const bool found, find.Step());
  if (!found) return ChainHead{};
  return ChainHead{find.Uint(0), find.ArrayAt<32>(1)};
}

Status SqliteEnvelopeStore::Insert(const NewEnvelope& envelope, std::uint64_t sequence) {
  const EnvelopeHeader& header = envelope.header;
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO envelopes(space, sequence, device, id, manifest, envelope)"
                            " VALUES(?, ?, ?, ?, ?, ?)")
                  .Bind(header.space.view())
                  .Bind(sequence)
                  .Bind(header.device.view())
                  .Bind(header.id.view())
                  .Bind(envelope.manifest_hash)
                  .Bind(envelope.bytes)
                  .Run());
  SACOCHE_ASSIGN(const HistoryTag before, HistoryAt(header.space, sequence - 1));
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO arrivals(space, sequence, tag, received_s)"
                            " VALUES(?, ?, ?, ?)")
                  .Bind(header.space.view())
                  .Bind(sequence)
                  .Bind(NextTag(before, envelope.manifest_hash))
                  .Bind(envelope.received_s)
                  .Run());
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO chains(space, device, counter, manifest)"
                            " VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE"
                            " SET counter = excluded.counter, manifest = excluded.manifest")
                  .Bind(header.space.view())
                  .Bind(header.device.view())
                  .Bind(header.counter)
                  .Bind(envelope.manifest_hash)
                  .Run());
  return database_
      ->Prepare(
          "INSERT INTO spaces(space, head) VALUES(?, ?)"
          " ON CONFLICT DO UPDATE SET head = excluded.head")
      .Bind(header.space.view())
      .Bind(sequence)
      .Run();
}

Result<EnvelopePage> SqliteEnvelopeStore::ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                                        const std::optional<DeviceId>& excluded,
                                                        const ReadLimits& read_limits) {
  EnvelopePage page;
  SACOCHE_ASSIGN(const std::uint64_t head, Head(space));
  page.read_up_to = std::min(cursor, head);
  if (cursor >= head) return page;
  auto read = database_->Prepare(
      "SELECT e.sequence, e.device, e.envelope, coalesce(a.received_s, 0) FROM envelopes e"
      " LEFT JOIN arrivals a ON a.space = e.space AND a.sequence = e.sequence"
      " WHERE e.space = ? AND e.sequence > ? ORDER BY e.sequence LIMIT ?");
  SACOCHE_ASSIGN(const std::uint64_t dropped, DroppedUpTo(space));
  read.Bind(space.view()).Bind(cursor).Bind(static_cast<std::uint64_t>(read_limits.rows_max));
  std::size_t bytes = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    if (read.IdAt<DeviceId>(1) != excluded && read.Uint(0) > dropped) {
      const ByteView envelope = read.Blob(2);
      if (!page.rows.empty() && bytes + envelope.size() > read_limits.bytes_max) break;
      bytes += envelope.size();
      page.rows.push_back({read.Uint(0), CopyOf(envelope), read.Uint(3)});
    }
    page.read_up_to = read.Uint(0);
    ++page.rows_seen;
  }
  page.more = page.read_up_to < head;
  return page;
}

Result<HistoryTag> SqliteEnvelopeStore::HistoryAt(const SpaceId& space, std::uint64_t sequence) {
  if (sequence > static_cast<std::uint64_t>(INT64_MAX)) return HistoryTag{};
  auto find = database_->Prepare("SELECT tag FROM arrivals WHERE space = ? AND sequence = ?");
  SACOCHE_ASSIGN(const bool found, find.Bind(space.view()).Bind(sequence).Step());
  return found ? find.ArrayAt<8>(0) : HistoryTag{};
}

Result<std::uint64_t> SqliteEnvelopeStore::ChainCounter(const SpaceId& space,
                                                        const DeviceId& device) {
  SACOCHE_ASSIGN(const ChainHead last, ChainHeadOf(space, device));
  return last.counter;
}

Result<std::uint64_t> SqliteEnvelopeStore::Head(const SpaceId& space) {
  auto find = database_->Prepare("SELECT head FROM spaces WHERE space = ?");
  find.Bind(space.view());
  SACOCHE_ASSIGN(const bool found, find.Step());
  return found ? find.Uint(0) : 0;
}

Result<bool> SqliteEnvelopeStore::Knows(const SpaceId& space, const EnvelopeId& id) {
  auto find = database_->Prepare("SELECT 1 FROM envelopes WHERE space = ? AND id = ?");
  return find.Bind(space.view()).Bind(id.view()).Step();
}

// The lengths stand in the rows' heads: no envelope is read for it.
Result<std::uint64_t> SqliteEnvelopeStore::SpaceBytes(const SpaceId& space) {
  auto sum = database_->Prepare(
      "SELECT coalesce((SELECT sum(length(envelope)) FROM envelopes WHERE space = ?1), 0) +"
      " coalesce((SELECT sum(length(part)) FROM snapshot_parts WHERE space = ?1), 0)");
  sum.Bind(space.view());
  SACOCHE_TRY(sum.Step());
  return sum.Uint(0);
}

Result<Bytes> SqliteEnvelopeStore::ReadSetting(std::string_view name) {
  auto find = database_->Prepare("SELECT value FROM settings WHERE name = ?");
  SACOCHE_ASSIGN(const bool found, find.Bind(name).Step());
  return found ? CopyOf(find.Blob(0)) : Bytes();
}

Status SqliteEnvelopeStore::WriteSetting(std::string_view name, ByteView value) {
  return database_->Prepare("INSERT OR REPLACE INTO settings(name, value) VALUES(?, ?)")
      .Bind(name)
      .Bind(value)
      .Run();
}

Status SqliteEnvelopeStore::AppendStatements(std::span<const NewStatement> statements) {
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  for (const NewStatement& statement : statements) {
    // The next number is one more than the greatest: nothing is ever deleted here.
    SACOCHE_TRY(database_->Prepare("INSERT INTO statements(statement) VALUES(?)")
                    .Bind(statement.bytes)
                    .Run());
    if (statement.admits) SACOCHE_TRY(RemoveEnrolment(*statement.admits));
  }
  return transaction.Commit();
}

Result<std::vector<Bytes>> SqliteEnvelopeStore::ReadStatements(std::uint64_t after,
                                                               const ReadLimits& read_limits) {
  std::vector<Bytes> statements;
  if (after > static_cast<std::uint64_t>(INT64_MAX)) return statements;
  auto read = database_->Prepare(
      "SELECT statement FROM statements WHERE sequence > ? ORDER BY sequence LIMIT ?");
  read.Bind(after).Bind(static_cast<std::uint64_t>(read_limits.rows_max));
  std::size_t bytes = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return statements;
    const ByteView statement = read.Blob(0);
    if (!statements.empty() && bytes + statement.size() > read_limits.bytes_max) return statements;
    bytes += statement.size();
    statements.push_back(CopyOf(statement));
  }
}

Result<bool> SqliteEnvelopeStore::IsEnrolmentListFull(const DeviceId& device) {
  auto count = database_->Prepare("SELECT count(*) FROM enrolments WHERE device <> ?");
  count.Bind(device.view());
  SACOCHE_TRY(count.Step());
  return count.Uint(0) >= limits::kPendingEnrolmentsMax;
}

Result<EnrolmentOutcome> SqliteEnvelopeStore::PutEnrolment(const DeviceId& device,
                                                           ByteView request) {
  SACOCHE_ASSIGN(auto transaction, Transaction::Begin(*database_));
  SACOCHE_ASSIGN(const bool full, IsEnrolmentListFull(device));
  if (full) return EnrolmentOutcome::kFull;
  SACOCHE_TRY(database_
                  ->Prepare("INSERT INTO enrolments(device, request) VALUES(?, ?)"
                            " ON CONFLICT DO UPDATE SET request = excluded.request")
                  .Bind(device.view())
                  .Bind(request)
                  .Run());
  SACOCHE_TRY(transaction.Commit());
  return EnrolmentOutcome::kWaiting;
}

Result<std::vector<Bytes>> SqliteEnvelopeStore::ListEnrolments() {
  std::vector<Bytes> requests;
  auto read = database_->Prepare("SELECT request FROM enrolments ORDER BY number");
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return requests;
    requests.push_back(CopyOf(read.Blob(0)));
  }
}

Status SqliteEnvelopeStore::RemoveEnrolment(const DeviceId& device) {
  return database_->Prepare("DELETE FROM enrolments WHERE device = ?").Bind(device.view()).Run();
}

}  // namespace sacoche
