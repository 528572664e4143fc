#pragma once

#include "engine/causality/hlc.h"
#include "engine/commit/commit.h"
#include "engine/sync/key_exchange.h"

namespace sacoche {

// Takes an envelope from the server into the store: verify, open, unbundle, commit.
class Receiver {
 public:
  Receiver(Store* store, Directory* directory, KeyExchange* keys, Committer* committer,
           const DeviceIdentity* identity)
      : store_(store),
        directory_(directory),
        keys_(keys),
        committer_(committer),
        identity_(identity) {}

  enum class Outcome {
    kCommitted,
    kKnownAlready,   // sent again, after the server had forgotten it
    kSetAside,       // authentic, and unreadable for this release
    kWaitingForKey,  // nothing was done; a member must grant the epoch's key first
    kGap,            // nothing was done; an earlier envelope of that device is missing here
  };
  struct Received {
    Outcome outcome = Outcome::kCommitted;
    CommitReport commit;
    std::uint64_t missing_epoch = 0;  // with kWaitingForKey
  };

  // `space`: the one that was asked for. kUntrusted: the server altered something or mixed it up;
  // nothing of it was taken in.
  [[nodiscard]] Result<Received> Receive(const SpaceId& space, std::uint64_t server_seq,
                                         ByteView bytes);

 private:
  [[nodiscard]] Result<std::vector<Change>> Open(const Envelope& envelope, const EpochKey& key);

  Store* store_;
  Directory* directory_;
  KeyExchange* keys_;
  Committer* committer_;
  const DeviceIdentity* identity_;
};

}  // namespace sacoche
