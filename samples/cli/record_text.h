#pragma once

#include "engine/engine.h"

namespace sacoche {

// How records appear to people on a terminal: French labels, and nothing that a terminal obeys.

enum class Detail {
  kCurrent,     // what is shown and what was not corrected since
  kEverything,  // empty fields and corrected entries as well
};

[[nodiscard]] std::string KindLabel(const Schema& schema, KindId kind);
// A code with its label; text on one line.
[[nodiscard]] std::string ValueText(const Schema& schema, const FieldDef& field,
                                    const Value& value);
[[nodiscard]] std::string AuthorText(const Engine& engine, const DeviceId& device);
[[nodiscard]] std::string WrittenText(const Engine& engine, const Candidate& candidate);
[[nodiscard]] std::string WriterText(const Engine& engine, const Writer& writer);
// One line: id, kind, the first fields, a mark if a conflict is open.
[[nodiscard]] std::string SummaryLine(const Schema& schema, const RecordView& view);
// Several lines: every field with author and date, conflicts with all their values.
[[nodiscard]] std::string RecordText(const Engine& engine, const Schema& schema,
                                     const RecordView& view, Detail detail);
[[nodiscard]] std::string ConflictText(const Engine& engine, const Schema& schema,
                                       const FieldDef& field, const Conflict& conflict);
// How people name the change that wrote an entry of a history, as `take-back` reads it.
[[nodiscard]] std::string ChangeName(const HistoryEntry& entry);
[[nodiscard]] std::string HistoryLine(const Engine& engine, const Schema& schema,
                                      const KindDef* kind, const HistoryEntry& entry);
[[nodiscard]] std::string KindText(const Schema& schema, const KindDef& kind);

}  // namespace sacoche
