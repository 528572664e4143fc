#include "engine/store/peer_envelopes.h"

#include "engine/wire/envelope.h"

namespace sacoche {

Status PeerEnvelopes::Put(const Entry& entry) {
  return database_
      ->Prepare(
          "INSERT INTO peer_envelope(space, device, counter, received_s, log_seq, envelope)"
          " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
          " SET received_s = excluded.received_s, envelope = excluded.envelope")
      .Bind(entry.space.view())
      .Bind(entry.device.view())
      .Bind(entry.counter)
      .Bind(entry.received_s)
      .Bind(entry.log_seq)
      .Bind(entry.envelope)
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

Result<std::optional<KnownHistoryFrame>> PeerEnvelopes::LastView(const SpaceId& space,
                                                                 const DeviceId& device) {
  auto query = database_->Prepare(
      "SELECT envelope FROM peer_envelope WHERE space = ? AND device = ?"
      " ORDER BY counter DESC LIMIT 1");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(device.view()).Step());
  if (!found) return std::optional<KnownHistoryFrame>();
  const auto envelope = DecodeEnvelope(query.Blob(0));
  if (!envelope || !envelope->header.view || envelope->header.view->history == HistoryTag{})
    return std::optional<KnownHistoryFrame>();
  return std::optional(
      KnownHistoryFrame{envelope->header.seen_head, envelope->header.view->history});
}

Result<std::vector<PeerEnvelopes::Place>> PeerEnvelopes::PlacesAfter(const SpaceId& space,
                                                                     const DeviceId& device,
                                                                     std::uint64_t counter) {
  auto query = database_->Prepare(
      "SELECT counter, log_seq FROM peer_envelope WHERE space = ? AND device = ? AND counter > ?"
      " ORDER BY counter");
  query.Bind(space.view()).Bind(device.view()).Bind(counter);
  std::vector<Place> places;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return places;
    places.push_back({query.Uint(0), query.Int(1)});
  }
}

Status PeerEnvelopes::DropAfter(const SpaceId& space, const DeviceId& device,
                                std::uint64_t counter) {
  return database_
      ->Prepare("DELETE FROM peer_envelope WHERE space = ? AND device = ? AND counter > ?")
      .Bind(space.view())
      .Bind(device.view())
      .Bind(counter)
      .Run();
}

Status PeerEnvelopes::NoteForgotten(const SpaceId& space, const Forgotten& one) {
  return database_
      ->Prepare("INSERT OR IGNORE INTO forgotten(space, device, counter) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(one.device.view())
      .Bind(one.counter)
      .Run();
}

Result<std::vector<PeerEnvelopes::Forgotten>> PeerEnvelopes::ForgottenOf(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT device, counter FROM forgotten WHERE space = ? ORDER BY device, counter");
  query.Bind(space.view());
  std::vector<Forgotten> forgotten;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return forgotten;
    forgotten.push_back({query.IdAt<DeviceId>(0), query.Uint(1)});
  }
}

Status PeerEnvelopes::DropForgotten(const SpaceId& space, const Forgotten& one) {
  return database_->Prepare("DELETE FROM forgotten WHERE space = ? AND device = ? AND counter = ?")
      .Bind(space.view())
      .Bind(one.device.view())
      .Bind(one.counter)
      .Run();
}

Status PeerEnvelopes::DropForgottenUpTo(const SpaceId& space, const Forgotten& last) {
  return database_->Prepare("DELETE FROM forgotten WHERE space = ? AND device = ? AND counter <= ?")
      .Bind(space.view())
      .Bind(last.device.view())
      .Bind(last.counter)
      .Run();
}

Status PeerEnvelopes::DropAllForgotten(const SpaceId& space) {
  return database_->Prepare("DELETE FROM forgotten WHERE space = ?").Bind(space.view()).Run();
}

Status PeerEnvelopes::ForgetOlderThan(const SpaceId& space, std::uint64_t seconds) {
  SACOCHE_TRY(
      database_
          ->Prepare("UPDATE peer_envelope SET received_s ="
                    " (SELECT max(received_s) FROM peer_envelope WHERE space = ?1)"
                    " WHERE space = ?1 AND received_s = 0 AND counter <= coalesce((SELECT counter"
                    " FROM peer_chain WHERE space = ?1 AND device = peer_envelope.device), 0)")
          .Bind(space.view())
          .Run());
  SACOCHE_TRY(database_
                  ->Prepare("DELETE FROM peer_envelope WHERE space = ?1 AND received_s > 0 AND"
                            " received_s <"
                            " (SELECT max(received_s) FROM peer_envelope WHERE space = ?1) - ?2")
                  .Bind(space.view())
                  .Bind(seconds)
                  .Run());
  return database_
      ->Prepare(
          "DELETE FROM forgotten WHERE space = ?1 AND NOT EXISTS"
          " (SELECT 1 FROM peer_envelope WHERE space = ?1"
          "  AND device = forgotten.device AND counter = forgotten.counter)")
      .Bind(space.view())
      .Run();
}

}  // namespace sacoche
