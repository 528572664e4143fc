#include "samples/cli/command_line_error.h"

#include <cstdio>

#include "samples/cli/output.h"

namespace sacoche {
namespace {

// The innermost subcommand that was understood, as it is typed.
std::string CommandPath(const CLI::App& app) {
  std::string path = "sacoche";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  return path;
}

// What some rooms have no advice for of their own.
std::string_view AdviceFor(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCorrupt:
      return "Keep the file as it is and tell your administrator.";
    case ErrorCode::kUntrusted:
      return "Do not continue; tell your administrator what this message says.";
    case ErrorCode::kNetwork:
    case ErrorCode::kClockSkew:
      return "Your work is kept on this laptop. Try again later.";
    default:
      return "See `sacoche --help`; nothing was changed.";
  }
}

std::string AsSentence(const std::string& text) {
  std::string sentence = OnOneLine(text);
  while (sentence.ends_with(' ')) sentence.pop_back();
  const bool ended = sentence.ends_with('.') || sentence.ends_with('!') || sentence.ends_with('?');
  if (!ended) sentence += '.';
  return sentence;
}

}  // namespace

Error DescribeParseError(const CLI::App& app, const CLI::ParseError& error) {
  const std::string path = CommandPath(app);
  const std::string advice = "See `" + path + " --help`.";
  const auto left_over = app.remaining(/*recurse=*/true);
  const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
                          std::string_view(error.what()).starts_with("A subcommand");
  if (no_command && !left_over.empty())
    return Error{ErrorCode::kInvalidInput,
                 "there is no command \"" + path + " " + left_over.front() + "\"", advice};
  if (no_command) return Error{ErrorCode::kInvalidInput, "a command is missing", advice};
  return Error{ErrorCode::kInvalidInput,
               std::string("the command line was not understood: ") + error.what(), advice};
}

void ReportError(const Error& error, bool as_json) {
  const std::string advice =
      error.advice.empty() ? std::string(AdviceFor(error.code)) : error.advice;
  std::string report;
  if (as_json) {
    Json json = {
        {"code", static_cast<int>(error.code)}, {"message", error.message}, {"advice", advice}};
    if (!error.detail.empty()) json["detail"] = error.detail;
    report = ToJsonLine({{"error", json}}) + "\n";
  } else {
    report = "sacoche: " + AsSentence(error.message) + "\n" + AsSentence(advice) + "\n";
  }
  std::fputs(report.c_str(), stderr);
}

}  // namespace sacoche
