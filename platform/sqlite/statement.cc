#include "platform/sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

#include "platform/base/check.h"
#include "platform/sqlite/database.h"

namespace sacoche {

StatementHandle::StatementHandle(StatementHandle&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_) {}

StatementHandle::~StatementHandle() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

StatementHandle& StatementHandle::Bind(ByteView blob) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL; an empty blob is a value.
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  SACOCHE_CHECK(sqlite3_bind_blob64(statement_, next_parameter_++, data, blob.size(),
                                    SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

StatementHandle& StatementHandle::Bind(std::string_view text) {
  if (statement_ == nullptr) return *this;
  const char* data = text.empty() ? "" : text.data();
  SACOCHE_CHECK(sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), SQLITE_STATIC,
                                    SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

StatementHandle& StatementHandle::Bind(std::int64_t value) {
  if (statement_ == nullptr) return *this;
  SACOCHE_CHECK(sqlite3_bind_int64(statement_, next_parameter_++, value) == SQLITE_OK);
  return *this;
}

StatementHandle& StatementHandle::BindNull() {
  if (statement_ == nullptr) return *this;
  SACOCHE_CHECK(sqlite3_bind_null(statement_, next_parameter_++) == SQLITE_OK);
  return *this;
}

Result<bool> StatementHandle::Step() {
  if (statement_ == nullptr) return database_->LastError(SQLITE_IOERR);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->LastError(code);
}

Status StatementHandle::Run() {
  SACOCHE_ASSIGN(const bool row, Step());
  SACOCHE_CHECK(!row);
  return {};
}

std::int64_t StatementHandle::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

ByteView StatementHandle::Blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string StatementHandle::Text(int column) const { return std::string(TextOf(Blob(column))); }

bool StatementHandle::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace sacoche
