#include "engine/store/directory_log.h"

namespace sacoche {
namespace {

Result<std::vector<Bytes>> AllBlobs(StatementHandle query) {
  std::vector<Bytes> blobs;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return blobs;
    blobs.push_back(CopyOf(query.Blob(0)));
  }
}

}  // namespace

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
  return AllBlobs(std::move(query));
}

Status DirectoryLog::Replace(const std::vector<Bytes>& shown, const std::vector<Bytes>& missing) {
  SACOCHE_TRY(database_->Prepare("DELETE FROM directory").Run());
  SACOCHE_TRY(database_->Prepare("DELETE FROM directory_missing").Run());
  std::uint64_t seq = 0;
  for (const Bytes& statement : shown) SACOCHE_TRY(Append(++seq, statement));
  std::uint64_t position = 0;
  for (const Bytes& statement : missing)
    SACOCHE_TRY(
        database_->Prepare("INSERT INTO directory_missing(position, statement) VALUES (?, ?)")
            .Bind(++position)
            .Bind(statement)
            .Run());
  return {};
}

Status DirectoryLog::DropMissing(ByteView statement) {
  return database_->Prepare("DELETE FROM directory_missing WHERE statement = ?")
      .Bind(statement)
      .Run();
}

Result<std::vector<Bytes>> DirectoryLog::Missing() {
  return AllBlobs(database_->Prepare("SELECT statement FROM directory_missing ORDER BY position"));
}

}  // namespace sacoche
