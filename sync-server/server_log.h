#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "platform/clock.h"

namespace sacoche {

// One line per event on standard error: time, event, then key=value. Callers pass numbers, names
// from closed lists and ids cut to 8 hexadecimal digits: never content, names, paths or addresses.
// Bounded per minute (kLogLinesPerMinuteMax), so that strangers cannot fill a disk. One thread.
class ServerLog {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  explicit ServerLog(Clock& clock) : clock_(clock) {}

  void Event(std::string_view event, Fields fields);

 private:
  [[nodiscard]] bool MayWrite(std::uint64_t now_ms);
  static void Write(std::uint64_t now_ms, std::string_view event, Fields fields);

  Clock& clock_;
  std::uint64_t minute_ = 0;
  int lines_ = 0;
  int suppressed_ = 0;
};

// IMF-fixdate (RFC 9110, section 5.6.7), for the Date header.
[[nodiscard]] std::string HttpDate(std::uint64_t unix_ms);

}  // namespace sacoche
