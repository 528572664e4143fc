#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sacoche::sim {

// What a run did, and which faults came, by name.
struct Counters {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  std::uint64_t edits = 0;
  std::uint64_t syncs = 0;
  std::uint64_t requests = 0;
  std::uint64_t changes_in = 0;
  std::map<std::string, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> checks;

  void Add(const Counters& other) {
    runs += other.runs;
    steps += other.steps;
    edits += other.edits;
    syncs += other.syncs;
    requests += other.requests;
    changes_in += other.changes_in;
    for (const auto& [name, count] : other.faults) faults[name] += count;
    for (const auto& [name, count] : other.checks) checks[name] += count;
  }
  // Changes that were committed, on whatever device.
  [[nodiscard]] std::uint64_t commits() const { return edits + changes_in; }
};

}  // namespace sacoche::sim
