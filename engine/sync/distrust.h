#pragma once

#include "engine/store/suspicions.h"

namespace sacoche {

// What the server did cannot be believed. The session ends; what was committed stays.
inline tl::unexpected<Error> Untrusted(Suspicion what, std::string message) {
  return Forward(Error{ErrorCode::kUntrusted, std::move(message),
                       "Your own work is safe on this laptop. Synchronise again; if it happens "
                       "again, tell your administrator.",
                       NameOf(what)});
}

// The same error. If it may speak of what arrived, it says what is to be thought of that. Not for
// errors of reading the disk.
[[nodiscard]] inline Error Suspect(Suspicion what, Error error) {
  const bool is_of_the_bytes =
      error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLimit ||
      error.code == ErrorCode::kRefused || error.code == ErrorCode::kUntrusted;
  if (is_of_the_bytes && error.detail.empty()) error.detail = NameOf(what);
  return error;
}

}  // namespace sacoche
