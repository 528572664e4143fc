#pragma once

#include "engine/engine.h"
#include "samples/cli/output.h"

namespace sacoche {

// How records appear to scripts; docs/command-line.md describes the members.
[[nodiscard]] Json ValueToJson(const Value& value);
[[nodiscard]] Json AuthorToJson(const Engine& engine, const DeviceId& device);
[[nodiscard]] Json WriterToJson(const Engine& engine, const Writer& writer);
// A value with who wrote it and when.
[[nodiscard]] Json CandidateToJson(const Engine& engine, const Candidate& candidate);
[[nodiscard]] Json UnseenToJson(const Engine& engine, const Schema& schema,
                                const std::vector<UnseenWrite>& unseen);
[[nodiscard]] Json RecordToJson(const Engine& engine, const Schema& schema, const RecordView& view);
[[nodiscard]] Json HistoryToJson(const Engine& engine, const KindDef* kind,
                                 const HistoryEntry& entry);
[[nodiscard]] Json KindToJson(const Schema& schema, const KindDef& kind);

}  // namespace sacoche
