#include "bench/bench_store.h"

#include <filesystem>

#include "platform/curl/curl_http_client.h"

namespace sacoche::bench {

Result<std::unique_ptr<BenchDevice>> BenchDevice::Open(const std::string& dir,
                                                       const std::string& device) {
  std::unique_ptr<BenchDevice> opened(new BenchDevice());
  opened->folder_ = dir + "/" + device;
  std::error_code error;
  if (!std::filesystem::is_directory(opened->folder_, error))
    return Fail(ErrorCode::kNotFound, "there is no device " + device + " in this folder",
                "Run `sacoche-bench init` first, and name A, B or S.");
  SACOCHE_ASSIGN(opened->engine_, Engine::Open({opened->folder_ + "/sacoche.db", &BenchSchema(),
                                                &opened->clock_, &opened->random_}));
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
