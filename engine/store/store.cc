#include "engine/store/store.h"

#include "engine/store/migrations.h"

namespace sacoche {

Store::Store(std::unique_ptr<Database> database, std::string vfs)
    : database_(std::move(database)),
      vfs_(std::move(vfs)),
      log_(database_.get()),
      records_(database_.get()),
      search_(database_.get()),
      outbox_(database_.get()),
      progress_(database_.get()),
      directory_(database_.get()),
      keys_(database_.get()) {}

Result<std::unique_ptr<Store>> Store::Open(const std::string& path, const std::string& vfs) {
  SACOCHE_ASSIGN(auto database, Database::Open({.path = path, .vfs = vfs}));
  SACOCHE_TRY(Migrate(*database));
  return std::unique_ptr<Store>(new Store(std::move(database), vfs));
}

}  // namespace sacoche
