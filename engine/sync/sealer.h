#pragma once

#include "engine/seal/envelope_seal.h"
#include "engine/sync/directory_follower.h"
#include "engine/sync/key_exchange.h"
#include "platform/random.h"

namespace sacoche {

// Turns the local changes that no envelope holds yet into sealed envelopes in the outbox.
class Sealer {
 public:
  Sealer(Store* store, Directory* directory, const DirectoryFollower* follower, KeyExchange* keys,
         const DeviceIdentity* identity, Random* random)
      : store_(store),
        directory_(directory),
        follower_(follower),
        keys_(keys),
        identity_(identity),
        random_(random) {}

  // Seals all that waits in the space, one transaction an envelope, under its current epoch.
  // False: something waits, and this device has no key for it yet, or somebody who left holds it.
  Result<bool> Flush(const SpaceId& space);

 private:
  struct Draft {
    std::vector<PlainItem> items;
    std::vector<std::int64_t> log_sequences;
    std::size_t bytes = 0;        // sealed
    std::size_t plain_bytes = 0;  // before compression, about
  };

  Draft MakeDraft(std::vector<ChangeLog::Unsealed> unsealed) const;
  Status SealDraft(const SpaceId& space, std::uint64_t epoch, const EpochKey& key,
                   const Draft& draft);

  Store* store_;
  Directory* directory_;
  const DirectoryFollower* follower_;
  KeyExchange* keys_;
  const DeviceIdentity* identity_;
  Random* random_;
};

}  // namespace sacoche
