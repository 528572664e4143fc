#include "samples/cli/record_text.h"

#include <set>

#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "samples/cli/co_written_text.h"
#include "samples/cli/output.h"
#include "samples/cli/schema_words.h"

namespace sacoche {
namespace {

constexpr std::size_t kSummaryFieldsMax = 4;
constexpr std::size_t kSummaryCharactersMax = 90;
constexpr std::size_t kHistoryCharactersMax = 120;
// As much of an entry's id as --correct needs.
constexpr std::size_t kEntryIdShown = 8;
constexpr std::size_t kReplicaDigitsShown = 8;

std::string LabelOf(const Schema& schema, const FieldDef& field, const Code& code) {
  const ClosedList* list = schema.FindList(field.closed_list);
  const ClosedList::Entry* entry = list == nullptr ? nullptr : list->Find(code.text);
  return entry == nullptr ? OnOneLine(code.text) : code.text + " (" + entry->label + ")";
}

bool IsLong(const Value& value) {
  const auto* text = value.As<std::string>();
  return text != nullptr && text->find('\n') != std::string::npos;
}

std::string EntryText(const Engine& engine, const Schema& schema, const FieldDef& field,
                      const LogEntry& entry, bool was_corrected) {
  std::string text = "    [" + ToHex(entry.id).substr(0, kEntryIdShown) + "] " +
                     WrittenText(engine, entry.written);
  if (entry.corrects)
    text += ", corrects [" + ToHex(*entry.corrects).substr(0, kEntryIdShown) + "]";
  if (was_corrected) text += ", was corrected since";
  const auto* words = entry.written.value.As<std::string>();
  return text + "\n" +
         AsBlock(words != nullptr ? *words : ValueText(schema, field, entry.written.value),
                 "      ");
}

std::string LogText(const Engine& engine, const Schema& schema, const FieldDef& field,
                    const VisibleField& visible, Detail detail) {
  std::set<ByteArray<16>> corrected;
  for (const LogEntry& entry : visible.entries)
    if (entry.corrects) corrected.insert(*entry.corrects);
  std::string text = "  " + field.label + ":\n";
  for (const LogEntry& entry : visible.entries) {
    const bool was_corrected = corrected.contains(entry.id);
    if (was_corrected && detail == Detail::kCurrent) continue;
    text += EntryText(engine, schema, field, entry, was_corrected);
  }
  return text;
}

std::string FieldText(const Engine& engine, const Schema& schema, const FieldDef& field,
                      const VisibleField& visible, const RecordId& record, Detail detail) {
  if (!visible.entries.empty()) return LogText(engine, schema, field, visible, detail);
  if (visible.in_conflict())
    return ConflictText(engine, schema, field,
                        {record, field.id, visible.candidates, visible.first_applies,
                         visible.passages, visible.unseen}) +
           EditsNotShownText(visible.edits_not_shown);
  const std::string written =
      visible.written ? "   — " + WrittenText(engine, *visible.written) : "";
  if (IsLong(visible.value))
    return "  " + field.label + ":" + written + "\n" +
           AsBlock(*visible.value.As<std::string>(), "      ") +
           EditsNotShownText(visible.edits_not_shown);
  return "  " + field.label + ": " + ValueText(schema, field, visible.value) + written + "\n" +
         EditsNotShownText(visible.edits_not_shown);
}

std::string ElementText(const Schema& schema, const FieldDef& field, const Bytes& element) {
  const auto value = DecodeValue(element);
  return value ? ValueText(schema, field, *value) : "(written by a newer release)";
}

std::string ChangeText(const Schema& schema, const FieldDef& field, const HistoryEntry& entry) {
  if (entry.settles && field.closes()) return "relu, bien ainsi";
  if (field.policy == MergePolicy::kAddWinsSet)
    return (entry.value.is_true() ? "added " : "removed ") +
           ElementText(schema, field, entry.element);
  if (field.policy == MergePolicy::kText && !(entry.words.empty() && !entry.settles))
    return WordChangesText(entry);
  const bool is_state = field.policy == MergePolicy::kMonotonic;
  std::string text =
      Shortened(ValueText(schema, field, is_state ? StateOf(entry.value).state : entry.value),
                kHistoryCharactersMax);
  if (field.policy == MergePolicy::kAppendOnly && entry.element.size() == 32)
    text = "corrects [" + ToHex(ByteView(entry.element).last(16)).substr(0, kEntryIdShown) +
           "]: " + text;
  return text;
}

// What a single value replaced.
std::string InsteadText(const Schema& schema, const FieldDef& field, const HistoryEntry& entry) {
  if (field.is_list() || field.policy == MergePolicy::kText || entry.settles) return "";
  const bool is_state = field.policy == MergePolicy::kMonotonic;
  std::string text;
  for (const Value& value : entry.before)
    if (!value.empty())
      text += (text.empty() ? "" : "; ") +
              Shortened(ValueText(schema, field, is_state ? StateOf(value).state : value),
                        kHistoryCharactersMax);
  return text.empty() ? "" : "   (instead of " + text + ")";
}

// Which value applies until somebody has decided, and why that one.
std::string_view MeanwhileText(Precedence precedence) {
  switch (precedence) {
    case Precedence::kLatest:
      return "CONFLICT, the first value applies meanwhile: it is the latest";
    case Precedence::kMostProtective:
      return "CONFLICT, the first value applies meanwhile: it is the more protective";
    case Precedence::kFurthest:
      return "CONFLICT, the first value applies meanwhile: closed while somebody still worked on "
             "it";
    case Precedence::kReopened:
      return "CONFLICT, the first value applies meanwhile: reopened while somebody did not know";
    case Precedence::kOverCleared:
      return "CONFLICT, the first value applies meanwhile: somebody cleared it, somebody wrote it";
    case Precedence::kBothVisible:
      return "both are shown";
    case Precedence::kClockInDoubt:
      return "CONFLICT, the first value applies meanwhile: it seems the latest, but a clock was "
             "wrong";
    case Precedence::kErased:
      return "ERASED, while somebody who did not know wrote into the record";
    case Precedence::kClosed:
      return "CLOSED, while somebody who did not know wrote into it";
  }
  return "";
}

// Who wrote what without sight of the closing; of each record and author one line.
std::string UnseenText(const Engine& engine, const Schema& schema,
                       const std::vector<UnseenWrite>& unseen) {
  std::map<std::pair<RecordId, DeviceId>, std::vector<const UnseenWrite*>> groups;
  for (const UnseenWrite& write : unseen)
    groups[{write.record, write.writer.author}].push_back(&write);
  std::string text;
  for (const auto& [of, writes] : groups) {
    std::string fields;
    for (const UnseenWrite* write : writes) {
      const FieldDef* field = schema.FindField(write->kind, write->field);
      fields += (fields.empty() ? "" : "; ") +
                (field != nullptr ? field->label : std::string("a field of a newer release"));
    }
    const auto last = *std::ranges::max_element(
        writes, {}, [](const UnseenWrite* write) { return write->writer.hlc; });
    text += "    not seen by whoever closed it: " + KindLabel(schema, last->kind) + " " +
            last->record.ToUuid() + ", " + fields + "   — " + WriterText(engine, last->writer) +
            "\n";
  }
  return text;
}

std::string AdviceText(const FieldDef& field, const RecordId& record, Precedence precedence) {
  if (precedence == Precedence::kClosed)
    return "    read it, then say that it may stay closed: sacoche resolve " + record.ToUuid() +
           " " + field.name + " --as-is   (or reopen it: --value V)\n";
  if (precedence == Precedence::kErased)
    return "    what the record shows was written without sight of it. Write elsewhere what must "
           "stay, then erase again: sacoche edit " +
           record.ToUuid() + " " + field.name + "=CODE\n";
  return "    resolve it: sacoche resolve " + record.ToUuid() + " " + field.name +
         " --take N   (or --value V)\n";
}

}  // namespace

std::string KindLabel(const Schema& schema, KindId kind) {
  const KindDef* def = schema.FindKind(kind);
  return def != nullptr
             ? def->label
             : "Kind " + std::to_string(static_cast<std::uint32_t>(kind)) + " of a newer release";
}

std::string ValueText(const Schema& schema, const FieldDef& field, const Value& value) {
  if (value.empty()) return "(cleared)";
  if (const auto* code = value.As<Code>()) return LabelOf(schema, field, *code);
  const auto* list = value.As<ValueList>();
  if (list == nullptr) return OnOneLine(FormatValue(value));
  std::string text;
  for (const Value& element : *list)
    text += (text.empty() ? "" : "; ") + ValueText(schema, field, element);
  return text;
}

std::string ChangeName(const HistoryEntry& entry) {
  return entry.dot.replica.ToHex().substr(0, kReplicaDigitsShown) + "-" +
         std::to_string(entry.dot.counter);
}

std::string AuthorText(const Engine& engine, const DeviceId& device) {
  const Profile profile = engine.ProfileOf(device);
  if (profile.device_label.empty()) return OnOneLine(profile.person);
  return OnOneLine(profile.person) + " (" + OnOneLine(profile.device_label) + ")";
}

std::string WrittenText(const Engine& engine, const Candidate& candidate) {
  return AuthorText(engine, candidate.author) + ", " + LocalTime(candidate.shown);
}

std::string WriterText(const Engine& engine, const Writer& writer) {
  return AuthorText(engine, writer.author) + ", " + LocalTime(writer.shown);
}

std::string SummaryLine(const Schema& schema, const RecordView& view) {
  std::string summary;
  bool in_conflict = false;
  std::size_t count = 0;
  const KindDef* kind = schema.FindKind(view.head.kind);
  for (const VisibleField& field : view.fields) {
    in_conflict |= field.in_conflict();
    const FieldDef* def = kind->FindField(field.field);
    if (def == nullptr || field.value.empty() || count++ >= kSummaryFieldsMax) continue;
    summary += (summary.empty() ? "" : " · ") + OnOneLine(FormatValue(field.value));
  }
  return view.head.id.ToUuid() + "  " + KindLabel(schema, view.head.kind) + "  " +
         Shortened(summary, kSummaryCharactersMax) + (in_conflict ? "  [conflict]" : "");
}

std::string ConflictText(const Engine& engine, const Schema& schema, const FieldDef& field,
                         const Conflict& conflict) {
  if (!conflict.passages.empty()) return PassagesText(engine, field, conflict);
  std::string text =
      "  " + field.label + ": " + std::string(MeanwhileText(conflict.first_applies)) + "\n";
  int number = 0;
  for (const Candidate& candidate : conflict.candidates)
    text += "    " + std::to_string(++number) + ". " + ValueText(schema, field, candidate.value) +
            "   — " + WrittenText(engine, candidate) + "\n";
  text += UnseenText(engine, schema, conflict.unseen);
  return text + AdviceText(field, conflict.record, conflict.first_applies);
}

std::string RecordText(const Engine& engine, const Schema& schema, const RecordView& view,
                       Detail detail) {
  std::string text = KindLabel(schema, view.head.kind) + " " + view.head.id.ToUuid() +
                     "   (created " + LocalTime(engine.TimeOf(view.head.created)) + ", changed " +
                     LocalTime(engine.TimeOf(view.head.changed)) + ")\n";
  if (const KindDef* kind = schema.FindKind(view.head.kind)) {
    for (const FieldDef& field : kind->fields) {
      if (const VisibleField* visible = view.Find(field.id)) {
        text += FieldText(engine, schema, field, *visible, view.head.id, detail);
      } else if (detail == Detail::kEverything) {
        text += "  " + field.label + ": –\n";
      }
    }
  }
  if (view.unknown_registers > 0)
    text += "  (" + Counted(view.unknown_registers, "value") +
            " of a newer release kept and not shown)\n";
  return text;
}

std::string HistoryLine(const Engine& engine, const Schema& schema, const KindDef* kind,
                        const HistoryEntry& entry) {
  const FieldDef* field = kind == nullptr ? nullptr : kind->FindField(entry.field);
  const std::string head = "[" + ChangeName(entry) + "]  " + LocalTime(engine.TimeOf(entry)) +
                           "  " + AuthorText(engine, entry.author) + "  ";
  if (field == nullptr) return head + "a field of a newer release";
  return head + field->label + ": " + ChangeText(schema, *field, entry) +
         InsteadText(schema, *field, entry);
}

std::string KindText(const Schema& schema, const KindDef& kind) {
  std::string text =
      kind.name + "   " + kind.label +
      (kind.place == KindDef::Place::kRoot ? "   (begins a dossier)\n" : "   (in a dossier)\n");
  for (const FieldDef& field : kind.fields) {
    text += "  " + field.name + "   " + field.label + "   " + std::string(TypeWord(field.type)) +
            ", " + std::string(PolicyWord(field.policy)) +
            (field.indexed == FieldDef::Indexed::kYes ? ", indexed\n" : "\n");
    const ClosedList* list = schema.FindList(field.closed_list);
    if (list == nullptr) continue;
    for (const ClosedList::Entry& entry : list->entries)
      text += "      " + entry.code + "   " + entry.label + "\n";
  }
  return text;
}

}  // namespace sacoche
