#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/engine.h"

namespace sacoche::bench {

// One operation of a workload file (JSON lines): create, set, note, or sync.
struct Operation {
  std::string phase;
  std::string device;
  std::string op;
  nlohmann::json body;
};

inline constexpr std::size_t kWorkloadLineBytesMax = 1024 * 1024;

// kCorrupt with the line's number if it is not an operation.
[[nodiscard]] Result<Operation> ParseOperation(std::string_view line, std::size_t number);

// The durable edit that the operation stands for; `sync` is not one.
[[nodiscard]] Result<Edit> EditOf(const Operation& operation);

// A case in the form that check_export.py reads; notes are given apart.
[[nodiscard]] nlohmann::json CaseToJson(const RecordView& view, const Engine& engine);
[[nodiscard]] nlohmann::json NoteToJson(const RecordView& view);

}  // namespace sacoche::bench
