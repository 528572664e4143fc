#pragma once

#include "engine/casework/projections.h"
#include "engine/casework/schema.h"

namespace sacoche::casework {

inline RecordId SampleId(std::uint8_t number) {
  return RecordId::FromArray({number, 0x5a, number});
}

inline const FieldDef& FieldNamed(std::string_view kind, std::string_view field) {
  return *CaseworkSchema().FindKind(kind)->FindField(field);
}

inline DossierRecord Sample(std::uint8_t number, std::string_view kind,
                            const std::vector<std::pair<const char*, Value>>& values) {
  DossierRecord record{SampleId(number), CaseworkSchema().FindKind(kind)->id, {}};
  for (const auto& [field, value] : values) record.values[FieldNamed(kind, field).id] = value;
  return record;
}

inline Value OneCode(const char* code) { return Value::OfCode(code); }

inline Value Codes(std::initializer_list<const char*> codes) {
  ValueList list;
  for (const char* code : codes) list.push_back(Value::OfCode(code));
  return Value::List(std::move(list));
}

inline Value Day(std::string_view text) { return Value::OfDate(*ParseDate(text)); }

// "field=value" of every field that holds something, in the order of the fields' numbers.
inline std::string Spelled(const ProjectedRecord& record) {
  const KindDef& kind = *CaseworkSchema().FindKind(record.kind);
  std::string text;
  for (const auto& [field, value] : record.values) {
    const std::string shown = FormatValue(value);
    if (!shown.empty()) text += kind.FindField(field)->name + "=" + shown + "\n";
  }
  return text;
}

}  // namespace sacoche::casework
