#pragma once

#include "engine/merge/conflict.h"

namespace sacoche {

using FieldRegisters = std::map<RegisterKey, Register>;

// What a field shows, by its policy: one row of the table in resolve.cc per policy. `registers` are
// the field's own, and no other's. A field without visible value gives nothing: never written, or
// cleared.
[[nodiscard]] std::optional<VisibleField> Resolve(const FieldDef& field,
                                                  const FieldRegisters& registers);

// The open conflict of the field, if its policy flags one.
[[nodiscard]] std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                                 const FieldRegisters& registers);

}  // namespace sacoche
