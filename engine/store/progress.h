#pragma once

#include "engine/store/outbox.h"

namespace sacoche {

// How far each space was read from the server, and where each other device's chain stands.
class Progress {
 public:
  explicit Progress(Database* database) : database_(database) {}

  // The last server sequence of the space that was committed here; 0 at first.
  [[nodiscard]] Result<std::uint64_t> Cursor(const SpaceId& space);
  Status SetCursor(const SpaceId& space, std::uint64_t server_seq);

  [[nodiscard]] Result<ChainHead> PeerChain(const SpaceId& space, const DeviceId& device);
  Status SetPeerChain(const SpaceId& space, const DeviceId& device, const ChainHead& head);

  // An authentic envelope that this release cannot read. Kept, so that nothing is lost.
  Status SetAside(const SpaceId& space, std::uint64_t server_seq, const std::string& reason,
                  ByteView envelope);
  [[nodiscard]] Result<std::uint64_t> CountSetAside();

 private:
  Database* database_;
};

}  // namespace sacoche
