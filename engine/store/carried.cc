#include "engine/store/carried.h"

namespace sacoche {

Result<ChainHead> Carried::Chain(const SpaceId& space, const DeviceId& device) {
  auto query =
      database_->Prepare("SELECT counter, hash FROM carried_chain WHERE space = ? AND device = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(device.view()).Step());
  if (!found) return ChainHead{};
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
}

Result<std::map<DeviceId, ChainHead>> Carried::Chains(const SpaceId& space) {
  auto query =
      database_->Prepare("SELECT device, counter, hash FROM carried_chain WHERE space = ?");
  query.Bind(space.view());
  std::map<DeviceId, ChainHead> chains;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return chains;
    chains[query.IdAt<DeviceId>(0)] = ChainHead{query.Uint(1), query.ArrayAt<32>(2)};
  }
}

Status Carried::SetChain(const SpaceId& space, const DeviceId& device, const ChainHead& head) {
  return database_
      ->Prepare(
          "INSERT OR REPLACE INTO carried_chain(space, device, counter, hash) VALUES (?, ?, ?, ?)")
      .Bind(space.view())
      .Bind(device.view())
      .Bind(head.counter)
      .Bind(head.hash)
      .Run();
}

Status Carried::DropChain(const SpaceId& space, const DeviceId& device) {
  return database_->Prepare("DELETE FROM carried_chain WHERE space = ? AND device = ?")
      .Bind(space.view())
      .Bind(device.view())
      .Run();
}

Status Carried::AddChange(const SpaceId& space, const Dot& dot) {
  return database_
      ->Prepare("INSERT OR IGNORE INTO carried_change(space, replica, counter) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(dot.replica.view())
      .Bind(dot.counter)
      .Run();
}

Result<bool> Carried::Settle(const SpaceId& space, const Dot& dot) {
  auto query = database_->Prepare(
      "DELETE FROM carried_change WHERE space = ? AND replica = ? AND counter = ? RETURNING 1");
  return query.Bind(space.view()).Bind(dot.replica.view()).Bind(dot.counter).Step();
}

Status Carried::SettleAll(const SpaceId& space, const VersionVector& shown) {
  std::vector<Dot> settled;
  {
    auto query = database_->Prepare("SELECT replica, counter FROM carried_change WHERE space = ?");
    query.Bind(space.view());
    while (true) {
      SACOCHE_ASSIGN(const bool row, query.Step());
      if (!row) break;
      const Dot dot{query.IdAt<ReplicaId>(0), query.Uint(1)};
      if (shown.Contains(dot)) settled.push_back(dot);
    }
  }
  for (const Dot& dot : settled) SACOCHE_TRY(Settle(space, dot));
  return {};
}

Result<bool> Carried::HasChanges(const SpaceId& space) {
  auto query = database_->Prepare("SELECT 1 FROM carried_change WHERE space = ? LIMIT 1");
  return query.Bind(space.view()).Step();
}

Result<bool> Carried::IsCarried(const SpaceId& space, const Dot& dot) {
  auto query = database_->Prepare(
      "SELECT 1 FROM carried_change WHERE space = ? AND replica = ? AND counter = ?");
  return query.Bind(space.view()).Bind(dot.replica.view()).Bind(dot.counter).Step();
}

Result<std::uint64_t> Carried::CountChanges() {
  auto query = database_->Prepare("SELECT count(*) FROM carried_change");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Result<std::optional<Carried::Held>> Carried::HeldBy(const SpaceId& space, const DeviceId& holder) {
  auto query =
      database_->Prepare("SELECT author, counter FROM held_chain WHERE space = ? AND holder = ?");
  query.Bind(space.view()).Bind(holder.view());
  std::optional<Held> held;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return held;
    if (!held) held.emplace();
    (*held)[query.IdAt<DeviceId>(0)] = query.Uint(1);
  }
}

Status Carried::SetHeldBy(const SpaceId& space, const DeviceId& holder, const Held& held) {
  SACOCHE_TRY(database_->Prepare("DELETE FROM held_chain WHERE space = ? AND holder = ?")
                  .Bind(space.view())
                  .Bind(holder.view())
                  .Run());
  for (const auto& [author, counter] : held)
    SACOCHE_TRY(
        database_
            ->Prepare("INSERT INTO held_chain(space, holder, author, counter) VALUES (?, ?, ?, ?)")
            .Bind(space.view())
            .Bind(holder.view())
            .Bind(author.view())
            .Bind(counter)
            .Run());
  return {};
}

}  // namespace sacoche
