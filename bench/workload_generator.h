#pragma once

#include <cstdint>
#include <ostream>

namespace sacoche::bench {

struct GeneratorOptions {
  // Below this, a day's shared cases could leave nobody one of their own.
  static constexpr unsigned kCasesMin = 8;
  static constexpr unsigned kCasesMax = 100'000;

  std::uint64_t seed = 1;
  unsigned cases = 40;
  unsigned days = 2;
};

// Writes an invented workload in the format of the workload files (JSON lines): A's base cases,
// then days on which A and B each create cases, edit, note and synchronise. Each day a few cases
// are edited by both, some of them in the very same field: those are true conflicts.
void GenerateWorkload(const GeneratorOptions& options, std::ostream& out);

}  // namespace sacoche::bench
