#pragma once

#include <string>

#include "engine/record/schema.h"
#include "platform/random.h"

namespace sacoche {

// A store's file, and SQLite's name of the layer through which it is read and written.
struct StorePlace {
  std::string path;
  std::string vfs;
};

struct RescueReport {
  std::uint64_t changes_taken_over = 0;  // read from the old store, and new to the other one
  std::uint64_t unreadable = 0;          // entries of the old store that its damage destroyed
};

// Makes a new store at `fresh` that goes on where the damaged one cannot: the same device under a
// new replica id, its keys, and every change that can still be read, those above all that were
// never sent. What is missing comes with the next sync, this device's own envelopes included.
// `damaged` is only read. kCorrupt: its keys cannot be read, so there is no going on.
[[nodiscard]] Result<RescueReport> RebuildStore(const StorePlace& damaged, const StorePlace& fresh,
                                                const Schema& schema, Random& random);

// Makes a copy of a backup the device's store again: under a new replica id, because the changes
// that were made since the backup keep their dots, and with a recall of what was sent since then.
[[nodiscard]] Status ContinueBackup(const StorePlace& backup, Random& random);

// Takes every change that can be read in `from`, which is only read, and that `into` lacks.
// kRefused if they are not of one device; kCorrupt if `from` cannot be read at all.
[[nodiscard]] Result<RescueReport> TakeOver(const StorePlace& from, const StorePlace& into,
                                            const Schema& schema);

}  // namespace sacoche
