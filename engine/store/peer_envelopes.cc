#include "engine/store/peer_envelopes.h"

namespace sacoche {

Status PeerEnvelopes::Put(const SpaceId& space, const DeviceId& device, std::uint64_t counter,
                          std::uint64_t received_s, ByteView envelope) {
  return database_
      ->Prepare(
          "INSERT OR REPLACE INTO peer_envelope(space, device, counter, received_s, envelope)"
          " VALUES (?, ?, ?, ?, ?)")
      .Bind(space.view())
      .Bind(device.view())
      .Bind(counter)
      .Bind(received_s)
      .Bind(envelope)
      .Run();
}

Result<std::optional<Bytes>> PeerEnvelopes::Find(const SpaceId& space, const DeviceId& device,
                                                 std::uint64_t counter) {
  auto query = database_->Prepare(
      "SELECT envelope FROM peer_envelope WHERE space = ? AND device = ? AND counter = ?");
  SACOCHE_ASSIGN(const bool found,
                 query.Bind(space.view()).Bind(device.view()).Bind(counter).Step());
  return found ? std::optional(CopyOf(query.Blob(0))) : std::nullopt;
}

Status PeerEnvelopes::ForgetOlderThan(const SpaceId& space, std::uint64_t seconds) {
  return database_
      ->Prepare(
          "DELETE FROM peer_envelope WHERE space = ?1 AND received_s + ?2 <"
          " (SELECT max(received_s) FROM peer_envelope WHERE space = ?1)")
      .Bind(space.view())
      .Bind(seconds)
      .Run();
}

}  // namespace sacoche
