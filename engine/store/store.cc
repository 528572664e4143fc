#include "engine/store/store.h"

#include "engine/store/migrations.h"

namespace sacoche {

Store::Store(std::unique_ptr<Database> database, std::string vfs, int format)
    : database_(std::move(database)),
      vfs_(std::move(vfs)),
      format_(format),
      log_(database_.get()),
      records_(database_.get()),
      search_(database_.get()),
      outbox_(database_.get()),
      peer_envelopes_(database_.get()),
      carried_(database_.get()),
      progress_(database_.get()),
      projections_due_(database_.get()),
      snapshots_(database_.get()),
      directory_(database_.get()),
      keys_(database_.get()),
      suspicions_(database_.get()) {}

Result<std::unique_ptr<Store>> Store::Open(const std::string& path, const std::string& vfs) {
  SACOCHE_ASSIGN(auto database, Database::Open({.path = path, .vfs = vfs}));
  SACOCHE_TRY(Migrate(*database));
  return std::unique_ptr<Store>(new Store(std::move(database), vfs, kStoreFormat));
}

Result<std::unique_ptr<Store>> Store::OpenReadOnly(const std::string& path,
                                                   const std::string& vfs) {
  SACOCHE_ASSIGN(auto database, Database::Open({.path = path, .vfs = vfs, .read_only = true}));
  SACOCHE_ASSIGN(const int format, CheckFormat(*database));
  SACOCHE_TRY(StandInForLaterFormat(*database, format));
  return std::unique_ptr<Store>(new Store(std::move(database), vfs, format));
}

// Suspicions stay: they say what happened, not what was read. Statements are known by the addresses
// of their texts, so each is a literal.
static_assert(kStoreFormat == 7, "a table that speaks of a space or its records belongs here");
constexpr const char* kForgetSpace[] = {
    "DELETE FROM search WHERE rowid IN (SELECT search_row.id FROM search_row"
    " JOIN record ON record.id = search_row.record WHERE space = ?)",
    "DELETE FROM search_row WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM sibling WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM awaited WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM field_index WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM conflict WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM older_history WHERE record IN (SELECT id FROM record WHERE space = ?)",
    "DELETE FROM change_write WHERE seq IN (SELECT seq FROM change_log WHERE space = ?)",
    "DELETE FROM change_log WHERE space = ?",
    "DELETE FROM record WHERE space = ?",
    "DELETE FROM cursor WHERE space = ?",
    "DELETE FROM peer_chain WHERE space = ?",
    "DELETE FROM known_history WHERE space = ?",
    "DELETE FROM shown_history WHERE space = ?",
    "DELETE FROM recall WHERE space = ?",
    "DELETE FROM set_aside WHERE space = ?",
    "DELETE FROM snapshot WHERE space = ?",
    "DELETE FROM snapshot_chunk WHERE space = ?",
    "DELETE FROM base WHERE space = ?",
    "DELETE FROM own_base WHERE space = ?",
    "DELETE FROM outbox WHERE space = ?",
    "DELETE FROM peer_envelope WHERE space = ?",
    "DELETE FROM forgotten WHERE space = ?",
    "DELETE FROM carried_chain WHERE space = ?",
    "DELETE FROM carried_change WHERE space = ?",
    "DELETE FROM held_chain WHERE space = ?",
    "DELETE FROM epoch_key WHERE space = ?",
    "DELETE FROM pending_epoch WHERE space = ?",
    "DELETE FROM lost_epoch_key WHERE space = ?",
    "DELETE FROM projection_due WHERE space = ?",
};

Status Store::ForgetSpace(const SpaceId& space) {
  for (const char* query : kForgetSpace)
    SACOCHE_TRY(database_->Prepare(query).Bind(space.view()).Run());
  return {};
}

}  // namespace sacoche
