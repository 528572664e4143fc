#pragma once

#include "engine/membership/directory.h"
#include "engine/store/store.h"

namespace sacoche {

// What this device told colleagues, by its envelopes, of a directory that another took the place of
// since, because the server was put back: they wait for statements that will never come until it
// says so (statement kind 19). Kept in the store until it has.
class ReplacedView {
 public:
  explicit ReplacedView(Store* store) : store_(store) {}

  // Envelopes of this device may tell of so many statements of another directory. In the caller's
  // transaction.
  Status Note(std::uint64_t statements);

  // What is to be said by this device, which has been shown so many statements now; nothing if
  // nobody waits.
  Result<std::optional<ReplacedViewStatement>> ToSay(const Directory& directory,
                                                     const DeviceId& self, std::uint64_t shown);

 private:
  Result<std::uint64_t> Load();
  Status Save(std::uint64_t statements);

  Store* store_;
};

}  // namespace sacoche
