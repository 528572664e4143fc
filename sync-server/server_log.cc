#include "sync-server/server_log.h"

#include <unistd.h>

#include <array>
#include <ctime>

#include "sync-server/server_limits.h"

namespace sacoche {
namespace {

std::string FormatTime(std::uint64_t unix_ms, const char* format) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  // The program never leaves the C locale, so the names of days and months are English.
  const std::size_t size = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), size};
}

}  // namespace

std::string HttpDate(std::uint64_t unix_ms) {
  return FormatTime(unix_ms, "%a, %d %b %Y %H:%M:%S GMT");
}

void ServerLog::Event(std::string_view event, Fields fields) {
  const std::uint64_t now_ms = clock_.NowMs();
  if (MayWrite(now_ms)) Write(now_ms, event, fields);
}

bool ServerLog::MayWrite(std::uint64_t now_ms) {
  const std::uint64_t minute = now_ms / 60'000;
  if (minute != minute_) {
    if (suppressed_ > 0) Write(now_ms, "log-suppressed", {{"lines", std::to_string(suppressed_)}});
    minute_ = minute;
    lines_ = 0;
    suppressed_ = 0;
  }
  if (lines_ < kLogLinesPerMinuteMax) {
    ++lines_;
    return true;
  }
  ++suppressed_;
  return false;
}

void ServerLog::Write(std::uint64_t now_ms, std::string_view event, Fields fields) {
  std::string line = FormatTime(now_ms, "%Y-%m-%dT%H:%M:%SZ ");
  line += event;
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    line += value;
  }
  line += '\n';
  // A log that cannot be written is no reason to stop serving.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace sacoche
