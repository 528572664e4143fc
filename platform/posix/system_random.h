#pragma once

#include "platform/random.h"

namespace sacoche {

// The kernel's generator (getrandom).
class SystemRandom final : public Random {
 public:
  void Fill(std::span<std::uint8_t> out) override;
};

}  // namespace sacoche
