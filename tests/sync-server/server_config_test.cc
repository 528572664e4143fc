#include "sync-server/server_config.h"

#include <gmock/gmock.h>

#include "tests/support/process.h"

namespace sacoche {
namespace {

using testing::HasSubstr;

std::string ErrorOf(std::string_view toml) {
  const auto config = ParseServerConfig(toml, "");
  if (config) return "accepted";
  EXPECT_EQ(config.error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(config.error().advice.empty());
  return config.error().message;
}

TEST(ServerConfig, ReadsEveryKey) {
  const std::string hex(64, 'a');
  const auto config = ParseServerConfig(
      "data = 'store'\nlisten = '127.0.0.1:0'\ncertificate = '/etc/c.pem'\nkey = 'k.pem'\nca = "
      "'ca.pem'\n"
      "organisation = '" +
          hex +
          "'\nready_file = 'ready'\n"
          "[limits]\nidle_ms_max = 5\nconnections_max = 7\nbody_bytes_per_s_min = 9\n",
      "/srv/sacoche");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->data, "/srv/sacoche/store");
  EXPECT_EQ(config->listen, "127.0.0.1:0");
  EXPECT_EQ(config->certificate, "/etc/c.pem");
  EXPECT_EQ(config->key, "/srv/sacoche/k.pem");
  EXPECT_EQ(config->ca, "/srv/sacoche/ca.pem");
  EXPECT_EQ(ToHex(*config->organisation), hex);
  EXPECT_EQ(config->ready_file, "/srv/sacoche/ready");
  EXPECT_EQ(config->limits.idle_ms_max, std::chrono::milliseconds(5));
  EXPECT_EQ(config->limits.connections_max, 7U);
  EXPECT_EQ(config->limits.body_bytes_per_s_min, 9U);
  EXPECT_EQ(config->limits.header_bytes_max, ServerLimits{}.header_bytes_max);
}

TEST(ServerConfig, TheExampleShowsEveryKeyWithItsDefault) {
  const std::string example =
      ReadTextFile(SACOCHE_SOURCE_FOLDER "/sync-server/server.example.toml");
  const auto config = ParseServerConfig(example, "");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->limits, ServerLimits{});
  EXPECT_EQ(config->listen, ServerConfig{}.listen);
  for (const std::string_view key : ServerConfigKeys())
    EXPECT_THAT(example, testing::ContainsRegex("(^|\n)(# )?" + std::string(key) + " = "));
}

TEST(ServerConfig, NamesTheUnknownKeyAndItsLine) {
  EXPECT_THAT(ErrorOf("data = 'x'\nlissten = 'y'\n"), HasSubstr("`lissten` is not known (line 2)"));
  EXPECT_THAT(ErrorOf("[limits]\nidle = 3\n"), HasSubstr("`limits.idle` is not known (line 2)"));
}

TEST(ServerConfig, NamesTheWrongValue) {
  EXPECT_THAT(ErrorOf("listen = 8443"), HasSubstr("`listen` must be a text"));
  EXPECT_THAT(ErrorOf("data = ''"), HasSubstr("`data` must be a text"));
  EXPECT_THAT(ErrorOf("limits = 3"), HasSubstr("`limits` must be a table"));
  for (const char* value : {"0", "-1", "1.5", "'1'", "9000000000"})
    EXPECT_THAT(ErrorOf(std::string("[limits]\nidle_ms_max = ") + value),
                HasSubstr("`limits.idle_ms_max` must be a whole number from 1"));
  EXPECT_THAT(ErrorOf("organisation = 'abc'"), HasSubstr("64 hexadecimal digits"));
}

TEST(ServerConfig, NamesTheLineThatIsNoToml) {
  EXPECT_THAT(ErrorOf("data = 'x'\nlisten ="), HasSubstr("(line 2)"));
}

TEST(ServerConfig, SaysWhatIsMissing) {
  ServerConfig config;
  config.data = "d";
  config.certificate = "c";
  const Status status = CheckServerConfig(config);
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("`key`"));
  EXPECT_THAT(status.error().advice, HasSubstr("--key"));
  config.key = "k";
  EXPECT_TRUE(CheckServerConfig(config).has_value());
}

}  // namespace
}  // namespace sacoche
