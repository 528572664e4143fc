#pragma once

#include "engine/record/schema.h"

namespace sacoche {

// What the register of a monotonic field holds: a state, and the round in which it was reached. A
// field that goes back begins a round, so that what was written without sight of that can be told
// from what was written after it.
struct RoundState {
  Value state;
  std::int64_t round = 0;

  bool operator==(const RoundState&) const = default;
};

// Further rounds count as this one: no sender brings the number to overflow.
inline constexpr std::int64_t kRoundMax = 1'000'000;

// In the first round, 0, the plain state; later a list of the state and the round.
[[nodiscard]] Value StoredState(RoundState reached);
// A value of any other shape is taken for a state of the first round.
[[nodiscard]] RoundState StateOf(const Value& stored);

// Whether `a` prevails over `b`: something over nothing, then the later round, then the rank.
[[nodiscard]] bool IsFurther(const FieldDef& field, const RoundState& a, const RoundState& b);

}  // namespace sacoche
