#include "platform/posix/system_random.h"

#include <sys/random.h>

#include <cerrno>

#include "platform/base/check.h"

namespace sacoche {

void SystemRandom::Fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    SACOCHE_CHECK(got > 0 || errno == EINTR);
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace sacoche
