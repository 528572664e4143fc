#include "bench/workload.h"

#include <ctime>

#include "bench/bench_schema.h"

namespace sacoche::bench {
namespace {

using nlohmann::json;

tl::unexpected<Error> BadLine(std::size_t number, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "line " + std::to_string(number) + " of the workload " + what,
              "Check that it is a workload file (JSON lines).");
}

Result<RecordId> IdIn(const json& body, const char* key) {
  const auto found = body.find(key);
  if (found != body.end() && found->is_string())
    if (const auto id = RecordId::FromUuid(found->get<std::string>())) return *id;
  return Fail(ErrorCode::kInvalidInput, std::string("an operation has no valid \"") + key + "\"",
              "Check the workload file.");
}

Result<std::string> TextIn(const json& body, const char* key) {
  const auto found = body.find(key);
  if (found != body.end() && found->is_string()) return found->get<std::string>();
  return Fail(ErrorCode::kInvalidInput, std::string("an operation has no \"") + key + "\"",
              "Check the workload file.");
}

Result<Value> ValueIn(const FieldDef& field, const json& value) {
  if (field.is_list()) {
    ValueList list;
    for (const json& element : value) {
      if (!element.is_string()) break;
      SACOCHE_ASSIGN(Value parsed, BenchSchema().ParseValue(field, element.get<std::string>()));
      list.push_back(std::move(parsed));
    }
    if (list.size() == value.size()) return Value::List(std::move(list));
  } else if (value.is_string()) {
    return BenchSchema().ParseValue(field, value.get<std::string>());
  }
  return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" has a value of a wrong type",
              "Check the workload file.");
}

Result<Edit> CaseEdit(const json& body) {
  SACOCHE_ASSIGN(const RecordId id, IdIn(body, "case"));
  RecordEdit record{id, kCase, {}};
  const auto set = body.find("set");
  if (set == body.end() || !set->is_object())
    return Fail(ErrorCode::kInvalidInput, "an operation has no \"set\"",
                "Check the workload file.");
  for (const auto& [name, value] : set->items()) {
    const FieldDef* field = BenchSchema().FindKind(kCase)->FindField(name);
    if (field == nullptr)
      return Fail(ErrorCode::kInvalidInput, "a case has no field \"" + name + "\"",
                  "Check the workload file.");
    SACOCHE_ASSIGN(Value parsed, ValueIn(*field, value));
    record.fields.push_back(FieldEdit{field->id, std::move(parsed), std::nullopt});
  }
  return Edit{id, {std::move(record)}};
}

Result<Edit> NoteEdit(const json& body) {
  SACOCHE_ASSIGN(const RecordId dossier, IdIn(body, "case"));
  SACOCHE_ASSIGN(const RecordId id, IdIn(body, "id"));
  RecordEdit record{id, kNote, {}};
  for (const auto& [field, key] :
       {std::pair{kNoteAuthor, "author"}, std::pair{kNoteAt, "at"}, std::pair{kNoteText, "text"}}) {
    SACOCHE_ASSIGN(std::string text, TextIn(body, key));
    record.fields.push_back(FieldEdit{field, Value::Text(std::move(text)), std::nullopt});
  }
  return Edit{dossier, {std::move(record)}};
}

json ToJson(const Value& value) {
  if (const auto* list = value.As<ValueList>()) {
    json array = json::array();
    for (const Value& element : *list) array.push_back(FormatValue(element));
    return array;
  }
  return value.empty() ? json() : json(FormatValue(value));
}

// ISO 8601, UTC, as the author's device believed it to be.
std::string IsoTime(Hlc hlc) {
  const auto seconds = static_cast<std::time_t>(hlc.physical_ms() / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

json SiblingToJson(const Candidate& candidate, const Engine& engine) {
  return {{"value", ToJson(candidate.value)},
          {"device", engine.ProfileOf(candidate.author).device_label},
          {"at", IsoTime(candidate.hlc)}};
}

}  // namespace

Result<Operation> ParseOperation(std::string_view line, std::size_t number) {
  if (line.size() > kWorkloadLineBytesMax) return BadLine(number, "is too long");
  json body = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return BadLine(number, "is not a JSON object");
  Operation operation;
  for (const auto& [key, into] :
       {std::pair{"phase", &operation.phase}, std::pair{"device", &operation.device},
        std::pair{"op", &operation.op}}) {
    auto text = TextIn(body, key);
    if (!text) return BadLine(number, std::string("has no \"") + key + "\"");
    *into = std::move(*text);
  }
  operation.body = std::move(body);
  return operation;
}

Result<Edit> EditOf(const Operation& operation) {
  if (operation.op == "create" || operation.op == "set") return CaseEdit(operation.body);
  if (operation.op == "note") return NoteEdit(operation.body);
  return Fail(ErrorCode::kInvalidInput, "unknown operation \"" + operation.op + "\"",
              "Check the workload file.");
}

json CaseToJson(const RecordView& view, const Engine& engine) {
  json fields = json::object();
  for (const VisibleField& visible : view.fields) {
    const FieldDef* field = BenchSchema().FindField(kCase, visible.field);
    json entry = {{"value", ToJson(visible.value)}};
    if (visible.in_conflict()) {
      entry["siblings"] = json::array();
      for (const Candidate& candidate : visible.candidates)
        entry["siblings"].push_back(SiblingToJson(candidate, engine));
    }
    fields[field->name] = std::move(entry);
  }
  return {{"case", view.head.id.ToUuid()}, {"fields", std::move(fields)}};
}

json NoteToJson(const RecordView& view) {
  json note = {{"id", view.head.id.ToUuid()}};
  for (const VisibleField& visible : view.fields)
    note[BenchSchema().FindField(kNote, visible.field)->name] = FormatValue(visible.value);
  return note;
}

}  // namespace sacoche::bench
