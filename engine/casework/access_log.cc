#include "engine/casework/access_log.h"

#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

// Of a record, the laptops of a post in an hour.
constexpr std::size_t kLookedAtForAgainMax = 64;
constexpr std::size_t kListedMax = 100'000;

const KindDef& EntryKind() { return *CaseworkSchema().FindKind("journal_acces"); }
FieldId IdOf(const char* field) { return EntryKind().FindField(field)->id; }

Result<std::vector<SpaceId>> AccessLogs(Engine& engine) {
  std::vector<SpaceId> logs;
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  for (const SpaceId& space : status.spaces)
    if (engine.SpaceLabelOf(space).kind == SpaceKind::kAccessLog) logs.push_back(space);
  return logs;
}

// Nothing: this laptop is in none.
Result<std::optional<SpaceId>> LogBeside(Engine& engine, const SpaceId& space) {
  SACOCHE_ASSIGN(const auto logs, AccessLogs(engine));
  const SpaceLabel beside = engine.SpaceLabelOf(space);
  // The copy of a shared dossier does not say which post it is of; who works for one post only
  // cannot be mistaken.
  if (beside.kind == SpaceKind::kShared)
    return logs.size() == 1 ? std::optional(logs.front()) : std::nullopt;
  for (const SpaceId& log : logs)
    if (engine.SpaceLabelOf(log).post == beside.post) return std::optional(log);
  return std::optional<SpaceId>();
}

Status CheckReason(AccessGesture gesture, const std::string& reason) {
  if (gesture == AccessGesture::kRead || !reason.empty()) return {};
  return Fail(ErrorCode::kInvalidInput, "no reason was given",
              "Say why: it is written into the access log, and the post reads it.");
}

Status Write(Engine& engine, const SpaceId& log, AccessGesture gesture, const RecordId& record,
             const std::string& reason) {
  SACOCHE_TRY(CheckReason(gesture, reason));
  const RecordId entry = engine.NewRecordId();
  RecordEdit edit{entry,
                  EntryKind().id,
                  {{IdOf("geste"), Value::OfCode(std::string(CodeOf(gesture))), {}},
                   {IdOf("enregistrement"), Value::Reference(record), {}}}};
  if (!reason.empty()) edit.fields.push_back({IdOf("motif"), Value::Text(reason), {}});
  SACOCHE_TRY(engine.Edit({entry, {std::move(edit)}}, log));
  return {};
}

std::string ShownIn(const RecordView& view, const char* field) {
  const VisibleField* shown = view.Find(IdOf(field));
  return shown == nullptr ? "" : FormatValue(shown->value);
}

// Nothing: it was erased, or is of a newer release.
std::optional<AccessEntry> EntryOf(const RecordView& view) {
  const VisibleField* gesture = view.Find(IdOf("geste"));
  const VisibleField* record = view.Find(IdOf("enregistrement"));
  if (gesture == nullptr || !gesture->written || record == nullptr) return std::nullopt;
  const RecordId* accessed = record->value.As<RecordId>();
  if (accessed == nullptr) return std::nullopt;
  AccessEntry entry{view.head.id,
                    view.head.space,
                    gesture->written->author,
                    gesture->written->shown,
                    ShownIn(view, "geste"),
                    *accessed,
                    ""};
  if (const VisibleField* reason = view.Find(IdOf("motif")))
    for (const LogEntry& line : reason->entries)
      entry.reason += (entry.reason.empty() ? "" : "\n") + FormatValue(line.written.value);
  return entry;
}

RecordQuery EntriesOn(const RecordId& record, std::size_t count_max) {
  RecordQuery query;
  query.kind = EntryKind().id;
  query.field = IdOf("enregistrement");
  query.value = Value::Reference(record);
  query.count_max = count_max;
  return query;
}

Result<bool> WasReadLately(Engine& engine, const SpaceId& log, const RecordId& record) {
  SACOCHE_ASSIGN(const auto views, engine.List(EntriesOn(record, kLookedAtForAgainMax)));
  const std::uint64_t now_ms = engine.Now().ms;
  return std::ranges::any_of(views, [&](const RecordView& view) {
    const auto entry = EntryOf(view);
    return entry && entry->space == log && entry->who == engine.device() &&
           entry->gesture == CodeOf(AccessGesture::kRead) && entry->when.ms + kReadAgainMs > now_ms;
  });
}

// When the server received the entry; of one that came with a snapshot, which says no more, when it
// was written. Nothing while nobody but this laptop has it, or if its stamp cannot be right.
Result<std::optional<std::uint64_t>> KeptSince(Engine& engine, const RecordView& view) {
  SACOCHE_ASSIGN(const auto history, engine.History(view.head.id));
  for (const HistoryEntry& written : history)
    if (written.received_s) return std::optional(*written.received_s * 1000);
  SACOCHE_ASSIGN(const bool came_with_snapshot, engine.HasOlderHistory(view.head.id));
  const ShownTime created = engine.TimeOf(view.head.created);
  if (!came_with_snapshot || created.in_doubt) return std::optional<std::uint64_t>();
  return std::optional(created.ms);
}

Status Erase(Engine& engine, const RecordView& view) {
  const FieldDef* erasure = EntryKind().FindErasure();
  SACOCHE_TRY(engine.Edit(
      {view.head.id,
       {{view.head.id, EntryKind().id, {{erasure->id, Value::OfCode("CONSERVATION"), {}}}}}}));
  return {};
}

// Where it is written who saw the record; nothing: it speaks of nobody, or this laptop is in no
// such log.
Result<std::optional<SpaceId>> LogOf(Engine& engine, const RecordView& view) {
  const KindDef* kind = CaseworkSchema().FindKind(view.head.kind);
  if (kind == nullptr || !SpeaksOfPeople(*kind)) return std::optional<SpaceId>();
  return LogBeside(engine, view.head.space);
}

}  // namespace

std::string_view CodeOf(AccessGesture gesture) {
  switch (gesture) {
    case AccessGesture::kRead:
      return "LECTURE";
    case AccessGesture::kExport:
      return "EXPORT";
    case AccessGesture::kPrint:
      return "IMPRESSION";
    case AccessGesture::kBreakGlass:
      return "BRIS_DE_GLACE";
    case AccessGesture::kRequest:
      return "DEMANDE";
  }
  return "";
}

bool SpeaksOfPeople(const KindDef& kind) {
  return kind.space != SpaceKind::kAccessLog &&
         std::ranges::any_of(kind.fields, [](const FieldDef& field) {
           return field.sensitivity >= Sensitivity::kPersonal;
         });
}

Status LogAccess(Engine& engine, AccessGesture gesture, const Accessed& accessed,
                 const std::string& reason) {
  SACOCHE_TRY(CheckReason(gesture, reason));
  SACOCHE_ASSIGN(const auto log, LogBeside(engine, accessed.space));
  if (!log)
    return Fail(ErrorCode::kRefused, "this laptop is not in the access log of that post",
                "Ask your administrator.");
  return Write(engine, *log, gesture, accessed.record, reason);
}

Status LogReading(Engine& engine, const RecordView& view, const std::string& reason) {
  SACOCHE_ASSIGN(const auto log, LogOf(engine, view));
  if (!log) return {};
  SACOCHE_ASSIGN(const bool again, WasReadLately(engine, *log, view.head.id));
  if (again && reason.empty()) return {};
  return Write(engine, *log, AccessGesture::kRead, view.head.id, reason);
}

Status LogPrinting(Engine& engine, const RecordView& view, const std::string& reason) {
  SACOCHE_ASSIGN(const auto log, LogOf(engine, view));
  return log ? Write(engine, *log, AccessGesture::kPrint, view.head.id, reason) : Status();
}

Status LogExportOfAll(Engine& engine, const std::string& reason) {
  SACOCHE_ASSIGN(const auto logs, AccessLogs(engine));
  for (const SpaceId& log : logs)
    SACOCHE_TRY(Write(engine, log, AccessGesture::kExport, engine.SpaceLabelOf(log).post, reason));
  return {};
}

Result<std::size_t> EraseOldAccesses(Engine& engine) {
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  if (!status.clock_ahead_ms || status.time_in_doubt) return std::size_t{0};
  const std::uint64_t now_ms = engine.Now().ms;
  std::size_t erased = 0;
  for (const AccessGesture gesture : kAccessGestures) {
    // What is erased shows no gesture, and is not found again.
    RecordQuery oldest;
    oldest.kind = EntryKind().id;
    oldest.field = IdOf("geste");
    oldest.value = Value::OfCode(std::string(CodeOf(gesture)));
    oldest.order = RecordQuery::Order::kOldestChangeFirst;
    oldest.count_max = kAccessesErasedAtOnceMax - erased;
    SACOCHE_ASSIGN(const auto views, engine.List(oldest));
    for (const RecordView& view : views) {
      if (view.head.created.physical_ms() + kAccessKeptMs > now_ms) break;
      SACOCHE_ASSIGN(const auto since_ms, KeptSince(engine, view));
      if (!since_ms || *since_ms + kAccessKeptMs > now_ms) continue;
      SACOCHE_TRY(Erase(engine, view));
      ++erased;
    }
  }
  return erased;
}

Result<std::vector<AccessEntry>> ReadAccessLog(Engine& engine, std::optional<RecordId> record) {
  RecordQuery query;
  query.kind = EntryKind().id;
  query.count_max = kListedMax;
  SACOCHE_ASSIGN(const auto views, engine.List(record ? EntriesOn(*record, kListedMax) : query));
  std::vector<AccessEntry> entries;
  for (const RecordView& view : views)
    if (auto entry = EntryOf(view)) entries.push_back(std::move(*entry));
  return entries;
}

}  // namespace sacoche::casework
