#include "engine/wire/problem.h"

#include <array>
#include <nlohmann/json.hpp>

namespace sacoche {
namespace {

constexpr std::string_view kTypePrefix = "urn:sacoche:problem:";

struct Row {
  ProblemType type;
  std::string_view name;
  int status;
};

constexpr std::array kRows = {
    Row{ProblemType::kMalformed, "malformed", 400},
    Row{ProblemType::kTooLarge, "too-large", 413},
    Row{ProblemType::kUnsigned, "unsigned", 401},
    Row{ProblemType::kBadSignature, "bad-signature", 401},
    Row{ProblemType::kClockSkew, "clock-skew", 401},
    Row{ProblemType::kReplayed, "replayed", 401},
    Row{ProblemType::kUnknownDevice, "unknown-device", 403},
    Row{ProblemType::kNotMember, "not-member", 403},
    Row{ProblemType::kForkedChain, "forked-chain", 409},
    Row{ProblemType::kWrongOrganisation, "wrong-organisation", 403},
    Row{ProblemType::kConflict, "conflict", 409},
    Row{ProblemType::kUnsupported, "unsupported", 400},
    Row{ProblemType::kBusy, "busy", 503},
    Row{ProblemType::kNotFound, "not-found", 404},
    Row{ProblemType::kMethodNotAllowed, "method-not-allowed", 405},
    Row{ProblemType::kTooSlow, "too-slow", 408},
    Row{ProblemType::kStorage, "storage", 507},
    Row{ProblemType::kRevoked, "revoked", 403},
    Row{ProblemType::kNoSnapshot, "no-snapshot", 404},
};

const Row& RowOf(ProblemType type) {
  for (const Row& row : kRows)
    if (row.type == type) return row;
  return kRows.front();
}

std::optional<std::int64_t> TimeOf(const nlohmann::json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const bool beyond = json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX;
  if (beyond) return std::nullopt;
  return json.get<std::int64_t>();
}

}  // namespace

std::string_view ProblemName(ProblemType type) { return RowOf(type).name; }

std::optional<ProblemType> ProblemFromName(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.type;
  return std::nullopt;
}

std::optional<ProblemType> ProblemFromNumber(std::uint64_t number) {
  for (const Row& row : kRows)
    if (static_cast<std::uint64_t>(row.type) == number) return row.type;
  return std::nullopt;
}

int ProblemStatus(ProblemType type) { return RowOf(type).status; }

std::string ProblemToJson(const Problem& problem) {
  nlohmann::json json = {
      {"type", std::string(kTypePrefix) + std::string(ProblemName(problem.type))},
      {"title", problem.title},
      {"status", ProblemStatus(problem.type)}};
  if (problem.server_time_s) json["server_time_s"] = *problem.server_time_s;
  // A title that is not UTF-8 would be thrown back at the caller otherwise.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Problem> ParseProblem(std::string_view text) {
  if (text.size() > kProblemBytesMax) return std::nullopt;
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto type = json.find("type");
  if (type == json.end() || !type->is_string()) return std::nullopt;
  const std::string name = type->get<std::string>();
  if (!name.starts_with(kTypePrefix)) return std::nullopt;
  const auto known = ProblemFromName(std::string_view(name).substr(kTypePrefix.size()));
  if (!known) return std::nullopt;
  Problem problem{*known, {}, std::nullopt};
  if (const auto title = json.find("title"); title != json.end() && title->is_string())
    problem.title = title->get<std::string>();
  if (const auto time = json.find("server_time_s"); time != json.end())
    problem.server_time_s = TimeOf(*time);
  return problem;
}

}  // namespace sacoche
