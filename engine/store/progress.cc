#include "engine/store/progress.h"

namespace sacoche {

Result<std::uint64_t> Progress::Cursor(const SpaceId& space) {
  auto query = database_->Prepare("SELECT server_seq FROM cursor WHERE space = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Step());
  return found ? query.Uint(0) : 0;
}

Status Progress::SetCursor(const SpaceId& space, std::uint64_t server_seq) {
  return database_->Prepare("INSERT OR REPLACE INTO cursor(space, server_seq) VALUES (?, ?)")
      .Bind(space.view())
      .Bind(server_seq)
      .Run();
}

Result<ChainHead> Progress::PeerChain(const SpaceId& space, const DeviceId& device) {
  auto query =
      database_->Prepare("SELECT counter, hash FROM peer_chain WHERE space = ? AND device = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(device.view()).Step());
  if (!found) return ChainHead{};
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
}

Status Progress::SetPeerChain(const SpaceId& space, const DeviceId& device, const ChainHead& head) {
  return database_
      ->Prepare(
          "INSERT OR REPLACE INTO peer_chain(space, device, counter, hash) "
          "VALUES (?, ?, ?, ?)")
      .Bind(space.view())
      .Bind(device.view())
      .Bind(head.counter)
      .Bind(head.hash)
      .Run();
}

Status Progress::SetAside(const SpaceId& space, std::uint64_t server_seq, const std::string& reason,
                          ByteView envelope) {
  return database_
      ->Prepare(
          "INSERT OR REPLACE INTO set_aside(space, server_seq, reason, envelope) "
          "VALUES (?, ?, ?, ?)")
      .Bind(space.view())
      .Bind(server_seq)
      .Bind(std::string_view(reason))
      .Bind(envelope)
      .Run();
}

Result<std::uint64_t> Progress::CountSetAside() {
  auto query = database_->Prepare("SELECT count(*) FROM set_aside");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

}  // namespace sacoche
