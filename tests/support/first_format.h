#pragma once

namespace sacoche {

// Makes a store that this release has made one of the first format, as far as it holds nothing that
// the first format had no place for.
inline constexpr const char* kBackToTheFirstFormat =
    "DROP TABLE directory_missing; DROP TABLE shown_history; DROP TABLE peer_envelope;"
    "DROP TABLE recall; DROP TABLE known_history; DROP TABLE snapshot; DROP TABLE snapshot_chunk;"
    "DROP TABLE base; DROP TABLE older_history; DROP TABLE own_base;"
    "DROP INDEX change_log_envelope; ALTER TABLE change_log DROP COLUMN received_s;"
    "PRAGMA user_version=1";

}  // namespace sacoche
