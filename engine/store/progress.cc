#include "engine/store/progress.h"

namespace sacoche {
namespace {

// Envelopes behind the newest head of which a colleague's view can still be compared.
constexpr std::uint64_t kShownHistoryKept = 10'000;

}  // namespace
namespace {

// The row that holds for every space without a row of its own.
constexpr ByteView kEverySpace{};

}  // namespace

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

Result<KnownHistoryFrame> Progress::KnownHistory(const SpaceId& space) {
  auto query = database_->Prepare("SELECT server_seq, tag FROM known_history WHERE space = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Step());
  if (!found) return KnownHistoryFrame{};
  return KnownHistoryFrame{query.Uint(0), query.ArrayAt<8>(1)};
}

// Sequence 0: the server has another history, and what it showed before is nothing to compare with.
Status Progress::SetKnownHistory(const SpaceId& space, const KnownHistoryFrame& known) {
  if (known.sequence > 0)
    SACOCHE_TRY(database_
                    ->Prepare("INSERT OR REPLACE INTO shown_history(space, server_seq, tag)"
                              " VALUES (?, ?, ?)")
                    .Bind(space.view())
                    .Bind(known.sequence)
                    .Bind(known.tag)
                    .Run());
  const std::uint64_t kept_from =
      known.sequence > kShownHistoryKept ? known.sequence - kShownHistoryKept : 0;
  SACOCHE_TRY(database_
                  ->Prepare("DELETE FROM shown_history WHERE space = ?1"
                            " AND (server_seq > ?2 OR server_seq < ?3)")
                  .Bind(space.view())
                  .Bind(known.sequence)
                  .Bind(kept_from)
                  .Run());
  return MoveKnownHistory(space, known);
}

Status Progress::MoveKnownHistory(const SpaceId& space, const KnownHistoryFrame& known) {
  return database_
      ->Prepare("INSERT OR REPLACE INTO known_history(space, server_seq, tag) VALUES (?, ?, ?)")
      .Bind(space.view())
      .Bind(known.sequence)
      .Bind(known.tag)
      .Run();
}

Result<std::optional<HistoryTag>> Progress::ShownHistory(const SpaceId& space,
                                                         std::uint64_t sequence) {
  auto query =
      database_->Prepare("SELECT tag FROM shown_history WHERE space = ? AND server_seq = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(sequence).Step());
  return found ? std::optional(query.ArrayAt<8>(0)) : std::nullopt;
}

Result<ChainHead> Progress::PeerChain(const SpaceId& space, const DeviceId& device) {
  auto query =
      database_->Prepare("SELECT counter, hash FROM peer_chain WHERE space = ? AND device = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Bind(device.view()).Step());
  if (!found) return ChainHead{};
  return ChainHead{query.Uint(0), query.ArrayAt<32>(1)};
}

Result<std::map<DeviceId, ChainHead>> Progress::PeerChains(const SpaceId& space) {
  auto query = database_->Prepare("SELECT device, counter, hash FROM peer_chain WHERE space = ?");
  query.Bind(space.view());
  std::map<DeviceId, ChainHead> chains;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return chains;
    chains[query.IdAt<DeviceId>(0)] = ChainHead{query.Uint(1), query.ArrayAt<32>(2)};
  }
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

Result<bool> Progress::NeedsRecall(const SpaceId& space) {
  auto query = database_->Prepare(
      "SELECT wanted FROM recall WHERE space IN (?, x'') ORDER BY length(space) DESC LIMIT 1");
  SACOCHE_ASSIGN(const bool found, query.Bind(space.view()).Step());
  return found && query.Int(0) != 0;
}

Status Progress::SetRecall(ByteView space, bool wanted) {
  return database_->Prepare("INSERT OR REPLACE INTO recall(space, wanted) VALUES (?, ?)")
      .Bind(space)
      .Bind(wanted ? 1 : 0)
      .Run();
}

Status Progress::StartRecall(const SpaceId& space) { return SetRecall(space.view(), true); }
Status Progress::EndRecall(const SpaceId& space) { return SetRecall(space.view(), false); }

Status Progress::StartRecallEverywhere() {
  SACOCHE_TRY(database_->Prepare("DELETE FROM recall").Run());
  return SetRecall(kEverySpace, true);
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

Result<bool> Progress::HasSetAside(const SpaceId& space) {
  auto query =
      database_->Prepare("SELECT 1 FROM set_aside WHERE space = ? AND reason <> ? LIMIT 1");
  return query.Bind(space.view()).Bind(std::string_view(kForWantOfAKey)).Step();
}

Result<std::uint64_t> Progress::CountSetAside() {
  auto query = database_->Prepare("SELECT count(*) FROM set_aside");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

}  // namespace sacoche
