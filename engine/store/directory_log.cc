#include "engine/store/directory_log.h"

namespace sacoche {

Status DirectoryLog::Append(std::uint64_t seq, ByteView statement) {
  return database_->Prepare("INSERT INTO directory(seq, statement) VALUES (?, ?)")
      .Bind(seq)
      .Bind(statement)
      .Run();
}

Result<std::uint64_t> DirectoryLog::Head() {
  auto query = database_->Prepare("SELECT max(seq) FROM directory");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Result<std::vector<Bytes>> DirectoryLog::ReadAfter(std::uint64_t seq) {
  auto query = database_->Prepare("SELECT statement FROM directory WHERE seq > ? ORDER BY seq");
  query.Bind(seq);
  std::vector<Bytes> statements;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return statements;
    statements.push_back(CopyOf(query.Blob(0)));
  }
}

}  // namespace sacoche
