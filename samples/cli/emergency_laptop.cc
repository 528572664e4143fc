#include "samples/cli/emergency_laptop.h"

#include <cstdlib>
#include <filesystem>

namespace sacoche {
namespace {

// The passphrase is 32 random bytes: there is nothing to slow down.
constexpr Argon2Cost kNoCost{.ops = 1, .memory_kib = 8 * 1024};
constexpr const char* kPerson = "Accès exceptionnel";

}  // namespace

Result<std::unique_ptr<EmergencyLaptop>> EmergencyLaptop::Make(CommandContext& context,
                                                               const Invitation& invitation,
                                                               HttpClient& http) {
  std::string folder =
      (std::filesystem::temp_directory_path() / "sacoche-emergency-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return Fail(ErrorCode::kIo, "no folder could be made in " + folder,
                "Check the temporary folder and its permissions.");
  std::unique_ptr<EmergencyLaptop> laptop(new EmergencyLaptop(folder, http));
  const Vault::Options options = context.VaultOptionsOf(folder + "/sacoche.db");
  ByteArray<32> passphrase;
  context.random().Fill(passphrase);
  SACOCHE_ASSIGN(Vault::Created created,
                 Vault::Create(options, ViewOf(ToHex(passphrase)), kNoCost));
  laptop->vault_ = std::move(created.vault);
  SACOCHE_ASSIGN(laptop->engine_, Engine::Open({.path = folder + "/sacoche.db",
                                                .schema = &context.schema(),
                                                .clock = &context.clock(),
                                                .random = &context.random(),
                                                .vfs = laptop->vault_->vfs_name(),
                                                .projector = &laptop->projector_}));
  SACOCHE_TRY(laptop->engine_->Join(invitation));
  return laptop;
}

EmergencyLaptop::~EmergencyLaptop() {
  engine_.reset();
  vault_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Status EmergencyLaptop::LetIn(Organisation& organisation, const std::vector<SpaceId>& spaces) {
  SACOCHE_TRY(engine_->RequestAdmission(http_, {kPerson, engine_->device().ToHex().substr(0, 8)}));
  SACOCHE_ASSIGN(const EngineStatus status, engine_->ReadStatus());
  SACOCHE_ASSIGN(const auto requests, organisation.Requests());
  const auto own =
      std::ranges::find(requests, status.comparison_phrase.value_or(""), &PendingDevice::phrase);
  if (own != requests.end()) return organisation.Admit(*own, Role::kIntervenant, spaces);
  return Fail(ErrorCode::kNetwork, "the request for admission did not arrive", "Try again.");
}

Status EmergencyLaptop::Synchronise() {
  SyncReport report;
  return engine_->Sync(http_, report);
}

}  // namespace sacoche
