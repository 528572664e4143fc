#include "samples/cli/record_json.h"

#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "samples/cli/co_written_text.h"
#include "samples/cli/record_text.h"
#include "samples/cli/schema_words.h"

namespace sacoche {
namespace {

Json EntriesToJson(const Engine& engine, const std::vector<LogEntry>& entries) {
  Json list = Json::array();
  for (const LogEntry& entry : entries) {
    Json item = {{"entry", ToHex(entry.id)}};
    if (entry.corrects) item["corrects"] = ToHex(*entry.corrects);
    item.update(CandidateToJson(engine, entry.written));
    list.push_back(std::move(item));
  }
  return list;
}

Json FieldToJson(const Engine& engine, const Schema& schema, const VisibleField& field) {
  if (!field.entries.empty()) return {{"entries", EntriesToJson(engine, field.entries)}};
  Json json = {{"value", ValueToJson(field.value)}};
  if (field.written) json = CandidateToJson(engine, *field.written);
  if (field.version) json["version"] = FormatVersion(*field.version);
  if (field.edits_not_shown > 0) json["edits_not_shown"] = field.edits_not_shown;
  if (!field.in_conflict()) return json;
  if (!field.passages.empty())
    json["passages"] = PassagesToJson(engine, FormatValue(field.value), field.passages);
  json["first_applies"] = PrecedenceWord(field.first_applies);
  json["siblings"] = Json::array();
  for (const Candidate& candidate : field.candidates)
    json["siblings"].push_back(CandidateToJson(engine, candidate));
  if (!field.unseen.empty()) json["unseen"] = UnseenToJson(engine, schema, field.unseen);
  return json;
}

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(std::int64_t number) const { return number; }
  Json operator()(bool flag) const { return flag; }
  Json operator()(const Date& date) const { return FormatDate(date); }
  Json operator()(const Code& code) const { return code.text; }
  Json operator()(const RecordId& id) const { return id.ToUuid(); }
  Json operator()(const ValueList& list) const {
    Json array = Json::array();
    for (const Value& value : list) array.push_back(ValueToJson(value));
    return array;
  }
  Json operator()(const Bytes&) const { return nullptr; }
};

}  // namespace

Json ValueToJson(const Value& value) { return std::visit(ToJson{}, value.v); }

Json AuthorToJson(const Engine& engine, const DeviceId& device) {
  const Profile profile = engine.ProfileOf(device);
  return {
      {"author", profile.person}, {"device", profile.device_label}, {"device_id", device.ToHex()}};
}

Json CandidateToJson(const Engine& engine, const Candidate& candidate) {
  Json json = {{"value", ValueToJson(candidate.value)}};
  json.update(AuthorToJson(engine, candidate.author));
  json.update(TimeToJson(candidate.shown));
  return json;
}

Json WriterToJson(const Engine& engine, const Writer& writer) {
  Json json = AuthorToJson(engine, writer.author);
  json.update(TimeToJson(writer.shown));
  return json;
}

Json UnseenToJson(const Engine& engine, const Schema& schema,
                  const std::vector<UnseenWrite>& unseen) {
  Json list = Json::array();
  for (const UnseenWrite& write : unseen) {
    const FieldDef* field = schema.FindField(write.kind, write.field);
    Json item = {{"id", write.record.ToUuid()}};
    if (field != nullptr) {
      item["field"] = field->name;
    } else {
      item["field"] = static_cast<std::uint32_t>(write.field);
    }
    item.update(WriterToJson(engine, write.writer));
    list.push_back(std::move(item));
  }
  return list;
}

Json RecordToJson(const Engine& engine, const Schema& schema, const RecordView& view) {
  const KindDef* kind = schema.FindKind(view.head.kind);
  Json json = {{"id", view.head.id.ToUuid()}};
  if (kind != nullptr) {
    json["kind"] = kind->name;
  } else {
    json["kind"] = static_cast<std::uint32_t>(view.head.kind);
  }
  json["dossier"] = view.head.dossier.ToUuid();
  json["space"] = view.head.space.ToUuid();
  json["created"] = TimeToJson(engine.TimeOf(view.head.created))["at"];
  json["changed"] = TimeToJson(engine.TimeOf(view.head.changed))["at"];
  json["fields"] = Json::object();
  for (const VisibleField& field : view.fields)
    if (const FieldDef* def = kind->FindField(field.field))
      json["fields"][def->name] = FieldToJson(engine, schema, field);
  if (view.unknown_registers > 0) json["unknown_values"] = view.unknown_registers;
  return json;
}

Json HistoryToJson(const Engine& engine, const KindDef* kind, const HistoryEntry& entry) {
  const FieldDef* field = kind == nullptr ? nullptr : kind->FindField(entry.field);
  Json json = TimeToJson(engine.TimeOf(entry));
  json["change"] = ChangeName(entry);
  if (entry.received_s) json["received"] = UtcTime(Hlc::Of(*entry.received_s * 1000, 0));
  json.update(AuthorToJson(engine, entry.author));
  json["from"] = entry.origin == Origin::kLocal ? "this device" : "sync";
  if (field == nullptr) {
    json["field"] = static_cast<std::uint32_t>(entry.field);
    return json;
  }
  json["field"] = field->name;
  if (field->policy == MergePolicy::kText && !entry.value.empty()) {
    json["changes"] = Json::array();
    for (const WordChange& change : entry.words)
      json["changes"].push_back({{"removed", change.removed}, {"added", change.added}});
    json["settles"] = entry.settles;
    return json;
  }
  if (field->policy == MergePolicy::kAddWinsSet) {
    const auto element = DecodeValue(entry.element);
    json[entry.value.is_true() ? "added" : "removed"] =
        element ? ValueToJson(*element) : Json(nullptr);
    return json;
  }
  if (field->policy == MergePolicy::kAppendOnly && entry.element.size() >= 16)
    json["entry"] = ToHex(ByteView(entry.element).first(16));
  if (field->policy == MergePolicy::kAppendOnly && entry.element.size() == 32)
    json["corrects"] = ToHex(ByteView(entry.element).last(16));
  if (entry.settles) {
    json["settles"] = true;
    return json;
  }
  const bool is_state = field->policy == MergePolicy::kMonotonic;
  json["value"] = ValueToJson(is_state ? StateOf(entry.value).state : entry.value);
  if (field->is_list()) return json;
  json["instead_of"] = Json::array();
  for (const Value& value : entry.before)
    json["instead_of"].push_back(ValueToJson(is_state ? StateOf(value).state : value));
  return json;
}

Json KindToJson(const Schema& schema, const KindDef& kind) {
  Json json = {{"kind", kind.name},
               {"label", kind.label},
               {"place", kind.place == KindDef::Place::kRoot ? "dossier" : "in a dossier"},
               {"fields", Json::array()}};
  for (const FieldDef& field : kind.fields) {
    Json item = {{"field", field.name},
                 {"label", field.label},
                 {"type", TypeWord(field.type)},
                 {"policy", PolicyWord(field.policy)},
                 {"indexed", field.indexed == FieldDef::Indexed::kYes}};
    if (const ClosedList* list = schema.FindList(field.closed_list)) {
      item["codes"] = Json::object();
      for (const ClosedList::Entry& entry : list->entries) item["codes"][entry.code] = entry.label;
    }
    json["fields"].push_back(std::move(item));
  }
  return json;
}

}  // namespace sacoche
