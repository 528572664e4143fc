#pragma once

#include "tests/sim/world.h"

namespace sacoche::sim {

struct Outcome {
  std::optional<Violation> violation;
  Counters counters;
  std::string trace;
};

// One run: the steps of the seed from 0, or those named only.
[[nodiscard]] Outcome Run(const RunOptions& options);
[[nodiscard]] Outcome Run(const RunOptions& options, const std::vector<std::uint64_t>& steps);

// The fewest steps found that still break the same invariant, by leaving out ever smaller pieces
// (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
[[nodiscard]] std::vector<std::uint64_t> Minimise(const RunOptions& options,
                                                  std::uint64_t runs_max = 400);

}  // namespace sacoche::sim
