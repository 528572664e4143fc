#pragma once

#include "platform/base/check.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/vault/vault.h"

namespace sacoche {

// What the real programs are told in SACOCHE_STORE_PASSPHRASE.
inline constexpr const char* kTestStorePassphrase = "phrase de passe des essais";

// The vault of a test's store: unlocked, or made if the file is missing. Costs next to nothing.
class TestVault {
 public:
  explicit TestVault(const std::string& path) {
    const Vault::Options options{path, &files_, &clock_, ""};
    const ByteView passphrase = ViewOf(kTestStorePassphrase);
    if (Vault::Inspect(options) == StoreFileState::kMissing) {
      auto created = Vault::Create(options, passphrase, {.ops = 1, .memory_kib = 8});
      SACOCHE_CHECK(created.has_value());
      vault_ = std::move(created->vault);
    } else {
      auto unlocked = Vault::UnlockWithPassphrase(options, passphrase);
      SACOCHE_CHECK(unlocked.has_value());
      vault_ = std::move(*unlocked);
    }
  }

  [[nodiscard]] const std::string& vfs_name() const { return vault_->vfs_name(); }

 private:
  PosixFileSystem files_;
  SystemClock clock_;
  std::unique_ptr<Vault> vault_;
};

}  // namespace sacoche
