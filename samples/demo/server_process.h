#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace sacoche::demo {

// A real `sacoche-server` on a free loopback port, with a certificate of its own. Stopped, and
// waited for, when it goes away.
class ServerProcess {
 public:
  // `binary`: the program; `folder`: for its data and certificates.
  static Result<std::unique_ptr<ServerProcess>> Start(const std::string& binary,
                                                      const std::string& folder);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }

  // SIGTERM, and its exit status.
  int Stop();

 private:
  ServerProcess() = default;

  pid_t pid_ = -1;
  std::string url_;
  std::string ca_pem_;
};

}  // namespace sacoche::demo
