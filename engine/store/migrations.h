#pragma once

#include "platform/sqlite/database.h"

namespace sacoche {

inline constexpr int kStoreFormat = 7;

// Brings the database to kStoreFormat, step by step, each step in one transaction with its new
// format number, so that a crash leaves a whole format. kNewerFormat if the file is ahead of this
// release; kCorrupt if it holds something that no release made.
Status Migrate(Database& database);

// The refusals of Migrate, without its steps; gives the format that was found, 0 for a new file.
[[nodiscard]] Result<int> CheckFormat(Database& database);

// For an older format that is only read: what later steps add, empty, beside the file and in
// memory.
Status StandInForLaterFormat(Database& database, int format);

}  // namespace sacoche
