#include "engine/store/migrations.h"

#include <array>

#include "platform/sqlite/transaction.h"

namespace sacoche {
namespace {

// Step n brings format n to n + 1. A step that was released is never changed.
constexpr std::array<const char*, kStoreFormat> kSteps = {R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE change_log(
  seq INTEGER PRIMARY KEY,
  space BLOB NOT NULL,
  replica BLOB NOT NULL,
  counter INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  author BLOB NOT NULL,
  dossier BLOB NOT NULL,
  origin INTEGER NOT NULL,
  envelope_counter INTEGER
) STRICT;
CREATE UNIQUE INDEX change_log_dot ON change_log(space, replica, counter);
CREATE INDEX change_log_hlc ON change_log(hlc);
CREATE INDEX change_log_unsealed ON change_log(space, seq)
  WHERE origin = 1 AND envelope_counter IS NULL;

CREATE TABLE change_write(
  seq INTEGER NOT NULL REFERENCES change_log(seq),
  position INTEGER NOT NULL,
  record BLOB NOT NULL,
  kind INTEGER NOT NULL,
  field INTEGER NOT NULL,
  element BLOB NOT NULL,
  value BLOB NOT NULL,
  overwritten BLOB NOT NULL,
  PRIMARY KEY(seq, position)
) WITHOUT ROWID, STRICT;
CREATE INDEX change_write_record ON change_write(record, seq);

CREATE TABLE record(
  id BLOB PRIMARY KEY,
  kind INTEGER NOT NULL,
  dossier BLOB NOT NULL,
  space BLOB NOT NULL,
  created_hlc INTEGER NOT NULL,
  changed_hlc INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX record_dossier ON record(dossier);
CREATE INDEX record_kind ON record(kind, changed_hlc);

CREATE TABLE sibling(
  record BLOB NOT NULL,
  field INTEGER NOT NULL,
  element BLOB NOT NULL,
  replica BLOB NOT NULL,
  counter INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  author BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY(record, field, element, replica, counter)
) WITHOUT ROWID, STRICT;

CREATE TABLE awaited(
  record BLOB NOT NULL,
  field INTEGER NOT NULL,
  element BLOB NOT NULL,
  replica BLOB NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(record, field, element, replica, counter)
) WITHOUT ROWID, STRICT;

CREATE TABLE field_index(
  kind INTEGER NOT NULL,
  field INTEGER NOT NULL,
  value BLOB NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY(kind, field, value, record)
) WITHOUT ROWID, STRICT;
CREATE INDEX field_index_record ON field_index(record, field);

CREATE TABLE search_row(id INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE search USING fts5(content, tokenize = "unicode61 remove_diacritics 2");

CREATE TABLE conflict(
  record BLOB NOT NULL,
  field INTEGER NOT NULL,
  PRIMARY KEY(record, field)
) WITHOUT ROWID, STRICT;

CREATE TABLE cursor(space BLOB PRIMARY KEY, server_seq INTEGER NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE peer_chain(
  space BLOB NOT NULL,
  device BLOB NOT NULL,
  counter INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY(space, device)
) WITHOUT ROWID, STRICT;

CREATE TABLE set_aside(
  space BLOB NOT NULL,
  server_seq INTEGER NOT NULL,
  reason TEXT NOT NULL,
  envelope BLOB NOT NULL,
  PRIMARY KEY(space, server_seq)
) STRICT;

CREATE TABLE outbox(
  space BLOB NOT NULL,
  counter INTEGER NOT NULL,
  envelope_id BLOB NOT NULL UNIQUE,
  hash BLOB NOT NULL,
  envelope BLOB NOT NULL,
  changes INTEGER NOT NULL,
  server_seq INTEGER,
  refusal INTEGER,
  PRIMARY KEY(space, counter)
) STRICT;
CREATE INDEX outbox_waiting ON outbox(space, counter) WHERE server_seq IS NULL;

CREATE TABLE directory(seq INTEGER PRIMARY KEY, statement BLOB NOT NULL) STRICT;

CREATE TABLE epoch_key(
  space BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY(space, epoch)
) WITHOUT ROWID, STRICT;

CREATE TABLE pending_epoch(
  space BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY(space, epoch)
) WITHOUT ROWID, STRICT;
)sql",
                                                          R"sql(
CREATE TABLE recall(space BLOB PRIMARY KEY, wanted INTEGER NOT NULL) WITHOUT ROWID, STRICT;
ALTER TABLE change_log ADD COLUMN received_s INTEGER;
CREATE INDEX change_log_envelope ON change_log(space, envelope_counter)
  WHERE envelope_counter IS NOT NULL;
CREATE TABLE known_history(
  space BLOB PRIMARY KEY,
  server_seq INTEGER NOT NULL,
  tag BLOB NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE snapshot(
  space BLOB NOT NULL,
  id BLOB NOT NULL,
  state INTEGER NOT NULL,
  head BLOB NOT NULL,
  summary BLOB NOT NULL,
  last_hlc INTEGER NOT NULL,
  PRIMARY KEY(space, id)
) STRICT;
CREATE TABLE snapshot_chunk(
  space BLOB NOT NULL,
  id BLOB NOT NULL,
  position INTEGER NOT NULL,
  chunk BLOB NOT NULL,
  PRIMARY KEY(space, id, position)
) STRICT;
CREATE TABLE base(
  space BLOB NOT NULL,
  replica BLOB NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY(space, replica, first)
) WITHOUT ROWID, STRICT;
CREATE TABLE older_history(record BLOB PRIMARY KEY) WITHOUT ROWID, STRICT;
CREATE TABLE own_base(
  space BLOB PRIMARY KEY,
  counter INTEGER NOT NULL,
  hash BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX outbox_stored ON outbox(space, server_seq) WHERE server_seq IS NOT NULL;
)sql",
                                                          R"sql(
CREATE TABLE directory_missing(position INTEGER PRIMARY KEY, statement BLOB NOT NULL) STRICT;
CREATE TABLE shown_history(
  space BLOB NOT NULL,
  server_seq INTEGER NOT NULL,
  tag BLOB NOT NULL,
  PRIMARY KEY(space, server_seq)
) WITHOUT ROWID, STRICT;
CREATE TABLE peer_envelope(
  space BLOB NOT NULL,
  device BLOB NOT NULL,
  counter INTEGER NOT NULL,
  received_s INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  PRIMARY KEY(space, device, counter)
) STRICT;
CREATE INDEX peer_envelope_received ON peer_envelope(space, received_s);
)sql",
                                                          R"sql(
CREATE TABLE projection_due(
  space BLOB NOT NULL,
  dossier BLOB NOT NULL,
  PRIMARY KEY(space, dossier)
) WITHOUT ROWID, STRICT;
)sql",
                                                          R"sql(
CREATE TABLE suspicion(
  what INTEGER NOT NULL,
  space BLOB NOT NULL,
  device BLOB NOT NULL,
  times INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL,
  PRIMARY KEY(what, space, device)
) WITHOUT ROWID, STRICT;
)sql",
                                                          R"sql(
CREATE TABLE carried_chain(
  space BLOB NOT NULL,
  device BLOB NOT NULL,
  counter INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY(space, device)
) WITHOUT ROWID, STRICT;
CREATE TABLE carried_change(
  space BLOB NOT NULL,
  replica BLOB NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(space, replica, counter)
) WITHOUT ROWID, STRICT;
CREATE TABLE held_chain(
  space BLOB NOT NULL,
  holder BLOB NOT NULL,
  author BLOB NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(space, holder, author)
) WITHOUT ROWID, STRICT;
ALTER TABLE peer_envelope ADD COLUMN log_seq INTEGER NOT NULL DEFAULT 0;
)sql",
                                                          R"sql(
CREATE TABLE lost_epoch_key(
  space BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY(space, epoch, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE forgotten(
  space BLOB NOT NULL,
  device BLOB NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY(space, device, counter)
) WITHOUT ROWID, STRICT;
)sql"};

Status RunStep(Database& database, int from) {
  SACOCHE_ASSIGN(Transaction transaction, Transaction::Begin(database));
  SACOCHE_TRY(database.Execute(kSteps[static_cast<std::size_t>(from)]));
  const std::string version = "PRAGMA user_version=" + std::to_string(from + 1);
  SACOCHE_TRY(database.Execute(version.c_str()));
  return transaction.Commit();
}

// A number in the header does not make a store: any program may have written it. A new file holds
// nothing at all.
Result<bool> IsStoreOrNew(Database& database, int format) {
  auto tables = database.Prepare(
      "SELECT count(*), count(CASE WHEN name IN ('meta', 'change_log', 'record') THEN 1 END) "
      "FROM sqlite_schema");
  SACOCHE_TRY(tables.Step());
  return format == 0 ? tables.Int(0) == 0 : format > 0 && tables.Int(1) == 3;
}

}  // namespace

Result<int> CheckFormat(Database& database) {
  SACOCHE_ASSIGN(const int format, database.FormatVersion());
  if (format > kStoreFormat)
    return Fail(ErrorCode::kNewerFormat, "the store was made by a newer release of Sacoche",
                "Update Sacoche; the store was not touched.");
  SACOCHE_ASSIGN(const bool is_ours, IsStoreOrNew(database, format));
  if (!is_ours)
    return Fail(ErrorCode::kCorrupt,
                "the file is a database of another program, or a damaged store",
                "Keep the file as it is and choose another folder, or restore a backup beside it.");
  return format;
}

Status StandInForLaterFormat(Database& database, int format) {
  if (format == kStoreFormat) return {};
  static_assert(kStoreFormat == 7, "what a later step adds needs a stand-in too");
  SACOCHE_TRY(database.Execute("PRAGMA query_only=OFF"));
  SACOCHE_TRY(
      database.Execute("CREATE TEMP TABLE lost_epoch_key(space, epoch, key);"
                       "CREATE TEMP TABLE forgotten(space, device, counter);"));
  if (format == 6) return database.Execute("PRAGMA query_only=ON");
  SACOCHE_TRY(
      database.Execute("CREATE TEMP TABLE carried_chain(space, device, counter, hash);"
                       "CREATE TEMP TABLE carried_change(space, replica, counter);"
                       "CREATE TEMP TABLE held_chain(space, holder, author, counter);"));
  if (format >= 3)
    SACOCHE_TRY(database.Execute(
        "CREATE TEMP VIEW peer_envelope AS SELECT *, 0 AS log_seq FROM main.peer_envelope;"));
  if (format == 5) return database.Execute("PRAGMA query_only=ON");
  SACOCHE_TRY(
      database.Execute("CREATE TEMP TABLE suspicion(what, space, device, times, first_ms, last_ms,"
                       "                            acknowledged);"));
  if (format == 4) return database.Execute("PRAGMA query_only=ON");
  SACOCHE_TRY(database.Execute("CREATE TEMP TABLE projection_due(space, dossier);"));
  if (format == 3) return database.Execute("PRAGMA query_only=ON");
  SACOCHE_TRY(
      database.Execute("CREATE TEMP TABLE directory_missing(position, statement);"
                       "CREATE TEMP TABLE shown_history(space, server_seq, tag);"
                       "CREATE TEMP TABLE peer_envelope(space, device, counter, received_s,"
                       "                                log_seq, envelope);"));
  if (format == 2) return database.Execute("PRAGMA query_only=ON");
  SACOCHE_TRY(
      database.Execute("CREATE TEMP TABLE recall(space, wanted);"
                       "CREATE TEMP TABLE known_history(space, server_seq, tag);"
                       "CREATE TEMP VIEW change_log AS "
                       "  SELECT *, NULL AS received_s FROM main.change_log;"
                       "CREATE TEMP TABLE snapshot(space, id, state, head, summary, last_hlc);"
                       "CREATE TEMP TABLE snapshot_chunk(space, id, position, chunk);"
                       "CREATE TEMP TABLE base(space, replica, first, last);"
                       "CREATE TEMP TABLE older_history(record);"
                       "CREATE TEMP TABLE own_base(space, counter, hash);"));
  return database.Execute("PRAGMA query_only=ON");
}

Status Migrate(Database& database) {
  SACOCHE_ASSIGN(int format, CheckFormat(database));
  for (; format < kStoreFormat; ++format) SACOCHE_TRY(RunStep(database, format));
  return {};
}

}  // namespace sacoche
