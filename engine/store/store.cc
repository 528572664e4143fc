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
      progress_(database_.get()),
      projections_due_(database_.get()),
      snapshots_(database_.get()),
      directory_(database_.get()),
      keys_(database_.get()) {}

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

}  // namespace sacoche
