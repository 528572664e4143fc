#pragma once

#include <functional>

#include "engine/engine.h"
#include "platform/file_system.h"

namespace sacoche {

// What was typed to change one field:
//
//   field=value    the new value; the whole set, separated by commas; one more entry of a log
//   field=         clears a single value, empties a set
//   field+=value   one more element of a set (commas are part of it), or entry of a log
//   field-=value   one element less
//
// A value @FILE is the content of that file without its last line break; @@ begins a value that
// itself begins with @.
struct FieldArgument {
  enum class Action { kSet, kAdd, kRemove };
  const FieldDef* field = nullptr;
  Action action = Action::kSet;
  std::string text;
};

// kInvalidInput says what the kind has instead. Files are read here.
[[nodiscard]] Result<FieldArgument> ParseFieldArgument(const KindDef& kind,
                                                       std::string_view argument,
                                                       FileSystem& files);

// Makes one value of a field from its text; how a record is named is the caller's business.
using ParseOneValue = std::function<Result<Value>(const FieldDef&, std::string_view)>;

// What the engine is to be asked, given what the record shows now (nothing for a new one).
[[nodiscard]] Result<std::vector<FieldEdit>> MakeFieldEdits(
    const std::vector<FieldArgument>& arguments, const RecordView* now, const ParseOneValue& parse);

// The field of that name; kInvalidInput names those that there are.
[[nodiscard]] Result<const FieldDef*> FindField(const KindDef& kind, std::string_view name);
[[nodiscard]] Result<const KindDef*> FindKind(const Schema& schema, std::string_view name);

}  // namespace sacoche
