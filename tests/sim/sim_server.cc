#include "tests/sim/sim_server.h"

#include "tests/sim/violation.h"

namespace sacoche::sim {

void SimServer::Start() {
  auto store = SqliteEnvelopeStore::Open("server.db", disk_.vfs_name());
  Require(store.has_value(), Invariant::kNothingTypedIsLost,
          "the server's store does not open: " + (store ? "" : store.error().message));
  store_ = std::move(*store);
  auto directory = ServerDirectory::Load(*store_, std::nullopt);
  Require(directory.has_value(), Invariant::kNothingTypedIsLost,
          "the server's directory does not load: " + (directory ? "" : directory.error().message));
  directory_ = std::move(*directory);
  auto time_key = LoadOrMakeTimeKey(*store_);
  Require(time_key.has_value(), Invariant::kNothingTypedIsLost,
          "the server's time key is lost: " + (time_key ? "" : time_key.error().message));
  time_key_.emplace(std::move(*time_key));
  service_ = std::make_unique<Service>(
      SyncHandler::Rooms{*store_, *directory_, clock_, &*time_key_}, Service::Options{});
}

void SimServer::Stop() {
  service_.reset();
  time_key_.reset();
  directory_.reset();
  store_.reset();
}

void SimServer::Restart(SimDisk::Kept kept, Choices& choices) {
  Stop();
  disk_.Restart(kept, choices);
  Start();
}

void SimServer::PutBack(const SimDisk::Files& files) {
  Stop();
  disk_.Replace(files);
  Start();
}

SimDisk::Files SimServer::BackUp() {
  Stop();
  SimDisk::Files files = disk_.Copy();
  Start();
  return files;
}

}  // namespace sacoche::sim
