#pragma once

#include "platform/file_system.h"
#include "sync-server/sqlite/store_verifier.h"

namespace sacoche {

// Copies the store, as it is when the copying begins, into the file `out`, which is there and on
// the disk once it is whole and verified, and not before. A server may serve meanwhile, in this
// process or another: it is not held up. A file in the form in which nothing is beside it. What the
// store's WAL would have grown by is kept until the copy is made. One thread.
//
// kNotFound: no store; kAlreadyExists: `out` is there; kCorrupt: the store is damaged, and the
// advice says what to do; kDiskFull, kIo.
[[nodiscard]] Result<StoreReport> BackUpStore(const std::string& store_path, const std::string& out,
                                              FileSystem& files);

struct RestoreOutcome {
  StoreReport report;
  std::string former_path;  // where the store went that was there; empty: there was none
};

// Puts a copy of a backup in the store's place, brought up to this release's format, once the copy
// is verified. The store that was there is kept beside it. A crash leaves the one or the other in
// place, and a repetition is possible. The backup is not changed. Makes the store's folder no more
// than any other does: it must be there.
//
// kBusy: a server has the store open. kNotFound: no such backup. kCorrupt: the backup is not whole;
// the message says what is wrong first. kNewerFormat, kUntrusted, kDiskFull, kIo.
[[nodiscard]] Result<RestoreOutcome> RestoreStore(
    const std::string& backup_path, const std::string& store_path,
    const std::optional<SigningPublicKey>& organisation, FileSystem& files);

}  // namespace sacoche
