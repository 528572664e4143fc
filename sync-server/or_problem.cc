#include "sync-server/or_problem.h"

namespace sacoche {

ProblemType ProblemFor(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCorrupt:
    case ErrorCode::kInvalidInput:
      return ProblemType::kMalformed;
    case ErrorCode::kLimit:
      return ProblemType::kTooLarge;
    case ErrorCode::kUntrusted:
      return ProblemType::kBadSignature;
    case ErrorCode::kRefused:
      return ProblemType::kConflict;
    case ErrorCode::kNewerFormat:
      return ProblemType::kUnsupported;
    default:
      return ProblemType::kStorage;
  }
}

}  // namespace sacoche
