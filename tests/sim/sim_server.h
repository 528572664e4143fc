#pragma once

#include "platform/clock.h"
#include "sync-server/service.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/time_key.h"
#include "tests/sim/sim_disk.h"

namespace sacoche::sim {

// The real server over a simulated disk, without sockets.
class SimServer {
 public:
  explicit SimServer(Clock& clock) : clock_(clock) { Start(); }

  SimDisk& disk() { return disk_; }
  Service& service() { return *service_; }
  EnvelopeStore& store() { return *store_; }
  [[nodiscard]] const Directory& directory() const { return directory_->directory(); }

  // After a power cut, or as the operator does it. Nothing happens to what was synced.
  void Restart(SimDisk::Kept kept, Choices& choices);
  // As it was then.
  void PutBack(const SimDisk::Files& files);
  // A copy of the data folder of a server that was stopped for it.
  SimDisk::Files BackUp();

 private:
  void Start();
  void Stop();

  Clock& clock_;
  SimDisk disk_;
  std::unique_ptr<SqliteEnvelopeStore> store_;
  std::unique_ptr<ServerDirectory> directory_;
  std::optional<SigningKey> time_key_;
  std::unique_ptr<Service> service_;
};

}  // namespace sacoche::sim
