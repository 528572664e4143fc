#include "platform/posix/system_clock.h"

#include <chrono>

namespace sacoche {

std::uint64_t SystemClock::NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return ms > 0 ? static_cast<std::uint64_t>(ms) : 0;
}

}  // namespace sacoche
