#pragma once

#include "engine/record/schema.h"

namespace sacoche::casework {

// What the role reads of the records of a kind, by the one table of readers.cc, which the schema,
// its page and whatever grants keys repeat. A kind that only a newer release knows is read by
// nobody.
[[nodiscard]] ReaderRule AccessOf(KindId kind, ReaderRole role);

// Whether the table lets the role have the key of a space of that kind: exactly if it reads every
// kind that lives there in full, since whoever has the key can. What is shared with a role of a
// post's access log is the entries on its own files, and that is all that is in the log of a post.
[[nodiscard]] bool MayHoldKey(SpaceKind space, ReaderRole role);

// The row of the table, as the schema's kinds carry it.
[[nodiscard]] Readers ReadersOf(KindId kind);

}  // namespace sacoche::casework
