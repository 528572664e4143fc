#pragma once

#include "engine/merge/resolve.h"

namespace sacoche {

// A field that can close the record.
struct ClosableField {
  RecordId record;
  const FieldDef& field;
  const FieldRegisters& registers;  // the field's own
};

// What was written into `scope` without sight of the closings that stand, whose authors had not
// seen it either (record/closing.h): of each person the last write to each field, by record, field
// and author. Empty if nothing is closed. `scope`: what the closing speaks about
// (Records::ClosedBy).
[[nodiscard]] std::vector<UnseenWrite> UnseenByClosing(const Schema& schema,
                                                       const ClosableField& closed,
                                                       const std::vector<Record>& scope);

// Flags what the field shows with them, if there are any.
void FlagUnseen(std::vector<UnseenWrite> unseen, VisibleField& visible);

}  // namespace sacoche
