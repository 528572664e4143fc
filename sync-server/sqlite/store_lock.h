#pragma once

#include <string>

#include "platform/base/result.h"

namespace sacoche {

// That one program at a time serves, compacts or replaces a store: an advisory lock of the kernel
// on the file `STORE-lock`, which stays. Whoever only reads takes none. Gone with its holder,
// however that ends.
class StoreLock {
 public:
  // kBusy: another program, or another part of this one, holds it.
  static Result<StoreLock> Take(const std::string& store_path);

  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&& other) noexcept;
  ~StoreLock();

 private:
  explicit StoreLock(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace sacoche
