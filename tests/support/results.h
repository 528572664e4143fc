#pragma once

#include <gmock/gmock.h>

#include "platform/base/result.h"

namespace sacoche {

// EXPECT_THAT(F(), Succeeds()), EXPECT_THAT(F(), FailsWith(ErrorCode::kCorrupt)): for any Result.
MATCHER(Succeeds, negation ? "fails" : "succeeds") {
  if (!arg.has_value()) *result_listener << "error: " << arg.error().message;
  return arg.has_value();
}

MATCHER_P(FailsWith, code, "") {
  if (arg.has_value()) {
    *result_listener << "it succeeded";
    return false;
  }
  *result_listener << "code " << static_cast<int>(arg.error().code) << ": " << arg.error().message;
  return arg.error().code == code;
}

}  // namespace sacoche
