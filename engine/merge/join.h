#pragma once

#include "engine/causality/version_vector.h"
#include "engine/record/record.h"

namespace sacoche {

// One side of a join: a register, and every change that its holder has applied.
struct HeldRegister {
  const Register& reg;
  const VersionVector& known;
};

// The register of somebody who applied every change that either side did. Pure. MERGE_RULES.md,
// "Join", shows that it equals applying the union of the writes one by one; after Almeida, Shoker
// and Baquero, "Delta state replicated data types" (2018), with the dots that are awaited added.
// Precondition: each side is one (IsPossible); siblings of one dot are equal.
[[nodiscard]] Register JoinRegisters(const HeldRegister& a, const HeldRegister& b);

// Whether some set of writes gives this register to somebody who knows `known`: every sibling was
// applied, nothing awaited was.
[[nodiscard]] bool IsPossible(const HeldRegister& held);

// Whether the two hold one dot with two different contents, which no honest device makes.
[[nodiscard]] bool Contradict(const Register& a, const Register& b);

}  // namespace sacoche
