#pragma once

#include <string>

#include "bench/bench_schema.h"
#include "engine/engine.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"
#include "platform/vault/vault.h"

namespace sacoche::bench {

// One device of a bench folder: DIR/A/sacoche.db and so on.
class BenchDevice {
 public:
  // `snapshot_after`: Engine::Config::snapshot_after_envelopes.
  static Result<std::unique_ptr<BenchDevice>> Open(
      const std::string& dir, const std::string& device,
      std::uint64_t snapshot_after = sync_limits::kSnapshotAfterEnvelopes);

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] Random& random() { return random_; }

  // The client of the server that the device was enrolled with.
  [[nodiscard]] Result<std::unique_ptr<HttpClient>> Connect();

  // Database and WAL.
  [[nodiscard]] std::uint64_t StoreBytes() const;

 private:
  BenchDevice() = default;

  std::string folder_;
  SystemClock clock_;
  SystemRandom random_;
  PosixFileSystem files_;
  std::unique_ptr<Vault> vault_;  // outlives the engine
  std::unique_ptr<Engine> engine_;
};

}  // namespace sacoche::bench
