#pragma once

#include <memory>

#include "platform/http_client.h"

namespace sacoche {

// libcurl, TLS 1.3, one kept-alive connection. A transfer is given up when it stands still (below
// kLowSpeedBytesPerSecond for kLowSpeedSeconds), never because it takes long.
class CurlHttpClient final : public HttpClient {
 public:
  static constexpr long kConnectTimeoutMs = 30'000;
  static constexpr long kLowSpeedBytesPerSecond = 16;
  static constexpr long kLowSpeedSeconds = 60;

  // `url`: https://host[:port]. `ca_pem`: the organisation's certificate authority; no other is
  // trusted, the system's neither.
  static Result<std::unique_ptr<CurlHttpClient>> Create(const std::string& url, std::string ca_pem);
  // Reaches whoever answers at `url`, and verifies nobody. For the one question by which a laptop
  // that knows no authority yet learns it: send nothing secret, and hold the answer against
  // something that came by another way.
  static Result<std::unique_ptr<CurlHttpClient>> CreateForFirstContact(const std::string& url);
  ~CurlHttpClient() override;

  [[nodiscard]] std::string authority() const override;
  Result<HttpResponse> Send(const HttpRequest& request, const BodySink& sink) override;
  [[nodiscard]] std::uint64_t LineBytes() const override;
  [[nodiscard]] SecretBytes Resumption() const override;
  void Resume(ByteView resumption) override;

 private:
  struct Impl;
  explicit CurlHttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sacoche
