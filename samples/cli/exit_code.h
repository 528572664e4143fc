#pragma once

#include "platform/base/result.h"

namespace sacoche {

// What a script learns from the exit status. Never renumbered; docs/command-line.md explains them.
enum class ExitCode {
  kDone = 0,
  kCannotDo = 1,      // what was asked cannot be done: a value, an id, a file, a passphrase
  kCommandLine = 2,   // the command line was not understood
  kServerAway = 3,    // no answer, or a cut: trying again later may help
  kNotEnrolled = 4,   // this laptop is not (yet) a member
  kUnusableFile = 5,  // the store or another file is damaged, newer, in use, or the disk is full
  kRefused = 6,       // the server said no, or a certificate or signature does not verify
  kLocked = 7,        // this laptop was away for too long: synchronise, then try again
};

[[nodiscard]] constexpr ExitCode ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNetwork:
    case ErrorCode::kClockSkew:
      return ExitCode::kServerAway;
    case ErrorCode::kNotEnrolled:
      return ExitCode::kNotEnrolled;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kDiskFull:
    case ErrorCode::kBusy:
    case ErrorCode::kNewerFormat:
      return ExitCode::kUnusableFile;
    case ErrorCode::kRefused:
    case ErrorCode::kUntrusted:
    case ErrorCode::kRevoked:
      return ExitCode::kRefused;
    case ErrorCode::kLocked:
      return ExitCode::kLocked;
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound:
    case ErrorCode::kLimit:
    case ErrorCode::kWrongPassphrase:
    case ErrorCode::kAlreadyExists:
      return ExitCode::kCannotDo;
  }
  return ExitCode::kCannotDo;
}

inline constexpr const char* kExitCodesHelp =
    "Exit status: 0 done; 1 what was asked cannot be done; 2 the command line was not understood;\n"
    "3 the server cannot be reached; 4 this laptop is not enrolled or not admitted yet; 5 the "
    "store or another\nfile is damaged, newer than this program, in use, or the disk is full; 6 "
    "refused by the server, or not\nto be trusted; 7 locked until the next synchronisation. After "
    "any error the store holds what it held before.";

}  // namespace sacoche
