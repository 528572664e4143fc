#pragma once

#include "engine/change/make_change.h"

namespace sacoche {

// Adds to a change what its author sees of each record that is closed then, the dossier's root
// among them: writes of the closing's field at SightElement() (record/sight.h). Of a change that
// holds nothing else, only if the edit asks to settle, and something is to be settled. What would
// be too much is left out: more than is needed is flagged then, and nothing is hidden.
[[nodiscard]] Status WriteSights(const Schema& schema, const Edit& edit, const Present& present,
                                 Change& change);

}  // namespace sacoche
