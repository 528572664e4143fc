#pragma once

#include "platform/sqlite/database.h"

namespace sacoche {

inline constexpr int kStoreFormat = 1;

// Brings the database to kStoreFormat, step by step, each step in one transaction with its new
// format number, so that a crash leaves a whole format. kNewerFormat if the file is ahead of this
// release; kCorrupt if it holds something that no release made.
Status Migrate(Database& database);

}  // namespace sacoche
