#include "samples/cli/record_commands.h"

#include <ctime>
#include <iostream>
#include <iterator>

#include "engine/casework/schema.h"
#include "engine/record/value_codec.h"
#include "samples/cli/co_written_text.h"
#include "samples/cli/record_text.h"

namespace sacoche {
namespace {

constexpr std::string_view kNoteField = "note";
constexpr std::string_view kDateField = "date";
constexpr std::string_view kTypeField = "type";
constexpr std::size_t kEntryDigitsMin = 8;

std::string Today() {
  const std::time_t now = std::time(nullptr);
  return LocalTime(Hlc::Of(static_cast<std::uint64_t>(now) * 1000, 0)).substr(0, 10);
}

}  // namespace

RecordCommands::RecordCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* create = app.add_subcommand("create", "Create a record; prints its id");
  create->add_option("KIND", kind_, "A kind that `sacoche schema` lists")->required();
  create->add_option("FIELDS", fields_,
                     "field=value; field=@FILE reads a file; field+=element of a set");
  create->add_option("--in", dossier_, "The dossier that the record goes into");
  create->add_option("--space", space_, "Name or id of the space that a new dossier goes into");
  context_.On(create, [this] { return Create(); });

  CLI::App* edit = app.add_subcommand("edit", "Change fields of a record");
  edit->add_option("ID", id_, "The record's id, or its first digits")->required();
  edit->add_option("FIELDS", fields_,
                   "field=value, field= clears, field=A,B a whole set, field+=A and field-=A one "
                   "element, field=@FILE from a file (@@ for a literal @)")
      ->required();
  edit->add_option("--correct", corrected_entry_,
                   "The id, as `sacoche show` gives it, of the entry that this one corrects");
  edit->add_flag("--reopen", reopen_, "Let a state go back, for instance from done to not done");
  edit->add_option("--seen", seen_version_,
                   "The version, as `sacoche show --json` gives it, of the text that was edited: "
                   "what others wrote since stays");
  context_.On(edit, [this] { return EditRecord(); });

  CLI::App* note = app.add_subcommand("note", "Write a note: an intervention in a dossier");
  note->add_option("DOSSIER", dossier_, "The dossier's id")->required();
  note->add_option("TEXT", text_, "The note; - reads it from the standard input")->required();
  note->add_option("--date", date_, "The day of the intervention; today if it is not given");
  note->add_option("--type", type_, "Its type: a code of `sacoche schema intervention`");
  context_.On(note, [this] { return Note(); });

  CLI::App* resolve = app.add_subcommand("resolve", "Resolve a conflict");
  resolve->add_option("ID", id_, "The record's id")->required();
  resolve->add_option("FIELD", field_, "The field in conflict")->required();
  CLI::Option* take = resolve->add_option("--take", take_, "The number of the value to keep");
  CLI::Option* value = resolve->add_option("--value", value_, "Another value")->excludes(take);
  resolve->add_flag("--as-is", as_is_, "A co-written text, or a closing, is well as it stands")
      ->excludes(take)
      ->excludes(value);
  context_.On(resolve, [this] { return Resolve(); });

  CLI::App* take_back = app.add_subcommand(
      "take-back", "Give a field the value again that a change of its history wrote");
  take_back->add_option("ID", id_, "The record's id")->required();
  take_back->add_option("FIELD", field_, "The field")->required();
  take_back->add_option("CHANGE", change_, "The change, as `sacoche history` names it")->required();
  context_.On(take_back, [this] { return TakeBack(); });
}

Result<const KindDef*> RecordCommands::KindOf(const RecordView& view) const {
  const KindDef* kind = context_.schema().FindKind(view.head.kind);
  if (kind != nullptr && kind->space == SpaceKind::kAccessLog)
    return Fail(ErrorCode::kRefused, "an entry of the access log is never changed",
                "It goes by itself when its time is over.");
  if (kind != nullptr) return kind;
  return Fail(ErrorCode::kNewerFormat, "this record was made by a newer release of Sacoche",
              "Update Sacoche to edit it; it is kept as it is.");
}

ParseOneValue RecordCommands::ValueParser(Engine& engine) const {
  return [this, &engine](const FieldDef& field, std::string_view text) -> Result<Value> {
    if (field.type != FieldType::kReference || text.empty())
      return context_.schema().ParseValue(field, text);
    SACOCHE_ASSIGN(const RecordId id, context_.FindRecordId(engine, text));
    return Value::Reference(id);
  };
}

Result<std::vector<FieldArgument>> RecordCommands::ParseFields(const KindDef& kind) {
  std::vector<FieldArgument> arguments;
  for (const std::string& typed : fields_) {
    SACOCHE_ASSIGN(FieldArgument argument, ParseFieldArgument(kind, typed, context_.files()));
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

Result<RecordEdit> RecordCommands::MakeRecordEdit(Engine& engine, const KindDef& kind,
                                                  const RecordView* now) {
  SACOCHE_ASSIGN(const auto arguments, ParseFields(kind));
  RecordEdit edit{{}, kind.id, {}};
  SACOCHE_ASSIGN(edit.fields, MakeFieldEdits(arguments, now, ValueParser(engine)));
  return edit;
}

void RecordCommands::PrintOutcome(const RecordId& id, bool changed, const std::string& what) {
  context_.Print(what, {{"id", id.ToUuid()}, {"changed", changed}});
}

Status RecordCommands::Create() {
  SACOCHE_ASSIGN(const KindDef* kind, FindKind(context_.schema(), kind_));
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(RecordEdit record, MakeRecordEdit(*engine, *kind, nullptr));
  record.record = engine->NewRecordId();
  sacoche::Edit edit{record.record, {}};
  if (!dossier_.empty()) {
    SACOCHE_ASSIGN(const RecordView dossier, context_.FindDossier(*engine, dossier_));
    edit.dossier = dossier.head.id;
  }
  std::optional<SpaceId> space;
  if (!space_.empty()) {
    SACOCHE_ASSIGN(space, context_.FindSpace(*engine, space_));
  }
  const RecordId id = record.record;
  edit.records.push_back(std::move(record));
  SACOCHE_ASSIGN(const auto dot, engine->Edit(edit, space));
  if (!dot)
    return Fail(ErrorCode::kInvalidInput, "a new record needs at least one field with a value",
                "See `sacoche schema " + kind->name + "` for its fields.");
  PrintOutcome(id, true, id.ToUuid() + "\n");
  return {};
}

Status RecordCommands::AddCorrection(const KindDef& kind, const RecordView& now,
                                     RecordEdit& edit) const {
  const FieldDef* field = edit.fields.size() == 1 ? kind.FindField(edit.fields[0].field) : nullptr;
  if (field == nullptr || field->policy != MergePolicy::kAppendOnly)
    return Fail(ErrorCode::kInvalidInput, "a correction replaces one entry of one field",
                "Give the corrected entry's id and its new text only.");
  const VisibleField* visible = now.Find(field->id);
  std::vector<ByteArray<16>> found;
  if (visible != nullptr && corrected_entry_.size() >= kEntryDigitsMin)
    for (const LogEntry& entry : visible->entries)
      if (ToHex(entry.id).starts_with(corrected_entry_)) found.push_back(entry.id);
  if (found.size() != 1)
    return Fail(ErrorCode::kNotFound, "the field has no entry with this id",
                "Copy the id from `sacoche show`, without the brackets.");
  edit.fields[0].corrects = found.front();
  return {};
}

Status RecordCommands::AddVersion(const KindDef& kind, RecordEdit& edit) const {
  const FieldDef* field = edit.fields.size() == 1 ? kind.FindField(edit.fields[0].field) : nullptr;
  if (field == nullptr || field->policy != MergePolicy::kText)
    return Fail(ErrorCode::kInvalidInput, "a version is of one co-written text",
                "Give that text only.");
  edit.fields[0].seen = ParseVersion(seen_version_);
  if (edit.fields[0].seen) return {};
  return Fail(ErrorCode::kInvalidInput, "this is not the version of a text",
              "Copy it from `sacoche show --json`.");
}

Status RecordCommands::EditRecord() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView now, context_.FindRecord(*engine, id_));
  SACOCHE_ASSIGN(const KindDef* kind, KindOf(now));
  SACOCHE_ASSIGN(RecordEdit record, MakeRecordEdit(*engine, *kind, &now));
  record.record = now.head.id;
  if (reopen_)
    for (FieldEdit& field : record.fields) field.reopen = FieldEdit::Reopen::kYes;
  if (!corrected_entry_.empty()) SACOCHE_TRY(AddCorrection(*kind, now, record));
  if (!seen_version_.empty()) SACOCHE_TRY(AddVersion(*kind, record));
  SACOCHE_ASSIGN(const auto dot, engine->Edit({now.head.dossier, {std::move(record)}}));
  PrintOutcome(now.head.id, dot.has_value(), dot ? "Saved.\n" : "Nothing to change.\n");
  return {};
}

Result<std::string> RecordCommands::NoteText() const {
  if (text_ != "-") return text_;
  // One byte more than a text may have: then the schema says that it is too long.
  std::string text(kTextBytesMax + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Status RecordCommands::Note() {
  const KindDef* kind = context_.schema().FindKind(casework::kIntervention);
  SACOCHE_ASSIGN(const std::string text, NoteText());
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView dossier, context_.FindDossier(*engine, dossier_));
  RecordEdit record{engine->NewRecordId(), kind->id, {}};
  const auto add = [&](std::string_view name, std::string_view typed) -> Status {
    SACOCHE_ASSIGN(const FieldDef* field, FindField(*kind, name));
    SACOCHE_ASSIGN(Value value, context_.schema().ParseValue(*field, typed));
    record.fields.push_back(FieldEdit{field->id, std::move(value), {}});
    return {};
  };
  SACOCHE_TRY(add(kNoteField, text));
  SACOCHE_TRY(add(kDateField, date_.empty() ? Today() : date_));
  if (!type_.empty()) SACOCHE_TRY(add(kTypeField, type_));
  const RecordId id = record.record;
  SACOCHE_ASSIGN(const auto dot, engine->Edit({dossier.head.id, {std::move(record)}}));
  PrintOutcome(id, dot.has_value(), id.ToUuid() + "\n");
  return {};
}

Result<Value> RecordCommands::ChosenValue(Engine& engine, const FieldDef& field,
                                          const VisibleField& visible) const {
  if (value_) return ValueParser(engine)(field, *value_);
  if (*take_ >= 1 && *take_ <= visible.candidates.size())
    return visible.candidates[*take_ - 1].value;
  return Fail(ErrorCode::kInvalidInput, "this conflict has no value of that number",
              "Choose a number from 1 to " + std::to_string(visible.candidates.size()) +
                  ", as `sacoche conflicts` shows them.");
}

// Whoever resolves has seen every value, may let a state go back, and has looked at every passage
// and at all that was written without sight of a closing.
Result<FieldEdit> RecordCommands::Resolution(Engine& engine, const FieldDef& field,
                                             const VisibleField& visible) const {
  FieldEdit edit{field.id, {}, {}};
  const bool is_text = field.policy == MergePolicy::kText;
  if (is_text && take_)
    return Fail(ErrorCode::kInvalidInput, "a co-written text has no values to choose from",
                "Give --as-is or --value TEXT.");
  if (as_is_ && !is_text && visible.unseen.empty())
    return Fail(ErrorCode::kInvalidInput,
                "only a co-written text or a closing can be well as it is",
                "Give --take N or --value V.");
  if (is_text) {
    edit.seen = visible.version;
    // To settle without a text leaves the text as it is: whoever clears it does not settle.
    const bool clears = value_ && value_->empty() && !FormatValue(visible.value).empty();
    if (!clears) edit.settle = FieldEdit::Settle::kYes;
    if (as_is_) return edit;
  }
  if (field.policy == MergePolicy::kMonotonic) edit.reopen = FieldEdit::Reopen::kYes;
  if (field.closes()) edit.settle = FieldEdit::Settle::kYes;
  if (as_is_) {
    if (visible.candidates.size() > 1) edit.value = visible.value;
    return edit;
  }
  SACOCHE_ASSIGN(edit.value, ChosenValue(engine, field, visible));
  if (edit.value.empty() && field.closes())
    return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\" cannot be cleared",
                "Choose the state that is right.");
  return edit;
}

Status RecordCommands::Resolve() {
  if (!take_ && !value_ && !as_is_)
    return Fail(ErrorCode::kInvalidInput, "it was not said which value shall stay",
                "Give --take N or --value V, or --as-is for a co-written text or a closing.");
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView now, context_.FindRecord(*engine, id_));
  SACOCHE_ASSIGN(const KindDef* kind, KindOf(now));
  SACOCHE_ASSIGN(const FieldDef* field, FindField(*kind, field_));
  const VisibleField* visible = now.Find(field->id);
  if (visible == nullptr || !visible->in_conflict())
    return Fail(ErrorCode::kNotFound, "this field has no open conflict",
                "See `sacoche conflicts` for those that are open.");
  SACOCHE_ASSIGN(const FieldEdit edit, Resolution(*engine, *field, *visible));
  const Value value = as_is_ ? visible->value : edit.value;
  SACOCHE_ASSIGN(const auto dot,
                 engine->Edit({now.head.dossier, {RecordEdit{now.head.id, kind->id, {edit}}}}));
  PrintOutcome(now.head.id, dot.has_value(),
               (dot ? "Resolved: " : "Nothing was left to resolve: ") + field->label + ": " +
                   ValueText(context_.schema(), *field, value) + "\n");
  return {};
}

// A change may have written several elements of a set.
Status RecordCommands::TakeBack() {
  SACOCHE_ASSIGN(auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView now, context_.FindRecord(*engine, id_));
  SACOCHE_ASSIGN(const KindDef* kind, KindOf(now));
  SACOCHE_ASSIGN(const FieldDef* field, FindField(*kind, field_));
  SACOCHE_ASSIGN(const auto history, engine->History(now.head.id));
  std::size_t found = 0;
  bool changed = false;
  for (const HistoryEntry& entry : history) {
    if (entry.field != field->id || ChangeName(entry) != change_) continue;
    ++found;
    SACOCHE_ASSIGN(const auto dot, engine->TakeBack(now.head.id, entry));
    changed |= dot.has_value();
  }
  if (found == 0)
    return Fail(ErrorCode::kNotFound, "no such change of this field is in the record's history",
                "See `sacoche history " + now.head.id.ToUuid() + "` for their names.");
  PrintOutcome(now.head.id, changed,
               changed ? "Taken back: " + field->label + "\n" : "It is so already.\n");
  return {};
}

}  // namespace sacoche
