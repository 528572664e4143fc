#pragma once

#include <map>

#include "engine/store/outbox.h"
#include "engine/wire/push.h"

namespace sacoche {

// How far each space was read from the server, and where each other device's chain stands.
class Progress {
 public:
  explicit Progress(Database* database) : database_(database) {}

  // The last server sequence of the space that was committed here; 0 at first.
  [[nodiscard]] Result<std::uint64_t> Cursor(const SpaceId& space);
  Status SetCursor(const SpaceId& space, std::uint64_t server_seq);

  // What the server last said of the space's history; sequence 0 if nothing.
  [[nodiscard]] Result<KnownHistoryFrame> KnownHistory(const SpaceId& space);
  // As the server said it: what colleagues are shown is compared with it too.
  Status SetKnownHistory(const SpaceId& space, const KnownHistoryFrame& known);
  // As this device reckoned it from the envelopes themselves.
  Status MoveKnownHistory(const SpaceId& space, const KnownHistoryFrame& known);
  // What it said at one of the last heads that were read; nothing if it was not asked there.
  [[nodiscard]] Result<std::optional<HistoryTag>> ShownHistory(const SpaceId& space,
                                                               std::uint64_t sequence);

  [[nodiscard]] Result<ChainHead> PeerChain(const SpaceId& space, const DeviceId& device);
  [[nodiscard]] Result<std::map<DeviceId, ChainHead>> PeerChains(const SpaceId& space);
  Status SetPeerChain(const SpaceId& space, const DeviceId& device, const ChainHead& head);

  // Whether this device lacks envelopes of its own, as after a backup was put back: the server must
  // be asked for them before another one continues the chain.
  [[nodiscard]] Result<bool> NeedsRecall(const SpaceId& space);
  Status StartRecall(const SpaceId& space);
  // In every space, those included that the directory will only name.
  Status StartRecallEverywhere();
  Status EndRecall(const SpaceId& space);

  // The reason of those that nobody will ever read.
  static constexpr const char* kForWantOfAKey =
      "an envelope does not open with any key of its epoch";
  // An authentic envelope that this release cannot read. Kept, so that nothing is lost.
  Status SetAside(const SpaceId& space, std::uint64_t server_seq, const std::string& reason,
                  ByteView envelope);
  [[nodiscard]] Result<std::uint64_t> CountSetAside();
  // Whether another release, or a repair, may read something of the space that this one cannot.
  [[nodiscard]] Result<bool> HasSetAside(const SpaceId& space);

 private:
  Status SetRecall(ByteView space, bool wanted);

  Database* database_;
};

}  // namespace sacoche
