#pragma once

#include <optional>

#include "engine/engine.h"
#include "samples/cli/output.h"

namespace sacoche {

// How co-written texts appear on a terminal and to scripts. What people read is in French.

// The whole text with the passages to look at in brackets, who changed each, and what to do.
[[nodiscard]] std::string PassagesText(const Engine& engine, const FieldDef& field,
                                       const Conflict& conflict);
[[nodiscard]] Json PassagesToJson(const Engine& engine, const std::string& text,
                                  const std::vector<Passage>& passages);

// What an edit of a text did, on one line.
[[nodiscard]] std::string WordChangesText(const HistoryEntry& entry);
// A line on edits that are kept and not shown yet; empty if there are none.
[[nodiscard]] std::string EditsNotShownText(std::uint64_t count);

// A version as one word, for `--seen`. Nothing if it is none.
[[nodiscard]] std::string FormatVersion(const TextVersion& version);
[[nodiscard]] std::optional<TextVersion> ParseVersion(std::string_view word);

}  // namespace sacoche
