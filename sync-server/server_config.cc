#include "sync-server/server_config.h"

#include <toml++/toml.h>

#include <array>
#include <filesystem>

namespace sacoche {
namespace {

constexpr const char* kAdvice =
    "Correct the configuration file; server.example.toml shows every key.";

tl::unexpected<Error> Wrong(std::string message) {
  return Fail(ErrorCode::kInvalidInput, "the configuration: " + std::move(message), kAdvice);
}

std::string At(const toml::node& node) {
  return " (line " + std::to_string(node.source().begin.line) + ")";
}

struct TextKey {
  std::string_view name;
  std::string ServerConfig::*member;
  enum class Kind { kText, kPath } kind;
};
constexpr std::array kTextKeys = {
    TextKey{"data", &ServerConfig::data, TextKey::Kind::kPath},
    TextKey{"listen", &ServerConfig::listen, TextKey::Kind::kText},
    TextKey{"metrics_listen", &ServerConfig::metrics_listen, TextKey::Kind::kText},
    TextKey{"certificate", &ServerConfig::certificate, TextKey::Kind::kPath},
    TextKey{"key", &ServerConfig::key, TextKey::Kind::kPath},
    TextKey{"ca", &ServerConfig::ca, TextKey::Kind::kPath},
    TextKey{"ready_file", &ServerConfig::ready_file, TextKey::Kind::kPath},
};

struct LimitKey {
  std::string_view name;
  void (*set)(ServerLimits&, std::int64_t);
};
template <auto Member>
void SetLimit(ServerLimits& limits, std::int64_t value) {
  using Value = std::remove_reference_t<decltype(limits.*Member)>;
  limits.*Member = static_cast<Value>(value);
}
constexpr std::array kLimitKeys = {
    LimitKey{"handshake_ms_max", SetLimit<&ServerLimits::handshake_ms_max>},
    LimitKey{"header_ms_max", SetLimit<&ServerLimits::header_ms_max>},
    LimitKey{"idle_ms_max", SetLimit<&ServerLimits::idle_ms_max>},
    LimitKey{"body_window_ms", SetLimit<&ServerLimits::body_window_ms>},
    LimitKey{"body_bytes_per_s_min", SetLimit<&ServerLimits::body_bytes_per_s_min>},
    LimitKey{"answer_window_ms", SetLimit<&ServerLimits::answer_window_ms>},
    LimitKey{"answer_bytes_per_s_min", SetLimit<&ServerLimits::answer_bytes_per_s_min>},
    LimitKey{"write_stall_ms_max", SetLimit<&ServerLimits::write_stall_ms_max>},
    LimitKey{"farewell_ms_max", SetLimit<&ServerLimits::farewell_ms_max>},
    LimitKey{"stop_ms_max", SetLimit<&ServerLimits::stop_ms_max>},
    LimitKey{"header_bytes_max", SetLimit<&ServerLimits::header_bytes_max>},
    LimitKey{"connections_max", SetLimit<&ServerLimits::connections_max>},
    LimitKey{"connections_per_address_max", SetLimit<&ServerLimits::connections_per_address_max>},
    LimitKey{"sync_requests_max", SetLimit<&ServerLimits::sync_requests_max>},
    LimitKey{"connections_per_minute_per_address",
             SetLimit<&ServerLimits::connections_per_minute_per_address>},
    LimitKey{"connections_burst_per_address",
             SetLimit<&ServerLimits::connections_burst_per_address>},
    LimitKey{"requests_per_minute_per_address",
             SetLimit<&ServerLimits::requests_per_minute_per_address>},
    LimitKey{"requests_burst_per_address", SetLimit<&ServerLimits::requests_burst_per_address>},
    LimitKey{"requests_per_minute_per_device",
             SetLimit<&ServerLimits::requests_per_minute_per_device>},
    LimitKey{"requests_burst_per_device", SetLimit<&ServerLimits::requests_burst_per_device>},
    LimitKey{"space_mib_max", SetLimit<&ServerLimits::space_mib_max>},
};

// No limit makes sense beyond this, and products of two stay far from overflowing.
constexpr std::int64_t kLimitValueMax = 1'000'000'000;

Result<std::string> TextValue(std::string_view name, const toml::node& node) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty())
    return Wrong("`" + std::string(name) + "` must be a text in quotation marks" + At(node));
  return *text;
}

Status ReadLimit(ServerLimits& limits, std::string_view name, const toml::node& node) {
  for (const LimitKey& key : kLimitKeys) {
    if (key.name != name) continue;
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > kLimitValueMax)
      return Wrong("`limits." + std::string(name) + "` must be a whole number from 1 to " +
                   std::to_string(kLimitValueMax) + At(node));
    key.set(limits, *value);
    return {};
  }
  return Wrong("`limits." + std::string(name) + "` is not known" + At(node));
}

Status ReadLimits(ServerLimits& limits, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return Wrong("`limits` must be a table, [limits]" + At(node));
  for (const auto& [key, value] : *table) SACOCHE_TRY(ReadLimit(limits, key.str(), value));
  return {};
}

std::string UnderFolder(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).string();
}

Status ReadKey(ServerConfig& config, const std::string& folder, std::string_view name,
               const toml::node& node) {
  if (name == "limits") return ReadLimits(config.limits, node);
  if (name == "organisation") {
    SACOCHE_ASSIGN(const std::string hex, TextValue(name, node));
    SACOCHE_ASSIGN(config.organisation, ParseOrganisation(hex));
    return {};
  }
  for (const TextKey& key : kTextKeys) {
    if (key.name != name) continue;
    SACOCHE_ASSIGN(const std::string text, TextValue(name, node));
    config.*key.member = key.kind == TextKey::Kind::kPath ? UnderFolder(folder, text) : text;
    return {};
  }
  return Wrong("`" + std::string(name) + "` is not known" + At(node));
}

}  // namespace

Result<ServerConfig> ParseServerConfig(std::string_view text, const std::string& folder) {
  try {
    const toml::table table = toml::parse(text);
    ServerConfig config;
    for (const auto& [key, value] : table) SACOCHE_TRY(ReadKey(config, folder, key.str(), value));
    return config;
  } catch (const toml::parse_error& error) {
    return Wrong(std::string(error.description()) + " (line " +
                 std::to_string(error.source().begin.line) + ")");
  }
}

Result<SigningPublicKey> ParseOrganisation(std::string_view hex) {
  const auto raw = FromHex(hex);
  SigningPublicKey key{};
  if (!raw || raw->size() != key.size())
    return Fail(ErrorCode::kInvalidInput, "the organisation is not a key of 64 hexadecimal digits",
                "Copy it from the administrator's laptop.");
  std::ranges::copy(*raw, key.begin());
  return key;
}

std::vector<std::string_view> ServerConfigKeys() {
  std::vector<std::string_view> names{"organisation"};
  for (const TextKey& key : kTextKeys) names.push_back(key.name);
  for (const LimitKey& key : kLimitKeys) names.push_back(key.name);
  return names;
}

Status CheckServerConfig(const ServerConfig& config) {
  const std::pair<const char*, const std::string*> needed[] = {
      {"data", &config.data}, {"certificate", &config.certificate}, {"key", &config.key}};
  for (const auto& [name, value] : needed)
    if (value->empty())
      return Fail(ErrorCode::kInvalidInput, std::string("`") + name + "` is not given",
                  std::string("Write it in the configuration file or give --") + name + ".");
  return {};
}

}  // namespace sacoche
