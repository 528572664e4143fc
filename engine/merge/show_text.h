#pragma once

#include "engine/merge/resolve.h"

namespace sacoche {

// What a co-written text shows: the text that all edits together make (engine/text), and the
// passages that several people changed without having seen each other. A text of which everything
// was deleted has a version all the same, from which whoever writes the next word goes on.
[[nodiscard]] std::optional<VisibleField> ShowText(const FieldDef& field,
                                                   const FieldRegisters& registers);

}  // namespace sacoche
