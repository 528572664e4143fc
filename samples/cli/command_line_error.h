#pragma once

#include <CLI/CLI.hpp>

#include "platform/base/result.h"

namespace sacoche {

// What was wrong with a command line, in the words of all other errors.
[[nodiscard]] Error DescribeParseError(const CLI::App& app, const CLI::ParseError& error);

// One sentence on what happened and one on what to do, on stderr; as JSON if a script asked for it.
void ReportError(const Error& error, bool as_json);

}  // namespace sacoche
