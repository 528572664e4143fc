#pragma once

#include "engine/record/co_written.h"
#include "engine/record/record.h"

namespace sacoche {

// What a person asks to change in one field.
//   single value: the new value, or nothing to clear it.
//   add_wins_set: a list, the whole set as it shall be.
//   append_only:  one value, one more entry; with `corrects`, it corrects that entry.
//   monotonic:    the state; with `reopen` it may be one that the field had left behind. With
//                 `settle`, whoever edits has looked at what was written without sight of the
//                 closing; nothing as the value then leaves the state as it is.
//   erasure:      why; everything that the record shows gives way, so it is the record's only edit.
//   text:         the whole new text, as a form gives it. With `seen`, the version that the form
//                 showed: what others wrote since then stays. Without it, the edit speaks of all
//                 that the store shows. With `settle`, whoever edits has looked at the passages
//                 that several had changed; nothing as the value then leaves the text as it is.
struct FieldEdit {
  FieldId field{};
  Value value;
  std::optional<ByteArray<16>> corrects;
  enum class Reopen { kNo, kYes } reopen = Reopen::kNo;
  std::optional<TextVersion> seen = std::nullopt;
  enum class Settle { kNo, kYes } settle = Settle::kNo;
};

// What a person asks to change in one record.
struct RecordEdit {
  RecordId record;
  KindId kind{};
  std::vector<FieldEdit> fields;
};

// One act of a person: all of it happens or none. Everything belongs to one dossier.
struct Edit {
  RecordId dossier;
  std::vector<RecordEdit> records;
};

// Against the schema: kinds, fields, types, codes, limits. Nothing was changed when it fails.
[[nodiscard]] Status CheckEdit(const Schema& schema, const Edit& edit);

inline constexpr std::size_t kEditRecordsMax = 64;

}  // namespace sacoche
