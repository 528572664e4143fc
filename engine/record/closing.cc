#include "engine/record/closing.h"

#include "engine/record/state.h"

namespace sacoche {

Closing::Closing(const FieldDef& field, const std::map<RegisterKey, Register>& registers) {
  const auto states = registers.find(RegisterKey{field.id, {}});
  if (states == registers.end()) return;
  const std::vector<Sibling>& siblings = states->second.siblings;
  for (const Sibling& sibling : siblings) {
    const RoundState reached = StateOf(sibling.value);
    const bool is_furthest = std::ranges::none_of(siblings, [&](const Sibling& other) {
      return IsFurther(field, StateOf(other.value), reached);
    });
    if (is_furthest && field.TurnOf(reached.state) == Step::Turn::kCloses)
      dots_.push_back(sibling.dot);
  }
  const auto sights = registers.find(RegisterKey{field.id, SightElement()});
  if (sights == registers.end()) return;
  for (const Sibling& sibling : sights->second.siblings) {
    const auto* bytes = sibling.value.As<Bytes>();
    const auto sight = bytes == nullptr ? Result<Sight>(Sight{}) : DecodeSight(*bytes);
    // What nobody can read says nothing; what a newer release wrote may say anything.
    if (!sight) is_readable_ = is_readable_ && sight.error().code != ErrorCode::kNewerFormat;
    if (!sight) continue;
    for (const auto& [closing, seen] : sight->of) seen_[closing].Join(seen);
  }
}

bool Closing::Covers(const Dot& write) const {
  return std::ranges::any_of(dots_, [&](const Dot& closing) {
    const auto seen = SeenBeside(closing);
    return !seen || seen->Contains(write);
  });
}

std::optional<VersionVector> Closing::SeenBeside(const Dot& closing) const {
  const auto found = seen_.find(closing);
  if (!is_readable_ || found == seen_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sacoche
