#include "tests/sim/run.h"

#include <numeric>

namespace sacoche::sim {

Outcome Run(const RunOptions& options, const std::vector<std::uint64_t>& steps) {
  Outcome outcome;
  std::unique_ptr<World> world;
  try {
    world = std::make_unique<World>(options);
    for (const std::uint64_t step : steps) world->Step(step);
    world->Conclude();
  } catch (Violation& violation) {
    outcome.violation = std::move(violation);
  }
  if (world) {
    outcome.counters = world->counters();
    outcome.trace = world->trace();
  }
  return outcome;
}

Outcome Run(const RunOptions& options) {
  std::vector<std::uint64_t> steps(options.steps);
  std::iota(steps.begin(), steps.end(), 0);
  return Run(options, steps);
}

std::vector<std::uint64_t> Minimise(const RunOptions& options, std::uint64_t runs_max) {
  std::vector<std::uint64_t> steps(options.steps);
  std::iota(steps.begin(), steps.end(), 0);
  const Outcome whole = Run(options, steps);
  if (!whole.violation) return {};
  steps.resize(whole.counters.steps);
  const auto still_fails = [&](const std::vector<std::uint64_t>& fewer) {
    const Outcome outcome = Run(options, fewer);
    return outcome.violation && outcome.violation->invariant == whole.violation->invariant;
  };
  for (std::size_t piece = std::max<std::size_t>(steps.size() / 2, 1); piece > 0; piece /= 2) {
    for (std::size_t begin = 0; begin < steps.size() && runs_max > 0;) {
      std::vector<std::uint64_t> fewer = steps;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto count = std::min(piece, fewer.size() - begin);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(count));
      --runs_max;
      if (still_fails(fewer)) {
        steps = std::move(fewer);
      } else {
        begin += piece;
      }
    }
  }
  return steps;
}

}  // namespace sacoche::sim
