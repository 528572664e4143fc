#pragma once

#include <string_view>

#include "engine/engine.h"

namespace sacoche {

// How the schema's properties are called in the output; scripts rely on the words.
constexpr std::string_view TypeWord(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kDate:
      return "date";
    case FieldType::kCode:
      return "code";
    case FieldType::kReference:
      return "reference";
    case FieldType::kFlag:
      return "flag";
  }
  return "";
}

constexpr std::string_view PolicyWord(MergePolicy policy) {
  switch (policy) {
    case MergePolicy::kKeepLatest:
      return "keep_latest";
    case MergePolicy::kKeepAll:
      return "keep_all";
    case MergePolicy::kAddWinsSet:
      return "add_wins_set";
    case MergePolicy::kAppendOnly:
      return "append_only";
    case MergePolicy::kProtective:
      return "protective";
    case MergePolicy::kMonotonic:
      return "monotonic";
    case MergePolicy::kErasure:
      return "erasure";
    case MergePolicy::kText:
      return "text";
  }
  return "";
}

constexpr std::string_view PrecedenceWord(Precedence precedence) {
  switch (precedence) {
    case Precedence::kLatest:
      return "latest";
    case Precedence::kMostProtective:
      return "most_protective";
    case Precedence::kFurthest:
      return "furthest";
    case Precedence::kReopened:
      return "reopened";
    case Precedence::kOverCleared:
      return "over_cleared";
    case Precedence::kErased:
      return "erased";
    case Precedence::kBothVisible:
      return "both_visible";
    case Precedence::kClockInDoubt:
      return "clock_in_doubt";
    case Precedence::kClosed:
      return "closed";
  }
  return "";
}

}  // namespace sacoche
