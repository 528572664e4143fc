#pragma once

#include "engine/merge/conflict.h"
#include "engine/record/edit.h"
#include "engine/record/record.h"
#include "engine/store/change_log.h"

namespace sacoche {

// The edit that gives a field the value again that `entry` of its history wrote. `now`: what the
// field shows; null: nothing. Of a set only the one element comes back, or goes again; of a log the
// entry is written once more, as a correction of itself. kRefused: an erasure stays one.
[[nodiscard]] Result<FieldEdit> EditToTakeBack(const FieldDef& field, const HistoryEntry& entry,
                                               const VisibleField* now);

// The same of a co-written text: the wording as it was after the edit `entry`, by the stamps.
// `registers`: the field's own.
[[nodiscard]] FieldEdit WordingToTakeBack(const FieldDef& field, const HistoryEntry& entry,
                                          const std::map<RegisterKey, Register>& registers);

}  // namespace sacoche
