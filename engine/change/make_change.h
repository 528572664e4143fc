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

// What make_change must see of the present: the registers of a field as they are now.
using RegistersOf =
    std::function<Result<std::map<RegisterKey, Register>>(const RecordId&, FieldId)>;

// Turns what a person asks into the change that says exactly that and no more: a single value that
// is shown already, without an open conflict, is not written; of a set only what is new is added
// and what is missing is taken out; of a text only the words that differ are written; an erasure
// takes out all that the record shows. Every write names the dots that it replaces. Nothing if
// nothing would change. `entry_id` names the entries that logs gain (one call each).
//
// kInvalidInput: the record was erased, a monotonic field would go back without a reopening, or a
// text is not the one that was opened. kLimit: text_limits.h.
// Precondition: CheckEdit passed.
[[nodiscard]] Result<std::optional<Change>> MakeChange(
    const Schema& schema, const Edit& edit, const ChangeStamp& stamp,
    const RegistersOf& registers_of, const std::function<ByteArray<16>()>& entry_id);

}  // namespace sacoche
