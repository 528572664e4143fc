#pragma once

#include <string>

#include "platform/file_system.h"

namespace sacoche {

// Puts another file in a store's place, so that a crash at any step leaves one of the two whole,
// and the old one is kept:
//
//   STORE           the store, and STORE-wal
//   STORE-ready     the file that is to take its place, complete and without a WAL
//   STORE-replaced  what was there before, with its WAL; an older one is kept under
//   STORE-replaced-2, …
//
// While STORE is missing and STORE-ready is there, the replacement has begun.

[[nodiscard]] std::string ReadyPath(const std::string& store_path);
[[nodiscard]] std::string ReplacedPath(const std::string& store_path);

// Removes what an attempt that did not come to its end left at ReadyPath. Does nothing once the
// replacement has begun.
Status DiscardReady(FileSystem& files, const std::string& store_path);

// Precondition: nobody has either file open, and the file at ReadyPath is complete. kIo: it still
// has a WAL.
Status ReplaceStore(FileSystem& files, const std::string& store_path);

// To be called before a store is opened: ends a replacement that a crash interrupted.
Status FinishReplacement(FileSystem& files, const std::string& store_path);

}  // namespace sacoche
