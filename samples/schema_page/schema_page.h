#pragma once

#include <string>

#include "engine/record/schema.h"

namespace sacoche {

// docs/schema.md: every kind, field, list and reader of the schema, as Markdown. One schema gives
// one page, byte for byte.
[[nodiscard]] std::string SchemaPage(const Schema& schema);

}  // namespace sacoche
