#pragma once

#include <memory>

#include "engine/store/carried.h"
#include "engine/store/change_log.h"
#include "engine/store/directory_log.h"
#include "engine/store/key_chest.h"
#include "engine/store/outbox.h"
#include "engine/store/peer_envelopes.h"
#include "engine/store/progress.h"
#include "engine/store/projections_due.h"
#include "engine/store/records.h"
#include "engine/store/search.h"
#include "engine/store/snapshots.h"
#include "engine/store/suspicions.h"
#include "platform/sqlite/transaction.h"

namespace sacoche {

// The device's database (SCHEMA.md). The parts below are views of one connection; none of them
// begins a transaction: commit and sync do, around what belongs together. One thread.
class Store {
 public:
  // Opens or makes the file and brings its format up to date. kNewerFormat: made by a newer
  // release, nothing was touched. kBusy: another program has it.
  // `vfs`: SQLite's name of the file system layer; empty: in the clear.
  static Result<std::unique_ptr<Store>> Open(const std::string& path, const std::string& vfs = {});

  // To look at a store that may be damaged: nothing is written, and an older format stays as it is.
  static Result<std::unique_ptr<Store>> OpenReadOnly(const std::string& path,
                                                     const std::string& vfs = {});

  // kStoreFormat, or an older one if it was opened read-only.
  [[nodiscard]] int format() const { return format_; }

  // What SQLite finds wrong in the file's structure, in its own words; empty: nothing.
  [[nodiscard]] Result<std::vector<std::string>> CheckIntegrity() {
    return database_->CheckIntegrity();
  }
  // A whole copy through the same layer, on the disk when this returns.
  Status CopyTo(const std::string& path) { return database_->CopyTo({.path = path, .vfs = vfs_}); }

  // Everything that is here of a space: records, changes, envelopes, keys. In the caller's
  // transaction.
  Status ForgetSpace(const SpaceId& space);

  [[nodiscard]] Result<Transaction> Begin() { return Transaction::Begin(*database_); }

  [[nodiscard]] ChangeLog& log() { return log_; }
  [[nodiscard]] Records& records() { return records_; }
  [[nodiscard]] Search& search() { return search_; }
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  [[nodiscard]] PeerEnvelopes& peer_envelopes() { return peer_envelopes_; }
  [[nodiscard]] Carried& carried() { return carried_; }
  [[nodiscard]] Progress& progress() { return progress_; }
  [[nodiscard]] ProjectionsDue& projections_due() { return projections_due_; }
  [[nodiscard]] Snapshots& snapshots() { return snapshots_; }
  [[nodiscard]] DirectoryLog& directory() { return directory_; }
  [[nodiscard]] KeyChest& keys() { return keys_; }
  [[nodiscard]] Suspicions& suspicions() { return suspicions_; }

 private:
  Store(std::unique_ptr<Database> database, std::string vfs, int format);

  std::unique_ptr<Database> database_;
  std::string vfs_;
  int format_;
  ChangeLog log_;
  Records records_;
  Search search_;
  Outbox outbox_;
  PeerEnvelopes peer_envelopes_;
  Carried carried_;
  Progress progress_;
  ProjectionsDue projections_due_;
  Snapshots snapshots_;
  DirectoryLog directory_;
  KeyChest keys_;
  Suspicions suspicions_;
};

}  // namespace sacoche
