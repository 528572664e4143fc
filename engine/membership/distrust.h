#pragma once

#include "platform/base/result.h"

namespace sacoche {

// What stands in the directory cannot be believed; for the files of this room.
inline tl::unexpected<Error> UntrustedStatement(std::string message) {
  return Fail(ErrorCode::kUntrusted, std::move(message),
              "Do not continue; tell your administrator.");
}

}  // namespace sacoche
