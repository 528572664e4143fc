#pragma once

#include "engine/sign/device_signature.h"
#include "sync-server/server_limits.h"

namespace sacoche {

// What `sacoche-server serve` runs with: the file's values, then the flags'.
// server.example.toml shows and explains every key.
struct ServerConfig {
  std::string data;
  std::string listen = "0.0.0.0:8443";
  std::string metrics_listen;  // empty: nowhere
  std::string certificate;
  std::string key;
  std::string ca;  // empty: laptops that enrol are not told the authority
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

// All keys, without their tables: the example file must show each.
[[nodiscard]] std::vector<std::string_view> ServerConfigKeys();

// What must be there once file and flags are merged.
[[nodiscard]] Status CheckServerConfig(const ServerConfig& config);

}  // namespace sacoche
