#pragma once

#include <vector>

#include "platform/vault/vault.h"

namespace sacoche {

struct PageCheckReport {
  std::uint64_t pages = 0;
  std::vector<std::uint64_t> damaged;  // page numbers from 1, at most kDamagedListedMax of them
  std::uint64_t damaged_count = 0;
  static constexpr std::size_t kDamagedListedMax = 100;
};

// Opens every page of the store's file, whether SQLite uses it or not. What waits in the WAL is not
// looked at: SQLite checks it when it opens the store.
class PageCheck {
 public:
  explicit PageCheck(const Vault& vault) : vault_(vault) {}
  [[nodiscard]] Result<PageCheckReport> Run() const;

 private:
  const Vault& vault_;
};

}  // namespace sacoche
