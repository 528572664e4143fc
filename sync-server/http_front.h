#pragma once

#include "sync-server/server_limits.h"
#include "sync-server/server_log.h"
#include "sync-server/service.h"

namespace sacoche {

struct HttpFrontOptions {
  std::string listen;            // address:port; port 0 takes a free one
  std::string certificate_path;  // PEM, the server's certificate first
  std::string key_path;          // PEM
  ServerLimits limits;
};

// HTTPS in front of a Service: TLS 1.3 only, with session tickets; HTTP/1.1. One thread runs
// everything. Clients that are slow, silent or wrong are let go within the bounds of ServerLimits.
class HttpFront {
 public:
  // Takes the port. kInvalidInput: the address cannot be understood; kNotFound, kCorrupt: the
  // certificate or key; kIo: the port is taken or not ours.
  static Result<std::unique_ptr<HttpFront>> Listen(const HttpFrontOptions& options,
                                                   Service& service, Clock& clock, ServerLog& log);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  // address:port as bound.
  [[nodiscard]] std::string address() const;

  // Serves until SIGTERM or SIGINT; then lets the running requests finish, for
  // ServerLimits::stop_ms_max at most. A second signal ends at once.
  void Run();

 private:
  class Impl;
  explicit HttpFront(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sacoche
