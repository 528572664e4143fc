#include "engine/commit/take_snapshot.h"

namespace sacoche {
namespace {

constexpr std::size_t kPageRecords = 256;

Status AddRecord(Store& store, const RecordHead& head, SnapshotCutter& cutter) {
  SACOCHE_ASSIGN(auto record, store.records().Read(head.id));
  if (!record)
    return Fail(ErrorCode::kCorrupt, "the store has lost a record",
                "Run `sacoche verify`: it says what is damaged, and what to do.");
  return cutter.Add(SnapshotRecord{head.id, head.kind, head.dossier, head.created, head.changed,
                                   std::move(record->registers)});
}

Result<std::map<DeviceId, ChainEnd>> ChainsOf(Store& store, const SpaceId& space,
                                              const DeviceId& self) {
  SACOCHE_ASSIGN(auto peers, store.progress().PeerChains(space));
  SACOCHE_ASSIGN(peers[self], store.outbox().Head(space));
  std::map<DeviceId, ChainEnd> chains;
  for (const auto& [device, head] : peers)
    if (head.counter > 0) chains[device] = ChainEnd{head.counter, head.hash};
  return chains;
}

}  // namespace

Result<bool> MaySnapshot(Store& store, const SpaceId& space) {
  SACOCHE_ASSIGN(const std::uint64_t cursor, store.progress().Cursor(space));
  SACOCHE_ASSIGN(const bool recalls, store.progress().NeedsRecall(space));
  SACOCHE_ASSIGN(const bool has_set_aside, store.progress().HasSetAside(space));
  SACOCHE_ASSIGN(const std::uint64_t waiting, store.outbox().CountWaiting(space));
  SACOCHE_ASSIGN(const auto unsealed, store.log().ReadUnsealed(space, 1));
  SACOCHE_ASSIGN(const bool has_carried, store.carried().HasChanges(space));
  return cursor > 0 && !recalls && !has_set_aside && waiting == 0 && unsealed.empty() &&
         !has_carried;
}

Result<SnapshotSummary> TakeSnapshot(Store& store, const SpaceId& space, const DeviceId& self,
                                     SnapshotCutter::Sink sink) {
  SnapshotSummary summary;
  summary.space = space;
  SACOCHE_ASSIGN(summary.server_seq, store.progress().Cursor(space));
  SACOCHE_ASSIGN(summary.known, store.log().Known(space));
  SACOCHE_ASSIGN(summary.chains, ChainsOf(store, space, self));
  SnapshotCutter cutter(std::move(sink));
  RecordId after;
  while (true) {
    SACOCHE_ASSIGN(const auto page, store.records().PageOfSpace(space, after, kPageRecords));
    if (page.empty()) break;
    for (const RecordHead& head : page) SACOCHE_TRY(AddRecord(store, head, cutter));
    after = page.back().id;
  }
  SACOCHE_TRY(cutter.Finish());
  summary.records = cutter.records();
  return summary;
}

}  // namespace sacoche
