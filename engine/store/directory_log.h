#pragma once

#include "platform/sqlite/database.h"

namespace sacoche {

// The directory's statements as they came, in the server's order, from 1. What they mean is the
// membership room's business.
class DirectoryLog {
 public:
  explicit DirectoryLog(Database* database) : database_(database) {}

  Status Append(std::uint64_t seq, ByteView statement);
  // `shown` takes the place of all that the server showed, and `missing` of what it lacks.
  Status Replace(const std::vector<Bytes>& shown, const std::vector<Bytes>& missing);
  // The server showed that one too.
  Status DropMissing(ByteView statement);
  // What is known here and the server did not show, in an order in which it can take it.
  [[nodiscard]] Result<std::vector<Bytes>> Missing();
  // The sequence of the last statement; 0 if there is none.
  [[nodiscard]] Result<std::uint64_t> Head();
  [[nodiscard]] Result<std::vector<Bytes>> ReadAfter(std::uint64_t seq);

 private:
  Database* database_;
};

}  // namespace sacoche
