#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace sacoche {

using Json = nlohmann::ordered_json;

// Text of other people and of files, made safe for a terminal: control characters (C0, DEL, C1),
// line and paragraph separators and the characters that turn the direction of writing become
// \uXXXX, bytes that are not UTF-8 become \xXX.
[[nodiscard]] std::string WithoutControls(std::string_view text);

// The same; line breaks and tabs become a space.
[[nodiscard]] std::string OnOneLine(std::string_view text);

// The same; line breaks and tabs stay, and each line begins with `indent`. Ends with a line break.
[[nodiscard]] std::string AsBlock(std::string_view text, std::string_view indent);

// At most `characters_max` characters, the last being an ellipsis if something was cut. The text
// must be UTF-8.
[[nodiscard]] std::string Shortened(std::string_view text, std::size_t characters_max);

// "1 change", "2 changes".
[[nodiscard]] std::string Counted(std::uint64_t count, std::string_view noun);

// One line of JSON that is ASCII where a terminal might otherwise obey it.
[[nodiscard]] std::string ToJsonLine(const Json& json);

[[nodiscard]] std::string LocalTime(Hlc stamp);  // for people: 2026-03-02 14:05
[[nodiscard]] std::string UtcTime(Hlc stamp);    // for scripts: 2026-03-02T13:05:09.123Z
// A time that cannot be right says so.
[[nodiscard]] std::string LocalTime(const ShownTime& time);
// {"at": time for scripts, "at_in_doubt": true if so}.
[[nodiscard]] Json TimeToJson(const ShownTime& time);

}  // namespace sacoche
