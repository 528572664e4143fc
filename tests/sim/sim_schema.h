#pragma once

// First: a name in it would shadow the one of a field that it came after.
#include "sync-server/service.h"

#include "tests/support/test_schema.h"

namespace sacoche::sim {

// The test schema with a reason in words for an erasure, so that every change of a run can carry
// something that no other change carries.
inline Schema MakeSimSchema() {
  std::vector<KindDef> kinds = TestSchema().kinds();
  for (KindDef& kind : kinds)
    for (FieldDef& field : kind.fields)
      if (field.id == kErased) {
        field.type = FieldType::kText;
        field.closed_list.clear();
      }
  return Schema(std::move(kinds), TestLists());
}

inline const Schema& SimSchema() {
  static const Schema schema = MakeSimSchema();
  return schema;
}

}  // namespace sacoche::sim
