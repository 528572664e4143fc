#include "bench/bench_store.h"

#include <filesystem>

#include "platform/curl/curl_http_client.h"

namespace sacoche::bench {
namespace {

// The stores of a measurement are sealed as people's are; their passphrase is no secret, and
// costs little, because each command unlocks them again.
constexpr std::string_view kPassphrase = "a measurement keeps no secrets";
constexpr Argon2Cost kQuickCost{.ops = 1, .memory_kib = 8 * 1024};

Result<std::unique_ptr<Vault>> OpenVault(const Vault::Options& options) {
  if (Vault::Inspect(options) != StoreFileState::kMissing)
    return Vault::UnlockWithPassphrase(options, ViewOf(kPassphrase));
  SACOCHE_ASSIGN(Vault::Created created, Vault::Create(options, ViewOf(kPassphrase), kQuickCost));
  return std::move(created.vault);
}

}  // namespace

Result<std::unique_ptr<BenchDevice>> BenchDevice::Open(const std::string& dir,
                                                       const std::string& device,
                                                       std::uint64_t snapshot_after) {
  std::unique_ptr<BenchDevice> opened(new BenchDevice());
  opened->folder_ = dir + "/" + device;
  std::error_code error;
  if (!std::filesystem::is_directory(opened->folder_, error))
    return Fail(ErrorCode::kNotFound, "there is no device " + device + " in this folder",
                "Run `sacoche-bench init` first, and name A, B or S.");
  const std::string path = opened->folder_ + "/sacoche.db";
  SACOCHE_ASSIGN(opened->vault_, OpenVault({path, &opened->files_, &opened->clock_, ""}));
  Engine::Config config{path, &BenchSchema(), &opened->clock_, &opened->random_,
                        opened->vault_->vfs_name()};
  config.snapshot_after_envelopes = snapshot_after;
  SACOCHE_ASSIGN(opened->engine_, Engine::Open(config));
  return opened;
}

Result<std::unique_ptr<HttpClient>> BenchDevice::Connect() {
  SACOCHE_ASSIGN(const auto joined, engine_->JoinedTo());
  if (!joined) return Fail(ErrorCode::kNotEnrolled, "the device was never enrolled", "Run init.");
  SACOCHE_ASSIGN(auto client, CurlHttpClient::Create(joined->server_url, joined->ca_pem));
  return std::unique_ptr<HttpClient>(std::move(client));
}

std::uint64_t BenchDevice::StoreBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

}  // namespace sacoche::bench
