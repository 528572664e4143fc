#pragma once

#include "platform/sqlite/database.h"

namespace sacoche {

// The directory's statements as they came, in the server's order, from 1. What they mean is the
// membership room's business.
class DirectoryLog {
 public:
  explicit DirectoryLog(Database* database) : database_(database) {}

  Status Append(std::uint64_t seq, ByteView statement);
  // The sequence of the last statement; 0 if there is none.
  [[nodiscard]] Result<std::uint64_t> Head();
  [[nodiscard]] Result<std::vector<Bytes>> ReadAfter(std::uint64_t seq);

 private:
  Database* database_;
};

}  // namespace sacoche
