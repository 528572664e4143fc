#pragma once

#include <cstdint>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

struct sqlite3_stmt;

namespace sacoche {

class Database;

// One use of a prepared statement: bind in order, then Step or Run. Bound views must outlive the
// stepping. Movable; resets the statement when it goes away.
class StatementHandle {
 public:
  StatementHandle(Database* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  StatementHandle(StatementHandle&& other) noexcept;
  StatementHandle& operator=(StatementHandle&&) = delete;
  StatementHandle(const StatementHandle&) = delete;
  ~StatementHandle();

  StatementHandle& Bind(ByteView blob);
  StatementHandle& Bind(std::string_view text);
  StatementHandle& Bind(std::int64_t value);
  StatementHandle& Bind(std::uint64_t value) { return Bind(static_cast<std::int64_t>(value)); }
  StatementHandle& Bind(int value) { return Bind(static_cast<std::int64_t>(value)); }
  StatementHandle& BindNull();

  // True: a row is there. False: no more rows.
  Result<bool> Step();

  // For a statement that gives no rows.
  Status Run();

  // Columns of the current row. Views last until the next Step.
  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] std::uint64_t Uint(int column) const {
    return static_cast<std::uint64_t>(Int(column));
  }
  [[nodiscard]] ByteView Blob(int column) const;
  [[nodiscard]] std::string Text(int column) const;
  [[nodiscard]] bool IsNull(int column) const;

  // An id column. The stored length is checked: a wrong one gives the zero id.
  template <class Id>
  [[nodiscard]] Id IdAt(int column) const {
    return Id::FromView(Blob(column)).value_or(Id{});
  }

  template <std::size_t N>
  [[nodiscard]] ByteArray<N> ArrayAt(int column) const {
    ByteArray<N> array{};
    const ByteView blob = Blob(column);
    if (blob.size() == N) std::copy(blob.begin(), blob.end(), array.begin());
    return array;
  }

 private:
  Database* database_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
};

}  // namespace sacoche
