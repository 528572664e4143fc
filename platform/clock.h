#pragma once

#include <cstdint>

namespace sacoche {

// What time this machine believes it is. People's clocks are wrong, sometimes by years: nothing is
// accepted or refused because of what this says.
class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since the Unix epoch, UTC. May jump either way.
  virtual std::uint64_t NowMs() = 0;
};

}  // namespace sacoche
