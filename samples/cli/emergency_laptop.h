#pragma once

#include "engine/casework/casework_projector.h"
#include "engine/organisation.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// A laptop that exists for one use of the recovery key: its store, encrypted under a passphrase
// that nobody knows, is gone with it, and the organisation withdraws it before.
class EmergencyLaptop {
 public:
  // Makes the store in a folder of its own, and joins. `http` must reach the invitation's server
  // and outlive this.
  static Result<std::unique_ptr<EmergencyLaptop>> Make(CommandContext& context,
                                                       const Invitation& invitation,
                                                       HttpClient& http);
  ~EmergencyLaptop();
  EmergencyLaptop(const EmergencyLaptop&) = delete;
  EmergencyLaptop& operator=(const EmergencyLaptop&) = delete;

  // Asks to be admitted, and is, into these spaces.
  Status LetIn(Organisation& organisation, const std::vector<SpaceId>& spaces);
  Status Synchronise();

  [[nodiscard]] Engine& engine() { return *engine_; }

 private:
  EmergencyLaptop(std::string folder, HttpClient& http) : folder_(std::move(folder)), http_(http) {}

  std::string folder_;
  HttpClient& http_;
  casework::CaseworkProjector projector_;
  std::unique_ptr<Vault> vault_;  // outlives the engine
  std::unique_ptr<Engine> engine_;
};

}  // namespace sacoche
