#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sacoche {

// A code exists only if some code reacts to it. Never renumbered: the codes appear in JSON output.
enum class ErrorCode {
  kInvalidInput = 1,     // what was asked cannot be understood or is not allowed; ask differently
  kNotFound = 2,         // no such record, device, file
  kCorrupt = 3,          // bytes that a decoder must refuse
  kLimit = 4,            // beyond a stated limit
  kIo = 5,               // the operating system refused a file or a device
  kDiskFull = 6,         // no room left; nothing was changed
  kBusy = 7,             // another program holds the store
  kNewerFormat = 8,      // made by a newer release; update Sacoche
  kWrongPassphrase = 9,  //
  kNetwork = 10,         // no answer, or a cut; it may or may not have been stored: try again
  kRefused = 11,         // the server understood and said no
  kNotEnrolled = 12,     // this device is not (yet) a member
  kUntrusted = 13,       // a signature, chain or certificate does not verify
  kAlreadyExists = 14,   //
  kClockSkew = 15,       // the server saw a request signed at a very different time
  kRevoked = 16,         // this device was withdrawn; it has forgotten its keys
  kLocked = 17,          // away from the server for too long; synchronise, nothing is lost
};

// One sentence on what happened, one on what the person can do. Neither ever holds content, names
// of people or keys.
struct Error {
  ErrorCode code = ErrorCode::kInvalidInput;
  std::string message;
  std::string advice;
  // What it was exactly, a name of a closed list of the room that says so, for programs; empty: the
  // code says it all. Outlives every error.
  std::string_view detail = {};
};

// `tl::expected` that may not be dropped.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message, std::string advice = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(advice)});
}

inline tl::unexpected<Error> Forward(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace sacoche

#define SACOCHE_CONCAT_INNER(a, b) a##b
#define SACOCHE_CONCAT(a, b) SACOCHE_CONCAT_INNER(a, b)

// Leaves the function with the error of `expression`, if it has one.
#define SACOCHE_TRY(expression)                                     \
  do {                                                              \
    if (auto sacoche_status = (expression); !sacoche_status)        \
      return ::sacoche::Forward(std::move(sacoche_status).error()); \
  } while (false)

// SACOCHE_ASSIGN(auto x, F()): the value of F(), or leaves the function with its error.
#define SACOCHE_ASSIGN(declaration, expression) \
  SACOCHE_ASSIGN_AS(SACOCHE_CONCAT(sacoche_result_, __LINE__), declaration, expression)
#define SACOCHE_ASSIGN_AS(name, declaration, expression)         \
  auto name = (expression);                                      \
  if (!name) return ::sacoche::Forward(std::move(name).error()); \
  declaration = std::move(*name)
