#pragma once

#include "engine/store/store.h"

namespace sacoche {

// How much of the directory a colleague was shown, as an envelope of his says: while it is more
// than this device was shown, it seals nothing.
struct DirectoryClaim {
  std::uint64_t statements = 0;  // 0: nobody was shown more
  DeviceId device;

  static Result<DirectoryClaim> Load(Store& store);
  // In the caller's transaction.
  [[nodiscard]] Status Save(Store& store) const;
};

}  // namespace sacoche
