#pragma once

#include <string_view>

#include "engine/record/schema.h"

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
  }
  return "";
}

}  // namespace sacoche
