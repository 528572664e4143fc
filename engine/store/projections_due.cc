#include "engine/store/projections_due.h"

namespace sacoche {

Status ProjectionsDue::Add(const SpaceId& space, const RecordId& dossier) {
  return database_->Prepare("INSERT OR IGNORE INTO projection_due(space, dossier) VALUES (?, ?)")
      .Bind(space.view())
      .Bind(dossier.view())
      .Run();
}

Status ProjectionsDue::AddAll() {
  return database_
      ->Prepare(
          "INSERT OR IGNORE INTO projection_due(space, dossier)"
          " SELECT space, id FROM record WHERE id = dossier")
      .Run();
}

Status ProjectionsDue::AddAllOf(const SpaceId& space) {
  return database_
      ->Prepare(
          "INSERT OR IGNORE INTO projection_due(space, dossier)"
          " SELECT space, id FROM record WHERE space = ? AND id = dossier")
      .Bind(space.view())
      .Run();
}

Status ProjectionsDue::Remove(const SpaceId& space, const RecordId& dossier) {
  return database_->Prepare("DELETE FROM projection_due WHERE space = ? AND dossier = ?")
      .Bind(space.view())
      .Bind(dossier.view())
      .Run();
}

Result<std::vector<std::pair<SpaceId, RecordId>>> ProjectionsDue::After(
    const std::pair<SpaceId, RecordId>& last, std::size_t count_max) {
  auto query = database_->Prepare(
      "SELECT space, dossier FROM projection_due WHERE (space, dossier) > (?, ?)"
      " ORDER BY space, dossier LIMIT ?");
  query.Bind(last.first.view()).Bind(last.second.view()).Bind(std::uint64_t{count_max});
  std::vector<std::pair<SpaceId, RecordId>> due;
  while (true) {
    SACOCHE_ASSIGN(const bool has_row, query.Step());
    if (!has_row) return due;
    const auto space = SpaceId::FromView(query.Blob(0));
    const auto dossier = RecordId::FromView(query.Blob(1));
    if (!space || !dossier)
      return Fail(ErrorCode::kCorrupt, "the store holds an id of another length");
    due.emplace_back(*space, *dossier);
  }
}

}  // namespace sacoche
