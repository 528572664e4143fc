#pragma once

#include <map>
#include <string>

#include "engine/casework/casework_projector.h"
#include "engine/casework/schema.h"
#include "engine/engine.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"
#include "platform/vault/vault.h"

namespace sacoche::demo {

// A laptop of the demonstration: its own store, its own connection, and what it sent and received.
class Laptop {
 public:
  static Result<std::unique_ptr<Laptop>> Make(const std::string& folder, const Profile& profile,
                                              const Invitation& invitation);

  // The phrase that the person reads to the administrator.
  [[nodiscard]] Result<std::string> AskForAdmission();

  // `fields`: names and values as a person types them; of a set, the elements one by one.
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Result<RecordId> Create(std::string_view kind, const Fields& fields,
                          std::optional<RecordId> dossier = std::nullopt);
  Status Change(std::string_view kind, const RecordId& record, const RecordId& dossier,
                const Fields& fields);

  Status Synchronise();

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const Profile& profile() const { return profile_; }
  [[nodiscard]] const SyncReport& totals() const { return totals_; }
  [[nodiscard]] double sync_seconds() const { return sync_seconds_; }
  [[nodiscard]] std::uint64_t edits() const { return edits_; }

 private:
  Laptop() = default;

  Profile profile_;
  SystemClock clock_;
  SystemRandom random_;
  PosixFileSystem files_;
  casework::CaseworkProjector projector_;
  std::unique_ptr<Vault> vault_;  // outlives the engine
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpClient> http_;
  SyncReport totals_;
  double sync_seconds_ = 0;
  std::uint64_t edits_ = 0;
};

}  // namespace sacoche::demo
