#pragma once

#include <string_view>

#include "engine/record/value.h"

namespace sacoche::casework {

// The code of the list "tranche_age" for somebody born then, when a situation was opened. Completed
// years as far as the dates tell; where one of them has no month, the age reached in that year. NSP
// for an unknown date, and for an age that nobody has.
[[nodiscard]] std::string_view AgeBandAt(const Date& opening, const Date& birth);

}  // namespace sacoche::casework
