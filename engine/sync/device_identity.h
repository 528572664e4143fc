#pragma once

#include "engine/seal/key_wrap.h"
#include "engine/store/store.h"
#include "platform/random.h"

namespace sacoche {

// kRevoked, in words for the person at the laptop.
tl::unexpected<Error> Withdrawn();

// This device's own keys, and the replica under which it edits. Made once, kept in the store.
struct DeviceIdentity {
  SigningKey signing_key;
  BoxKey box_key;
  ReplicaId replica;

  [[nodiscard]] DeviceId device() const { return DeviceIdOf(signing_key.public_key()); }

  // Loads it, or makes it in one transaction.
  static Result<DeviceIdentity> LoadOrMake(Store& store, Random& random);
  // Nothing if the store has none.
  static Result<std::optional<DeviceIdentity>> Load(Store& store);
  // In the caller's transaction.
  [[nodiscard]] Status Save(Store& store) const;

  // Once the directory has withdrawn this device: its keys and those of all epochs are gone from
  // the store, in one transaction, and Load fails with kRevoked from then on.
  static Status Forget(Store& store);
};

}  // namespace sacoche
