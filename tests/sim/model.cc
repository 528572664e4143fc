#include "tests/sim/model.h"

#include "engine/record/value_codec.h"
#include "tests/support/test_orders.h"

namespace sacoche::sim {
namespace {

// Nobody need hear of what else was written, unless a clock cannot have been right.
bool IsQuiet(FieldId field) { return field == kTitle || field == kCount || field == kDone; }

bool IsClockInDoubt(const std::vector<Hlc>& stamps) {
  constexpr std::uint64_t kSixtyDaysMs = 60ULL * 86'400'000;
  const auto [first, last] = std::ranges::minmax(stamps);
  return last.physical_ms() > first.physical_ms() + kSixtyDaysMs ||
         std::ranges::any_of(stamps, &Hlc::is_doubtful);
}

// Why `first` applies rather than `other`; nothing if nobody need hear of `other`.
std::optional<Precedence> Contends(FieldId field, const Event::Write& first,
                                   const Event::Write& other) {
  if (field == kErased) return std::nullopt;
  if (other.value.empty()) return Precedence::kOverCleared;
  if (other.round < first.round) return Precedence::kReopened;
  if (PlaceOf(field, other.value) == PlaceOf(field, first.value)) return Precedence::kLatest;
  if (field != kStage) return Precedence::kMostProtective;
  if (first.value == Value::OfCode("CLOSED")) return Precedence::kFurthest;
  return std::nullopt;
}

}  // namespace

int Model::AddRecord(ModelRecord record) {
  const int number = static_cast<int>(records_.size());
  by_id_[record.id] = number;
  dossiers_[record.dossier].push_back(number);
  records_.push_back(std::move(record));
  histories_.emplace_back();
  return number;
}

std::optional<int> Model::Find(const RecordId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

int Model::Add(Event event) {
  const int number = static_cast<int>(events_.size());
  event.number = number;
  ModelRecord& record = records_[event.record];
  ordinals_.push_back(record.events.size());
  record.events.push_back(number);
  for (std::size_t i = 0; i < event.writes.size(); ++i) {
    Event::Write& write = event.writes[i];
    if (write.field == kEntries && write.element.empty())
      write.element = CopyOf(ViewOf(std::to_string(number)));
    histories_[event.record][{write.field, write.element}].emplace_back(number, i);
  }
  events_.push_back(std::move(event));
  return number;
}

// An event stands, for somebody who knows certain events, if none of them was made with sight of
// it and wrote the same.
std::vector<Model::Standing> Model::StandingOf(int record, const Key& key,
                                               const EventSet& known) const {
  std::vector<Standing> standing;
  const auto history = histories_[record].find(key);
  if (history == histories_[record].end()) return standing;
  EventSet replaced;
  for (const auto& [event, write] : history->second)
    if (known.Has(ordinals_[event])) replaced.Join(events_[event].seen);
  for (const auto& [event, write] : history->second)
    if (known.Has(ordinals_[event]) && !replaced.Has(ordinals_[event]))
      standing.push_back({&events_[event], &events_[event].writes[write]});
  return standing;
}

std::vector<Model::Standing> Model::BestOf(int record, FieldId field, const EventSet& known) const {
  std::vector<Standing> standing = StandingOf(record, {field, {}}, known);
  std::ranges::sort(standing, std::greater(), [&](const Standing& s) {
    const ChangeStamp stamp = s.event->stamp.value_or(ChangeStamp{});
    return std::tuple(!s.write->value.empty(), s.write->round, PlaceOf(field, s.write->value),
                      stamp.hlc, stamp.author, stamp.dot);
  });
  return standing;
}

bool Model::IsThere(int record, const Key& key, const EventSet& known) const {
  return std::ranges::any_of(StandingOf(record, key, known), [&](const Standing& s) {
    return key.first == kTags ? s.write->value.is_true() : !s.write->value.empty();
  });
}

bool Model::IsClosed(int record, const EventSet& known) const {
  return std::ranges::all_of(records_[record].events, [&](int event) {
    return !known.Has(ordinals_[event]) || known.Covers(events_[event].seen);
  });
}

bool Model::IsErased(int record, const EventSet& known) const {
  return IsThere(record, {kErased, {}}, known);
}

bool Model::IsWhole(int record, const KnownOf& known_of) const {
  return std::ranges::all_of(DossierOf(record), [&](int one) {
    return std::ranges::all_of(records_[one].events, [&](int event) {
      if (!known_of(one).Has(ordinals_[event])) return true;
      return std::ranges::all_of(DossierOf(record), [&](int other) {
        return known_of(other).Covers(SeenOf(events_[event], other));
      });
    });
  });
}

const EventSet& Model::SeenOf(const Event& event, int record) const {
  static const EventSet nothing;
  if (event.record == record) return event.seen;
  const auto found = event.beside.find(record);
  return found == event.beside.end() ? nothing : found->second;
}

std::set<int> Model::Closings(int root, const EventSet& known) const {
  std::set<int> closings;
  const auto best = BestOf(root, kStage, known);
  for (const Standing& state : best)
    if (state.write->value == Value::OfCode("CLOSED") &&
        state.write->round == best.front().write->round)
      closings.insert(state.event->number);
  return closings;
}

// Neither saw the other, and nobody who saw both has looked.
bool Model::IsCovered(int root, const Event& event, const std::set<int>& closings,
                      const EventSet& known_of_root) const {
  const std::size_t ordinal = ordinals_[event.number];
  const std::set<int> seen_by_author = Closings(root, SeenOf(event, root));
  return std::ranges::any_of(closings, [&](int closing) {
    if (closing == event.number || seen_by_author.contains(closing) ||
        SeenOf(events_[closing], event.record).Has(ordinal))
      return true;
    return std::ranges::any_of(records_[root].events, [&](int look) {
      return events_[look].looks && known_of_root.Has(ordinals_[look]) &&
             SeenOf(events_[look], event.record).Has(ordinal) &&
             Closings(root, events_[look].seen).contains(closing);
    });
  });
}

Model::Unseen Model::UnseenByClosing(int root, const KnownOf& known_of) const {
  Unseen unseen;
  const std::set<int> closings = Closings(root, known_of(root));
  if (closings.empty()) return unseen;
  for (const int record : DossierOf(root))
    for (const auto& [key, history] : histories_[record]) {
      if (record == root && key.first == kStage) continue;
      const bool is_text = key.first == kStory;
      for (const Standing& standing : is_text ? TextEditsOf(record, known_of(record))
                                              : StandingOf(record, key, known_of(record))) {
        const Value& value = standing.write->value;
        const bool changes_text =
            !standing.write->added.empty() || !standing.write->removed.empty();
        const bool is_content = is_text              ? changes_text
                                : key.first == kTags ? value.is_true()
                                                     : !value.empty();
        if (is_content && !IsCovered(root, *standing.event, closings, known_of(root)))
          unseen.insert({record, key.first, standing.event->device});
      }
    }
  return unseen;
}

bool Model::PlanState(int record, const Wish& wish, const EventSet& known, Event& event) const {
  if (wish.edit.value.empty()) return true;
  const auto best = BestOf(record, kStage, known);
  const auto same = std::ranges::count_if(
      best, [&](const Standing& s) { return s.write->value == wish.edit.value; });
  if (!best.empty() && same == std::ssize(best)) return true;
  Event::Write write{kStage, {}, wish.edit.value, best.empty() ? 0 : best.front().write->round};
  if (!best.empty() &&
      PlaceOf(kStage, wish.edit.value) < PlaceOf(kStage, best.front().write->value)) {
    const bool reopens = wish.edit.value == Value::OfCode("REOPENED") ||
                         wish.edit.reopen == FieldEdit::Reopen::kYes || same > 0;
    if (!reopens) return false;
    ++write.round;
  }
  event.writes.push_back(std::move(write));
  return true;
}

bool Model::PlanWish(int record, const Wish& wish, const EventSet& known, Event& event) const {
  const FieldId field = wish.edit.field;
  if (field == kErased) {
    for (const auto& [key, history] : histories_[record])
      if (key.first != kErased && key.first != kStory && IsThere(record, key, known))
        event.writes.push_back(
            {key.first, key.second, key.first == kTags ? Value::Flag(false) : Value::Nothing(), 0});
  }
  if (field == kStage) return PlanState(record, wish, known, event);
  if (field == kTags) {
    const ValueList& wanted = *wish.edit.value.As<ValueList>();
    for (const char* code : {"RED", "GREEN", "BLUE"}) {
      const Value tag = Value::OfCode(code);
      const Key key{kTags, EncodeValue(tag)};
      const bool wants = std::ranges::count(wanted, tag) > 0;
      if (wants != IsThere(record, key, known))
        event.writes.push_back({kTags, key.second, Value::Flag(wants), 0});
    }
    return true;
  }
  if (field == kEntries) {
    event.writes.push_back({kEntries, {}, wish.edit.value, 0});
    return true;
  }
  if (field == kStory) {
    event.writes.push_back({kStory, {}, {}, 0, wish.added, wish.removed});
    return true;
  }
  const auto standing = StandingOf(record, {field, {}}, known);
  const auto same = std::ranges::count_if(
      standing, [&](const Standing& s) { return s.write->value == wish.edit.value; });
  const bool is_so = standing.empty() ? wish.edit.value.empty() : same == std::ssize(standing);
  if (!is_so) event.writes.push_back({field, {}, wish.edit.value, 0});
  return true;
}

std::optional<Event> Model::Plan(int record, const std::vector<Wish>& wishes,
                                 const EventSet& known) const {
  if (IsErased(record, known) && wishes.front().edit.field != kErased) return std::nullopt;
  Event event;
  event.record = record;
  event.seen = known;
  for (const Wish& wish : wishes) {
    if (!PlanWish(record, wish, known, event)) return std::nullopt;
    event.looks =
        event.looks || (wish.edit.field == kStage && wish.edit.settle == FieldEdit::Settle::kYes);
  }
  return event;
}

Model::Shown Model::Show(int record, FieldId field, const EventSet& known) const {
  Shown shown;
  if (IsSingle(field)) {
    const auto best = BestOf(record, field, known);
    if (best.empty() || best.front().write->value.empty()) return shown;
    std::vector<Hlc> stamps;
    const auto add = [&](const Standing& one) {
      shown.values.push_back(one.write->value);
      stamps.push_back(one.event->stamp.value_or(ChangeStamp{}).hlc);
    };
    add(best.front());
    for (const Standing& other : best) {
      const auto why = Contends(field, *best.front().write, *other.write);
      if (!why || std::ranges::count(shown.values, other.write->value) > 0) continue;
      if (shown.values.size() == 1) shown.first_applies = *why;
      add(other);
    }
    if (!IsQuiet(field) || shown.values.size() == 1) return shown;
    if (!IsClockInDoubt(stamps)) return Shown{{best.front().write->value}};
    shown.first_applies = Precedence::kClockInDoubt;
    return shown;
  }
  std::vector<std::pair<std::tuple<Hlc, DeviceId, Dot>, Value>> entries;
  for (const auto& [key, history] : histories_[record]) {
    if (key.first != field || !IsThere(record, key, known)) continue;
    if (field == kTags) {
      shown.values.push_back(*DecodeValue(key.second));
      continue;
    }
    const Standing entry = StandingOf(record, key, known).front();
    const ChangeStamp stamp = entry.event->stamp.value_or(ChangeStamp{});
    entries.push_back({{stamp.hlc, stamp.author, stamp.dot}, entry.write->value});
  }
  std::ranges::sort(entries);
  for (auto& [stamp, value] : entries) shown.values.push_back(value);
  return shown;
}

// Edits of a text replace nothing; an erasure takes those away that it saw.
std::vector<Model::Standing> Model::TextEditsOf(int record, const EventSet& known) const {
  std::vector<Standing> standing;
  const auto edits = histories_[record].find({kStory, {}});
  if (edits == histories_[record].end()) return standing;
  EventSet erased;
  if (const auto erasures = histories_[record].find({kErased, {}});
      erasures != histories_[record].end())
    for (const auto& [event, write] : erasures->second)
      if (known.Has(ordinals_[event])) erased.Join(events_[event].seen);
  for (const auto& [event, write] : edits->second)
    if (known.Has(ordinals_[event]) && !erased.Has(ordinals_[event]))
      standing.push_back({&events_[event], &events_[event].writes[write]});
  return standing;
}

std::vector<std::string> Model::WordsOf(int record, const EventSet& known) const {
  std::vector<std::string> words;
  const auto edits = histories_[record].find({kStory, {}});
  if (edits == histories_[record].end()) return words;
  std::set<std::string> removed;
  for (const auto& [event, write] : edits->second)
    if (known.Has(ordinals_[event])) removed.insert(events_[event].writes[write].removed);
  for (const Standing& edit : TextEditsOf(record, known)) {
    const std::string& added = edit.write->added;
    if (!added.empty() && !removed.contains(added)) words.push_back(added);
  }
  return words;
}

bool Model::IsConflict(int record, FieldId field, const EventSet& known) const {
  if (field == kTags || field == kEntries) return false;
  if (field != kErased) return Show(record, field, known).values.size() > 1;
  return IsErased(record, known) &&
         std::ranges::any_of(histories_[record], [&](const auto& history) {
           const FieldId of = history.first.first;
           if (of == kStory) return !WordsOf(record, known).empty();
           return of != kErased && IsThere(record, history.first, known);
         });
}

}  // namespace sacoche::sim
