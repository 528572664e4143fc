#pragma once

#include "platform/clock.h"

namespace sacoche {

class SystemClock final : public Clock {
 public:
  std::uint64_t NowMs() override;
};

}  // namespace sacoche
