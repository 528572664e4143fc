#pragma once

#include <cstdint>
#include <iterator>

#include "platform/base/check.h"
#include "platform/random.h"

namespace sacoche::sim {

// One number from several, so that what a step draws depends on the seed and its own number only,
// and stays the same when other steps are removed (splitmix64, Steele, Lea and Flood 2014).
constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
  std::uint64_t z = a + 0x9e3779b97f4a7c15ULL * (b + 1) + 0xd1b54a32d192ed03ULL * c;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15ULL); }
  std::uint64_t Below(std::uint64_t bound) {
    SACOCHE_CHECK(bound > 0);
    return Next() % bound;
  }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }
  template <class Items>
  const auto& Of(const Items& items) {
    return *std::next(std::begin(items), static_cast<std::ptrdiff_t>(Below(std::size(items))));
  }

 private:
  std::uint64_t state_;
};

// Ids and nonces of one device, begun anew at each step.
class StepRandom final : public Random {
 public:
  void Reseed(std::uint64_t seed) { choices_ = Choices(seed); }
  void Fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(choices_.Next() >> 24);
  }

 private:
  Choices choices_{0};
};

}  // namespace sacoche::sim
