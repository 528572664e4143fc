#pragma once

#include <functional>

#include "engine/change/change.h"
#include "engine/record/edit.h"

namespace sacoche {

struct ChangeStamp {
  Dot dot;
  Hlc hlc;
  DeviceId author;
};

using Registers = std::map<RegisterKey, Register>;

// What MakeChange must see of the present. An error of any of them is the error of MakeChange.
struct Present {
  std::function<Result<Registers>(const RecordId&, FieldId)> registers_of;
  std::function<Result<std::optional<KindId>>(const RecordId&)> kind_of;
  std::function<Result<std::vector<Record>>(const RecordId& dossier)> dossier_of;  // all of it
  std::function<Result<bool>(const Dot&)> is_known;  // whether that change was applied here
};

// Turns what a person asks into the change that says exactly that and no more: a single value that
// is shown already, without an open conflict, is not written; of a set only what is new is added
// and what is missing is taken out; of a text only the words that differ are written; an erasure
// takes out all that the record shows. Every write names the dots that it replaces. What is written
// into a closed record says what its author saw there. Nothing if nothing would change. `entry_id`
// names the entries that logs gain (one call each).
//
// kInvalidInput: the record was erased, a monotonic field would go back without a reopening, or a
// text is not the one that was opened. kLimit: text_limits.h.
// Precondition: CheckEdit passed.
[[nodiscard]] Result<std::optional<Change>> MakeChange(
    const Schema& schema, const Edit& edit, const ChangeStamp& stamp, const Present& present,
    const std::function<ByteArray<16>()>& entry_id);

// The dots of the siblings that a write names. What does not fit stays a sibling, and shows as a
// conflict still open.
[[nodiscard]] std::vector<Dot> DotsToReplace(const Register& reg);

}  // namespace sacoche
