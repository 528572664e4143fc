#pragma once

#include "engine/merge/conflict.h"

namespace sacoche {

// Two laptops whose concurrent stamps are further apart than this are not both right: one of them
// would have worked so long without a sync.
inline constexpr std::uint64_t kStampsApartMsMax = 60ULL * 24 * 3600 * 1000;

using FieldRegisters = std::map<RegisterKey, Register>;

// What a field shows, by its policy: one row of the table in resolve.cc per policy. `registers` are
// the field's own, and no other's. A field without visible value gives nothing: never written, or
// cleared. A text that was cleared gives one without value.
[[nodiscard]] std::optional<VisibleField> Resolve(const FieldDef& field,
                                                  const FieldRegisters& registers);

// Whether a field of the policy can be in conflict at all.
[[nodiscard]] bool MayConflict(MergePolicy policy);

// The open conflict of the field, if its policy flags one. An erasure is one exactly while
// HoldsUnseenContent, which takes the whole record to tell.
[[nodiscard]] std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                                 const FieldRegisters& registers);
// The same of what the field shows, where more is known than its registers tell (merge/closed.h).
[[nodiscard]] std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                                 const VisibleField& visible);

// Whether an erased record holds what was written without sight of its erasure, in any field, also
// one that only a newer release knows.
[[nodiscard]] bool HoldsUnseenContent(const FieldDef& erasure, const Record& record);

}  // namespace sacoche
