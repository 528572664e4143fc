#pragma once

#include "engine/record/closing.h"

namespace sacoche {

// A value that no known write has overwritten.
struct StandingWrite {
  FieldId field{};
  const Sibling* sibling = nullptr;
};

// The content that people wrote into a record: what the closing of the record `closed` speaks
// about. Not the state itself of the field `closing`, nor that somebody looked at a text. The
// record must outlive what comes out.
[[nodiscard]] std::vector<StandingWrite> ContentBeside(const Schema& schema, const RecordId& closed,
                                                       FieldId closing, const Record& record);

}  // namespace sacoche
