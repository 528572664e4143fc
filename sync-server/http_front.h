#pragma once

#include <functional>

#include "sync-server/server_limits.h"
#include "sync-server/server_log.h"
#include "sync-server/service.h"

namespace sacoche {

class TlsSessions;

struct HttpFrontOptions {
  std::string listen;               // address:port; port 0 takes a free one
  std::string certificate_path;     // PEM, the server's certificate first
  std::string key_path;             // PEM
  TlsSessions* sessions = nullptr;  // must outlive the front; none: laptops resume until a reload
  std::string ca_pem;               // Service::SetAuthority
  std::string metrics_listen;       // address:port on loopback for /metrics; empty: nowhere
  ServerLimits limits;
  // What holds from now on, at SIGHUP: certificate, key, authority and limits are taken over from
  // it, all of them or none. An error says why not. Empty: SIGHUP changes nothing.
  std::function<Result<HttpFrontOptions>()> reload;
  std::function<std::uint64_t()> store_bytes;  // for /metrics
};

// What of the limits is the service's to keep.
[[nodiscard]] Service::Options ServiceOptionsOf(const ServerLimits& limits);

// HTTPS in front of a Service: TLS 1.3 only, with session tickets; HTTP/1.1. Connections
// are spread over one loop per core; the thread of Run is the service's. Clients that are slow,
// silent or wrong are let go within the bounds of ServerLimits.
class HttpFront {
 public:
  // Takes the port. kInvalidInput: the address cannot be understood; kNotFound, kCorrupt: the
  // certificate or key; kIo: the port is taken or not ours.
  static Result<std::unique_ptr<HttpFront>> Listen(const HttpFrontOptions& options,
                                                   Service& service, Clock& clock, ServerLog& log,
                                                   ServerMetrics& metrics);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  // address:port as bound.
  [[nodiscard]] std::string address() const;
  // The same of /metrics; empty: nowhere.
  [[nodiscard]] std::string metrics_address() const;

  // Serves until SIGTERM or SIGINT; then lets the running requests finish, for
  // ServerLimits::stop_ms_max at most. A second signal ends it as
  // soon as what lies with the service is done. SIGHUP: HttpFrontOptions.
  void Run();

 private:
  class Impl;
  explicit HttpFront(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sacoche
