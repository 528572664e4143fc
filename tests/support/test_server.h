#pragma once

#include "sync-server/server_directory.h"
#include "sync-server/service.h"
#include "sync-server/time_key.h"
#include "tests/fakes/memory_envelope_store.h"

namespace sacoche {

// A server in this process: the real service over a store in memory.
struct TestServer {
  explicit TestServer(Clock& clock, const MemoryEnvelopeStore& backup = {})
      : store(backup),
        directory(std::move(*ServerDirectory::Load(store, std::nullopt))),
        time_key(std::move(*LoadOrMakeTimeKey(store))),
        service({store, *directory, clock, &time_key}, {}) {}

  MemoryEnvelopeStore store;
  std::unique_ptr<ServerDirectory> directory;
  SigningKey time_key;
  Service service;
};

}  // namespace sacoche
