#pragma once

#include "platform/base/result.h"

namespace sacoche {

// What the server did cannot be believed. The session ends; what was committed stays.
inline tl::unexpected<Error> Untrusted(std::string message) {
  return Fail(ErrorCode::kUntrusted, std::move(message),
              "Your own work is safe on this laptop. Synchronise again; if it happens again, tell "
              "your administrator.");
}

}  // namespace sacoche
