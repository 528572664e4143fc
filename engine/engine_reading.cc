// The part of Engine that shows what the store holds: records, conflicts, history, and their times.

#include "engine/engine_parts.h"
#include "engine/merge/closed.h"
#include "engine/record/sight.h"
#include "engine/text_history.h"

namespace sacoche {
namespace {

std::optional<std::uint64_t> InMs(const std::optional<std::uint64_t>& seconds) {
  return seconds ? std::optional(*seconds * 1000) : std::nullopt;
}

// Of what they saw of a closed record, that they looked.
void KeepWhatPeopleDid(std::vector<HistoryEntry>& history) {
  std::erase_if(history, [](HistoryEntry& entry) {
    const auto* bytes = entry.value.As<Bytes>();
    if (entry.element != SightElement() || bytes == nullptr) return false;
    const auto sight = DecodeSight(*bytes);
    entry.settles = sight && sight->looked == Sight::Looked::kYes;
    return !entry.settles;
  });
}

FieldRegisters OfField(const Record& record, FieldId field) {
  FieldRegisters registers;
  for (auto it = record.registers.lower_bound(RegisterKey{field, {}});
       it != record.registers.end() && it->first.field == field; ++it)
    registers.insert(*it);
  return registers;
}

}  // namespace

const VisibleField* RecordView::Find(FieldId field) const {
  const auto found = std::ranges::find(fields, field, &VisibleField::field);
  return found == fields.end() ? nullptr : &*found;
}

Result<std::optional<VisibleField>> Engine::Show(const RecordHead& head, const FieldDef& field,
                                                 const std::map<RegisterKey, Register>& registers) {
  auto visible = Resolve(field, registers);
  if (!visible || !field.closes()) return visible;
  // Who it was takes the whole dossier to tell; whether anybody was, one row.
  SACOCHE_ASSIGN(const bool is_flagged, parts_->store->records().HasConflict(head.id, field.id));
  if (!is_flagged) return visible;
  SACOCHE_ASSIGN(const auto scope, parts_->store->records().ClosedBy(head));
  FlagUnseen(UnseenByClosing(*parts_->config.schema, {head.id, field, registers}, scope), *visible);
  return visible;
}

Result<RecordView> Engine::View(const RecordHead& head) {
  RecordView view{head, {}, 0};
  SACOCHE_ASSIGN(const auto record, parts_->store->records().Read(head.id));
  if (!record) return view;
  const KindDef* kind = parts_->config.schema->FindKind(head.kind);
  if (kind == nullptr) {
    view.unknown_registers = record->registers.size();
    return view;
  }
  for (const FieldDef& field : kind->fields) {
    SACOCHE_ASSIGN(auto visible, Show(head, field, OfField(*record, field.id)));
    if (visible) view.fields.push_back(std::move(*visible));
  }
  for (const auto& [key, reg] : record->registers)
    if (kind->FindField(key.field) == nullptr) ++view.unknown_registers;
  return view;
}

Result<std::optional<RecordView>> Engine::Read(const RecordId& record) {
  SACOCHE_TRY(CheckUnlocked());
  return ReadHere(record);
}

Result<std::optional<RecordView>> Engine::ReadHere(const RecordId& record) {
  SACOCHE_ASSIGN(const auto head, parts_->store->records().Find(record));
  if (!head || IsOver(head->space)) return std::optional<RecordView>();
  SACOCHE_ASSIGN(RecordView view, View(*head));
  for (VisibleField& field : view.fields) SACOCHE_TRY(Date(head->space, field));
  return std::optional<RecordView>(std::move(view));
}

Result<std::vector<RecordId>> Engine::FindByPrefix(std::string_view hex_digits,
                                                   std::size_t count_max) {
  SACOCHE_TRY(CheckUnlocked());
  return parts_->store->records().FindByPrefix(hex_digits, count_max);
}

Result<std::vector<RecordView>> Engine::List(const RecordQuery& query) {
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(const auto heads, parts_->store->records().List(query));
  std::vector<RecordView> views;
  for (const RecordHead& head : heads) {
    if (IsOver(head.space)) continue;
    SACOCHE_ASSIGN(RecordView view, View(head));
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::vector<RecordView>> Engine::Search(std::string_view words, std::size_t count_max) {
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(const auto found, parts_->store->search().Find(words, count_max));
  std::vector<RecordView> views;
  for (const RecordId& id : found) {
    SACOCHE_ASSIGN(auto view, ReadHere(id));
    if (view) views.push_back(std::move(*view));
  }
  return views;
}

Result<std::vector<Conflict>> Engine::Conflicts(std::optional<SpaceId> space) {
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(const auto open, parts_->store->records().OpenConflicts());
  std::vector<Conflict> conflicts;
  for (const auto& [record, field] : open) {
    SACOCHE_ASSIGN(const auto head, parts_->store->records().Find(record));
    const FieldDef* def = head ? parts_->config.schema->FindField(head->kind, field) : nullptr;
    if (def == nullptr || (space && head->space != *space) || IsOver(head->space)) continue;
    SACOCHE_ASSIGN(const auto registers, parts_->store->records().Registers(record, field));
    SACOCHE_ASSIGN(auto visible, Show(*head, *def, registers));
    if (!visible) continue;
    SACOCHE_TRY(Date(head->space, *visible));
    if (auto conflict = ConflictOf(*def, record, *visible))
      conflicts.push_back(std::move(*conflict));
  }
  return conflicts;
}

TimeEstimate Engine::Now() const { return parts_->time.At(parts_->config.clock->NowMs()); }

ShownTime Engine::TimeOf(const HistoryEntry& entry) const {
  return ShowTime(entry.hlc, InMs(entry.received_s), Now());
}

ShownTime Engine::TimeOf(Hlc stamp) const { return ShowTime(stamp, std::nullopt, Now()); }

Status Engine::Date(const SpaceId& space, Candidate& candidate) {
  SACOCHE_ASSIGN(const auto received_s, parts_->store->log().ReceivedAt(space, candidate.dot));
  candidate.shown = ShowTime(candidate.hlc, InMs(received_s), Now());
  return {};
}

Status Engine::Date(const SpaceId& space, Writer& writer) {
  SACOCHE_ASSIGN(const auto received_s, parts_->store->log().ReceivedAt(space, writer.dot));
  writer.shown = ShowTime(writer.hlc, InMs(received_s), Now());
  return {};
}

Status Engine::Date(const SpaceId& space, VisibleField& field) {
  for (Passage& passage : field.passages)
    for (Writer& writer : passage.writers) SACOCHE_TRY(Date(space, writer));
  for (UnseenWrite& unseen : field.unseen) SACOCHE_TRY(Date(space, unseen.writer));
  if (field.written) SACOCHE_TRY(Date(space, *field.written));
  for (Candidate& candidate : field.candidates) SACOCHE_TRY(Date(space, candidate));
  for (LogEntry& entry : field.entries) SACOCHE_TRY(Date(space, entry.written));
  return {};
}

Result<std::vector<HistoryEntry>> Engine::History(const RecordId& record) {
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(auto history, parts_->store->log().History(record));
  SACOCHE_ASSIGN(const auto head, parts_->store->records().Find(record));
  if (head && IsOver(head->space)) history.clear();
  const KindDef* kind = head ? parts_->config.schema->FindKind(head->kind) : nullptr;
  if (kind != nullptr) ExplainTextEdits(*kind, history);
  KeepWhatPeopleDid(history);
  return history;
}

// What other spaces are told, and copies that are lent, follow from what was written: nobody wrote
// them.
Result<std::optional<Delivery>> Engine::DeliveryOf(const RecordId& record) {
  Store& store = *parts_->store;
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(const auto head, store.records().Find(record));
  if (!head || IsOver(head->space) || EpochKey::IsProjectedId(record))
    return std::optional<Delivery>();
  SACOCHE_ASSIGN(const auto written, store.log().LastOwnWrite(head->space, record));
  if (!written) return std::optional<Delivery>();
  Delivery delivery;
  std::optional<Outbox::Sent> sent;
  if (written->envelope_counter) {
    SACOCHE_ASSIGN(sent, store.outbox().Find(head->space, *written->envelope_counter));
    // Of what a snapshot stands for, the envelope is here no more.
    const bool is_stored = !sent || sent->is_stored;
    delivery.stage = is_stored          ? Delivery::Stage::kStored
                     : sent->is_refused ? Delivery::Stage::kRefused
                                        : Delivery::Stage::kSealed;
    if (is_stored && written->received_s > 0) delivery.stored_s = written->received_s;
    SACOCHE_ASSIGN(delivery.received_by, ReceiversOf(head->space, *written->envelope_counter,
                                                     sent && sent->is_stored ? sent->sequence : 0));
  }
  if (delivery.stage != Delivery::Stage::kStored &&
      !parts_->directory.IsMember(device(), head->space))
    delivery.stage = Delivery::Stage::kLeft;
  return std::optional(std::move(delivery));
}

// Of the space's laptops, those that are known to have this one's envelope of that counter, which
// the server holds at `sequence`; 0: it does not.
Result<std::set<DeviceId>> Engine::ReceiversOf(const SpaceId& space, std::uint64_t counter,
                                               std::uint64_t sequence) {
  Store& store = *parts_->store;
  std::set<DeviceId> receivers;
  SACOCHE_ASSIGN(const ChainHead last, store.outbox().Head(space));
  // Counters that this laptop may give anew say nothing.
  SACOCHE_ASSIGN(const bool lacks_its_own, store.progress().NeedsRecall(space));
  for (const DeviceId& member : parts_->directory.MembersOf(space)) {
    if (member == device()) continue;
    SACOCHE_ASSIGN(const auto held, store.carried().HeldBy(space, member));
    const auto own = held ? held->find(device()) : Carried::Held::const_iterator();
    const bool holds = held && own != held->end() && own->second >= counter;
    if (holds && own->second <= last.counter && !lacks_its_own) receivers.insert(member);
    if (sequence == 0) continue;
    SACOCHE_ASSIGN(const auto seen, store.peer_envelopes().LastView(space, member));
    if (!seen || seen->sequence < sequence) continue;
    // A sequence is one of a history: of another, as before the server was put back, it says
    // nothing.
    SACOCHE_ASSIGN(const auto shown, store.progress().ShownHistory(space, seen->sequence));
    if (shown && *shown == seen->tag) receivers.insert(member);
  }
  return receivers;
}

}  // namespace sacoche
