#pragma once

#include <map>

#include "engine/record/value_codec.h"
#include "tests/support/test_schema.h"

namespace sacoche {

// For models that share no code with the product: the orders that the test schema declares again,
// in the simplest words.
inline int PlaceOf(FieldId field, const Value& value) {
  static const std::map<std::string, int> kPlaces = {
      {"LOW", 0}, {"HIGH", 1}, {"GRAVE", 2},    {"SEVERE", 2},  {"non", 0},       {"oui", 1},
      {"NEW", 0}, {"OPEN", 1}, {"REOPENED", 1}, {"WAITING", 1}, {"PASSED_ON", 2}, {"CLOSED", 3}};
  const bool ordered = field == kLevel || field == kSecret || field == kStage;
  if (!ordered || value.empty()) return 0;
  return kPlaces.at(FormatValue(value));
}

inline bool IsSingle(FieldId field) { return field != kTags && field != kEntries; }

}  // namespace sacoche
