#pragma once

#include "engine/record/schema.h"
#include "engine/store/change_log.h"

namespace sacoche {

// Says in words what the edits of co-written texts did: fills in `words` and `settles` of the
// entries, which are all of one record of that kind. Whatever cannot be read stays as it is.
void ExplainTextEdits(const KindDef& kind, std::vector<HistoryEntry>& history);

}  // namespace sacoche
