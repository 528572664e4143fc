#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "platform/base/ids.h"

namespace sacoche {

// The greatest counter: far beyond what anybody writes, and differences of two still fit.
inline constexpr std::uint64_t kDotCounterMax = (std::uint64_t{1} << 62) - 1;

// The name of one change: the n-th of one replica in one space, counted from 1 without gaps.
struct Dot {
  ReplicaId replica;
  std::uint64_t counter = 0;

  auto operator<=>(const Dot&) const = default;
};

}  // namespace sacoche

template <>
struct std::hash<sacoche::Dot> {
  std::size_t operator()(const sacoche::Dot& dot) const noexcept {
    return std::hash<sacoche::ReplicaId>{}(dot.replica) ^
           static_cast<std::size_t>(dot.counter * 0x9e3779b97f4a7c15ULL);
  }
};
