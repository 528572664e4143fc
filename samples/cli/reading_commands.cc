#include "samples/cli/reading_commands.h"

#include <ranges>

#include "samples/cli/access_log_commands.h"
#include "samples/cli/co_written_text.h"
#include "samples/cli/delivery_text.h"
#include "samples/cli/field_arguments.h"
#include "samples/cli/record_json.h"
#include "samples/cli/schema_words.h"

namespace sacoche {
namespace {

constexpr std::size_t kListMax = 1'000'000;
constexpr std::size_t kSearchMax = 200;
constexpr std::size_t kSearchBytesMax = 512;

// Paper is read by people who do not use this program.
constexpr std::string_view kPaperHeading =
    "CONFIDENTIEL. Couvert par le secret professionnel (article 226-13 du code pénal).\n"
    "À ne remettre qu'à une personne autorisée ; à détruire après usage.\n";

}  // namespace

ReadingCommands::ReadingCommands(CLI::App& app, CommandContext& context) : context_(context) {
  AddQueries(app);

  CLI::App* schema = app.add_subcommand("schema", "List kinds, fields and codes");
  schema->add_option("KIND", kind_, "One kind only");
  context_.On(schema, [this] { return ShowSchema(); });

  CLI::App* conflicts =
      app.add_subcommand("conflicts", "List open conflicts with all their values");
  context_.On(conflicts, [this] { return Conflicts(); });

  CLI::App* export_records =
      app.add_subcommand("export", "Write every record as a line of JSON, in clear text");
  export_records->add_option("--out", out_file_, "The file to write, all or nothing");
  AddReasonOption(export_records, reason_);
  context_.On(export_records, [this] { return Export(); });

  CLI::App* digest = app.add_subcommand(
      "digest", "Print a hash of the state: equal on laptops that hold the same changes");
  context_.On(digest, [this] { return Digest(); });
}

void ReadingCommands::AddQueries(CLI::App& app) {
  CLI::App* show = app.add_subcommand("show", "Show a record; a dossier with all that is in it");
  show->add_option("ID", id_, "The record's id, or its first digits")->required();
  show->add_flag("--all", all_, "Empty fields and corrected entries as well");
  AddReasonOption(show, reason_);
  context_.On(show, [this] { return Show(); });

  CLI::App* print = app.add_subcommand(
      "print", "Write a record as a page for a printer, a dossier with all that is in it");
  print->add_option("ID", id_, "The record's id, or its first digits")->required();
  print->add_option("--out", out_file_, "The file to write; else it goes to the standard output");
  AddReasonOption(print, reason_);
  context_.On(print, [this] { return PrintOnPaper(); });

  CLI::App* list = app.add_subcommand("list", "List records, the latest change first");
  list->add_option("KIND", kind_, "One kind only");
  list->add_option("--where", where_, "field=value, for an indexed field of the kind");
  list->add_option("--limit", limit_, "At most so many (1000)")
      ->check(CLI::Range(std::size_t{1}, kListMax));
  context_.On(list, [this] { return List(); });

  CLI::App* search = app.add_subcommand("search", "Find records by words or their beginnings");
  search->add_option("WORDS", words_, "All of them must occur; case and accents do not count")
      ->required();
  context_.On(search, [this] { return Search(); });

  CLI::App* history = app.add_subcommand("history", "List every change of a record, oldest first");
  history->add_option("ID", id_, "The record's id, or its first digits")->required();
  AddReasonOption(history, reason_);
  context_.On(history, [this] { return History(); });
}

Status ReadingCommands::ShowSchema() {
  const Schema& schema = context_.schema();
  std::string text;
  Json json = Json::array();
  if (!kind_.empty()) {
    SACOCHE_ASSIGN(const KindDef* kind, FindKind(schema, kind_));
    context_.Print(KindText(schema, *kind), KindToJson(schema, *kind));
    return {};
  }
  for (const KindDef& kind : schema.kinds()) {
    text += (text.empty() ? "" : "\n") + KindText(schema, kind);
    json.push_back(KindToJson(schema, kind));
  }
  context_.Print(text, json);
  return {};
}

Status ReadingCommands::Show() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView root, context_.FindRecord(*engine, id_));
  NoteReading(*engine, root, reason_);
  SACOCHE_ASSIGN(const auto views, Gather(*engine, root));
  Json json = RecordToJson(*engine, context_.schema(), root);
  if (root.head.id == root.head.dossier) json["children"] = Json::array();
  for (const RecordView& child : views | std::views::drop(1))
    json["children"].push_back(RecordToJson(*engine, context_.schema(), child));
  const auto delivery = DeliveryOfAll(*engine, views);
  json["delivery"] = DeliveryToJson(delivery);
  context_.Print(PageOf(*engine, views, all_ ? Detail::kEverything : Detail::kCurrent) +
                     DeliveryText(*engine, delivery),
                 json);
  return {};
}

Result<std::vector<RecordView>> ReadingCommands::Gather(Engine& engine,
                                                        const RecordView& root) const {
  std::vector<RecordView> views = {root};
  if (root.head.id != root.head.dossier) return views;
  RecordQuery of_dossier;
  of_dossier.dossier = root.head.id;
  SACOCHE_ASSIGN(auto children, engine.List(of_dossier));
  std::ranges::move(children, std::back_inserter(views));
  return views;
}

std::string ReadingCommands::PageOf(Engine& engine, const std::vector<RecordView>& views,
                                    Detail detail) const {
  std::string text;
  for (const RecordView& view : views)
    text += (text.empty() ? "" : "\n") + RecordText(engine, context_.schema(), view, detail);
  return text;
}

Status ReadingCommands::PrintOnPaper() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView root, context_.FindRecord(*engine, id_));
  SACOCHE_ASSIGN(const auto views, Gather(*engine, root));
  // What is written down first cannot be left out afterwards.
  SACOCHE_TRY(casework::LogPrinting(*engine, root, reason_));
  const TimeEstimate now = engine->Now();
  const std::string page = std::string(kPaperHeading) + "Imprimé le " +
                           LocalTime(ShownTime{now.ms, now.in_doubt}) + " par " +
                           OnOneLine(engine->ProfileOf(engine->device()).person) + ".\n\n" +
                           PageOf(*engine, views, Detail::kCurrent);
  if (out_file_.empty()) {
    context_.out() << page;
    return {};
  }
  SACOCHE_TRY(context_.files().WriteFileAtomically(out_file_, ViewOf(page)));
  context_.Print("The page is written, in clear text: delete the file once it is printed.\n",
                 {{"records", views.size()}});
  return {};
}

Status ReadingCommands::AddCondition(Engine& engine, const KindDef& kind,
                                     RecordQuery& query) const {
  const std::size_t equals = where_.find('=');
  if (equals == std::string::npos)
    return Fail(ErrorCode::kInvalidInput, "the condition is not of the form field=value",
                "Write for instance --where statut=EN_COURS.");
  SACOCHE_ASSIGN(const FieldDef* field,
                 FindField(kind, std::string_view(where_).substr(0, equals)));
  std::string indexed;
  for (const FieldDef& each : kind.fields)
    if (each.indexed == FieldDef::Indexed::kYes)
      indexed += (indexed.empty() ? "" : ", ") + each.name;
  if (field->indexed == FieldDef::Indexed::kNo)
    return Fail(ErrorCode::kInvalidInput,
                "field \"" + field->name + "\" is not one that records are listed by",
                indexed.empty() ? "Use `sacoche search`."
                                : "Use one of: " + indexed + "; or `sacoche search`.");
  const std::string_view typed = std::string_view(where_).substr(equals + 1);
  query.field = field->id;
  if (field->type == FieldType::kReference) {
    SACOCHE_ASSIGN(const RecordId id, context_.FindRecordId(engine, typed));
    query.value = Value::Reference(id);
    return {};
  }
  SACOCHE_ASSIGN(query.value, context_.schema().ParseValue(*field, typed));
  if (!query.value.empty()) return {};
  return Fail(ErrorCode::kInvalidInput, "the condition names no value",
              "Write for instance --where statut=EN_COURS.");
}

Result<RecordQuery> ReadingCommands::MakeQuery(Engine& engine) const {
  RecordQuery query;
  query.count_max = limit_;
  if (!kind_.empty()) {
    SACOCHE_ASSIGN(const KindDef* kind, FindKind(context_.schema(), kind_));
    query.kind = kind->id;
    if (!where_.empty()) SACOCHE_TRY(AddCondition(engine, *kind, query));
  } else if (!where_.empty()) {
    return Fail(ErrorCode::kInvalidInput, "a condition needs a kind",
                "Write for instance: sacoche list situation --where statut=EN_COURS.");
  }
  return query;
}

// A line of a list tells a record from the others; whoever gets all of it has read it.
void ReadingCommands::PrintList(Engine& engine, const std::vector<RecordView>& views) {
  std::string text;
  Json json = Json::array();
  for (const RecordView& view : views) {
    text += SummaryLine(context_.schema(), view) + "\n";
    if (!context_.json) continue;
    NoteReading(engine, view, "");
    json.push_back(RecordToJson(engine, context_.schema(), view));
  }
  context_.Print(text.empty() ? "No records.\n" : text, json);
}

Status ReadingCommands::List() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordQuery query, MakeQuery(*engine));
  SACOCHE_ASSIGN(const auto views, engine->List(query));
  PrintList(*engine, views);
  return {};
}

Status ReadingCommands::Search() {
  std::string words;
  for (const std::string& word : words_) words += (words.empty() ? "" : " ") + word;
  SACOCHE_TRY(CheckTyped("what is searched", words, kSearchBytesMax));
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto views, engine->Search(words, kSearchMax));
  PrintList(*engine, views);
  return {};
}

Status ReadingCommands::History() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView view, context_.FindRecord(*engine, id_));
  NoteReading(*engine, view, reason_);
  SACOCHE_ASSIGN(const auto history, engine->History(view.head.id));
  const KindDef* kind = context_.schema().FindKind(view.head.kind);
  SACOCHE_ASSIGN(const bool has_older, engine->HasOlderHistory(view.head.id));
  std::string text;
  if (has_older)
    text = "Older changes are not on this laptop: their outcome came with a snapshot.\n";
  Json json = Json::array();
  for (const HistoryEntry& entry : history) {
    text += HistoryLine(*engine, context_.schema(), kind, entry) + "\n";
    json.push_back(HistoryToJson(*engine, kind, entry));
  }
  context_.Print(text, json);
  return {};
}

Status ReadingCommands::Conflicts() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto conflicts, engine->Conflicts());
  std::string text;
  Json json = Json::array();
  for (const Conflict& conflict : conflicts) {
    SACOCHE_ASSIGN(const auto view, engine->Read(conflict.record));
    const FieldDef* field =
        view ? context_.schema().FindField(view->head.kind, conflict.field) : nullptr;
    if (field == nullptr) continue;
    NoteReading(*engine, *view, "");
    text += SummaryLine(context_.schema(), *view) + "\n" +
            ConflictText(*engine, context_.schema(), *field, conflict);
    Json item = {{"id", conflict.record.ToUuid()},
                 {"dossier", view->head.dossier.ToUuid()},
                 {"kind", context_.schema().FindKind(view->head.kind)->name},
                 {"field", field->name},
                 {"first_applies", PrecedenceWord(conflict.first_applies)},
                 {"siblings", Json::array()}};
    for (const Candidate& candidate : conflict.candidates)
      item["siblings"].push_back(CandidateToJson(*engine, candidate));
    if (!conflict.passages.empty())
      item["passages"] = PassagesToJson(*engine, FormatValue(conflict.candidates.front().value),
                                        conflict.passages);
    if (!conflict.unseen.empty())
      item["unseen"] = UnseenToJson(*engine, context_.schema(), conflict.unseen);
    json.push_back(std::move(item));
  }
  context_.Print(text.empty() ? "No open conflicts.\n" : text, json);
  return {};
}

Status ReadingCommands::Export() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  // What is written down first cannot be left out afterwards.
  SACOCHE_TRY(casework::LogExportOfAll(*engine, reason_));
  std::string lines;
  std::uint64_t count = 0;
  SACOCHE_TRY(engine->ForEachRecord([&](const RecordView& view) -> Status {
    const std::string line = ToJsonLine(RecordToJson(*engine, context_.schema(), view)) + "\n";
    ++count;
    if (out_file_.empty()) {
      context_.out() << line;
    } else {
      lines += line;
    }
    return {};
  }));
  if (out_file_.empty()) return {};
  SACOCHE_TRY(context_.files().WriteFileAtomically(out_file_, ViewOf(lines)));
  context_.Print(Counted(count, "record") +
                     " written. The file is in clear text: keep it as "
                     "you keep a paper file.\n",
                 {{"records", count}});
  return {};
}

Status ReadingCommands::Digest() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const Hash256 digest, engine->Digest());
  context_.Print(ToHex(digest) + "\n", {{"digest", ToHex(digest)}});
  return {};
}

}  // namespace sacoche
