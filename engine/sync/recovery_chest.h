#pragma once

#include <optional>

#include "engine/seal/key_wrap.h"
#include "engine/store/store.h"

namespace sacoche {

// What a device keeps in its store of recovery: the public key of its own code on paper, to be said
// in the directory; and the secret key of another's, from the moment that the code was typed until
// the directory shows that it is used. What writes belongs into the caller's transaction.
class RecoveryChest {
 public:
  explicit RecoveryChest(Store* store) : keys_(&store->keys()) {}

  // Nothing if no code was noted.
  [[nodiscard]] Result<std::optional<BoxPublicKey>> CodeKey();
  Status PutCodeKey(const BoxPublicKey& key);

  // Nothing if none waits to be used.
  [[nodiscard]] Result<std::optional<BoxKey>> Typed();
  Status PutTyped(const BoxKey& key);
  Status DropTyped();

  // The name under which the secret stands, for whoever wipes a store's keys.
  static constexpr std::string_view kTyped = "recovery.typed";

 private:
  KeyChest* keys_;
};

}  // namespace sacoche
