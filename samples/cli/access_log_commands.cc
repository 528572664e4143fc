#include "samples/cli/access_log_commands.h"

#include <iostream>

#include "engine/casework/schema.h"
#include "samples/cli/record_text.h"

namespace sacoche {
namespace {

const ClosedList& Gestures() { return *casework::CaseworkSchema().FindList("acces_geste"); }

std::string LabelOf(const std::string& code) {
  const auto& entries = Gestures().entries;
  const auto found = std::ranges::find(entries, code, [](const auto& entry) { return entry.code; });
  return found == entries.end() ? code : found->label;
}

// "situation 0192…", as far as this laptop knows what it is; the space's name, of a whole post.
Result<std::string> NameOf(Engine& engine, const casework::AccessEntry& entry) {
  if (entry.record == engine.SpaceLabelOf(entry.space).post) return std::string("the whole post");
  SACOCHE_ASSIGN(const auto view, engine.Read(entry.record));
  const KindDef* kind = view ? casework::CaseworkSchema().FindKind(view->head.kind) : nullptr;
  return (kind == nullptr ? "" : kind->name + " ") + entry.record.ToUuid();
}

Json EntryToJson(Engine& engine, const casework::AccessEntry& entry) {
  const Profile who = engine.ProfileOf(entry.who);
  Json json = {{"id", entry.id.ToUuid()},         {"gesture", entry.gesture},
               {"record", entry.record.ToUuid()}, {"author", who.person},
               {"device", who.device_label},      {"device_id", entry.who.ToHex()}};
  json.update(TimeToJson(entry.when));
  json["reason"] = entry.reason.empty() ? Json(nullptr) : Json(entry.reason);
  return json;
}

}  // namespace

CLI::Option* AddReasonOption(CLI::App* command, std::string& reason) {
  return command->add_option("--reason", reason, "Why; it is written into the access log");
}

void NoteReading(Engine& engine, const RecordView& view, const std::string& reason) {
  const Status noted = casework::LogReading(engine, view, reason);
  if (!noted)
    std::cerr << "sacoche: this reading is not in the access log: "
              << OnOneLine(noted.error().message) << "\n";
}

AccessLogCommands::AccessLogCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* log = app.add_subcommand(
      "access-log", "List who read, exported, printed or asked for what, when and why");
  log->add_option("--since", since_, "From this day on, 2026-03-02");
  log->add_option("--record", record_, "Of one record: its id, or its first digits");
  context_.On(log, [this] { return List(); });
}

Status AccessLogCommands::List() {
  if (!since_.empty()) {
    SACOCHE_ASSIGN(const Date since, ParseDate(since_));
    if (since.precision != Date::Precision::kDay)
      return Fail(ErrorCode::kInvalidInput, "this is not a day", "Write for instance 2026-03-02.");
  }
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  std::optional<RecordId> record;
  if (!record_.empty()) {
    // What was read may be where this laptop does not read: then its whole id is needed.
    const auto whole = RecordId::FromUuid(record_);
    SACOCHE_ASSIGN(record,
                   whole ? Result<RecordId>(*whole) : context_.FindRecordId(*engine, record_));
  }
  SACOCHE_ASSIGN(const auto entries, casework::ReadAccessLog(*engine, record));
  std::string text;
  Json json = Json::array();
  for (const casework::AccessEntry& entry : entries) {
    const std::string when = LocalTime(entry.when);
    if (when < since_) continue;
    SACOCHE_ASSIGN(const std::string name, NameOf(*engine, entry));
    text += when + "  " + AuthorText(*engine, entry.who) + "  " + LabelOf(entry.gesture) + "  " +
            name + (entry.reason.empty() ? "" : "  — " + OnOneLine(entry.reason)) + "\n";
    json.push_back(EntryToJson(*engine, entry));
  }
  context_.Print(text.empty() ? "No entries.\n" : text, json);
  return {};
}

}  // namespace sacoche
