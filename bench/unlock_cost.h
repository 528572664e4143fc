#pragma once

#include <nlohmann/json.hpp>

#include "platform/base/result.h"

namespace sacoche::bench {

// What unlocking a store of `rows` rows takes beside the Argon2id that its passphrase costs,
// medians of `rounds`: {"argon2_s", "unlock_s", "beyond_argon2_s"}. Unlocking goes as far as the
// first row read. The store is made in `folder` and removed.
[[nodiscard]] Result<nlohmann::json> MeasureUnlock(const std::string& folder, std::size_t rows,
                                                   std::size_t rounds);

}  // namespace sacoche::bench
