#include "engine/record/state.h"

#include <algorithm>

namespace sacoche {

Value StoredState(RoundState reached) {
  if (reached.round == 0) return std::move(reached.state);
  return Value::List({std::move(reached.state), Value::Integer(reached.round)});
}

RoundState StateOf(const Value& stored) {
  const auto* pair = stored.As<ValueList>();
  if (pair == nullptr || pair->size() != 2) return RoundState{stored, 0};
  const auto* round = (*pair)[1].As<std::int64_t>();
  if (round == nullptr || *round < 1) return RoundState{stored, 0};
  return RoundState{(*pair)[0], std::min(*round, kRoundMax)};
}

bool IsFurther(const FieldDef& field, const RoundState& a, const RoundState& b) {
  if (a.state.empty() != b.state.empty()) return b.state.empty();
  if (a.round != b.round) return a.round > b.round;
  return field.RankOf(a.state) > field.RankOf(b.state);
}

}  // namespace sacoche
