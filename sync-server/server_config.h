#pragma once

#include "engine/sign/device_signature.h"
#include "sync-server/server_limits.h"

namespace sacoche {

// What `sacoche-server serve` runs with: the file's values, then the flags'.
//
//   data = "/var/lib/sacoche"            # folder of the store
//   listen = "0.0.0.0:8443"
//   certificate = "server.pem"
//   key = "server.key"
//   organisation = "<64 hex digits>"     # optional: serve this organisation and no other
//   ready_file = "/run/sacoche/ready"    # optional: receives the bound address
//   [limits]                             # optional: the names of ServerLimits
//   idle_ms_max = 60000
//
// Relative paths of a file start at the file's own folder.
struct ServerConfig {
  std::string data;
  std::string listen = "0.0.0.0:8443";
  std::string certificate;
  std::string key;
  std::optional<SigningPublicKey> organisation;
  std::string ready_file;
  ServerLimits limits;
};

inline constexpr std::size_t kConfigBytesMax = 64 * 1024;

// kInvalidInput with the line and the key that is wrong; unknown keys are refused, since a typing
// error must not silently mean the default.
[[nodiscard]] Result<ServerConfig> ParseServerConfig(std::string_view toml,
                                                     const std::string& folder);

[[nodiscard]] Result<SigningPublicKey> ParseOrganisation(std::string_view hex);

// What must be there once file and flags are merged.
[[nodiscard]] Status CheckServerConfig(const ServerConfig& config);

}  // namespace sacoche
