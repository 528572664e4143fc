#pragma once

#include "platform/sqlite/database.h"

namespace sacoche {

// BEGIN IMMEDIATE, and ROLLBACK unless Commit succeeded.
class Transaction {
 public:
  static Result<Transaction> Begin(Database& database) {
    SACOCHE_TRY(database.Prepare("BEGIN IMMEDIATE").Run());
    return Transaction(&database);
  }

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;

  ~Transaction() {
    if (database_ == nullptr) return;
    // SQLite has rolled back by itself after some errors; then there is nothing left to undo.
    if (auto ignored = database_->Prepare("ROLLBACK").Run(); !ignored) return;
  }

  // When this returns without an error, the changes are on the disk.
  Status Commit() {
    SACOCHE_TRY(database_->Prepare("COMMIT").Run());
    database_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace sacoche
