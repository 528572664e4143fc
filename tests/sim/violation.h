#pragma once

#include <array>
#include <string>

namespace sacoche::sim {

// The invariants of ARCHITECTURE.md, by their numbers.
enum class Invariant {
  kNothingTypedIsLost = 1,
  kConvergence = 2,
  kNoSilentLoser = 3,
  kExactCausality = 4,
  kBlindServer = 5,
  kAtRestAlwaysEncrypted = 6,
  kCostGrowsWithWhatIsNew = 7,
  kACutCostsLittle = 8,
  kARestoredServerIsHealed = 9,
  kAWrongClockHarmsNobody = 10,
};

inline const char* NameOf(Invariant invariant) {
  static constexpr std::array kNames = {"",
                                        "1 nothing typed is lost",
                                        "2 convergence",
                                        "3 no silent loser",
                                        "4 exact causality",
                                        "5 blind server",
                                        "6 at rest, always encrypted",
                                        "7 O(delta)",
                                        "8 a cut costs little",
                                        "9 a restored server is healed",
                                        "10 a wrong clock harms nobody"};
  return kNames[static_cast<std::size_t>(invariant)];
}

// Thrown by a checker; ends the run.
struct Violation {
  Invariant invariant;
  std::string what;
};

inline void Require(bool holds, Invariant invariant, const std::string& what) {
  if (!holds) throw Violation{invariant, what};
}

}  // namespace sacoche::sim
