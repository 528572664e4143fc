#pragma once

#include "engine/engine.h"
#include "engine/sync/agreement.h"
#include "engine/sync/device_identity.h"

namespace sacoche {

// What an Engine is made of; for its own files only.
struct Engine::Parts {
  Config config;
  std::unique_ptr<Store> store;
  DeviceIdentity identity;
  Directory directory;
  Committer committer;
  TrustedTime time;
  Agreement agreement;       // with the server, as last looked at
  Agreement kept_agreement;  // as it stands in the store
  SecretBytes directory_key;
  std::function<void(const std::set<RecordId>&)> observer;

  // The key of the names came with this device's admission.
  void TakeDirectoryKey() {
    const Member* self = directory.FindMember(identity.device());
    if (self == nullptr || !directory_key.empty()) return;
    if (auto key = identity.box_key.Open(self->admission.sealed_directory_key))
      directory_key = std::move(*key);
  }
};

}  // namespace sacoche
