#pragma once

#include "engine/record/schema.h"

namespace sacoche::bench {

inline constexpr KindId kCase{100};
inline constexpr KindId kNote{101};
inline constexpr FieldId kNoteAuthor{1};
inline constexpr FieldId kNoteAt{2};
inline constexpr FieldId kNoteText{3};

// The 25 fields of the workload files, as their model has them: `keep_all` registers, but for
// `problematiques`, an `add_wins_set`. Notes are child records, written once.
[[nodiscard]] const Schema& BenchSchema();

}  // namespace sacoche::bench
