#include "tests/engine/merge/oracle.h"

#include "engine/record/value_codec.h"
#include "tests/support/test_orders.h"

namespace sacoche {

Oracle::Events Oracle::Standing(const Key& key, const Known& known) const {
  Events standing;
  const auto history = histories_.find(key);
  if (history == histories_.end()) return standing;
  for (const Event& event : history->second) {
    const bool replaced = std::ranges::any_of(history->second, [&](const Event& later) {
      return known.contains(later.stamp.dot) && later.seen.contains(event.stamp.dot);
    });
    if (known.contains(event.stamp.dot) && !replaced) standing.push_back(&event);
  }
  return standing;
}

std::ptrdiff_t Oracle::CountOf(const Events& events, const Value& value) {
  return std::ranges::count_if(events, [&](const Event* event) { return event->value == value; });
}

Oracle::Events Oracle::Best(FieldId field, const Known& known) const {
  Events standing = Standing({field, {}}, known);
  std::ranges::sort(standing, std::greater(), [&](const Event* event) {
    return std::tuple(!event->value.empty(), event->round, PlaceOf(field, event->value),
                      event->stamp.hlc, event->stamp.author, event->stamp.dot);
  });
  return standing;
}

// Looks at the best placed of each value only: what is shown.
bool Oracle::IsAStampInDoubt(const Events& best) {
  Events shown;
  for (const Event* event : best)
    if (CountOf(shown, event->value) == 0) shown.push_back(event);
  std::set<std::uint64_t> days;
  for (const Event* event : shown) {
    if ((event->stamp.hlc.bits & 0x8000) != 0) return true;
    days.insert((event->stamp.hlc.bits >> 16) / (24ULL * 3600 * 1000));
  }
  return !days.empty() && *days.rbegin() - *days.begin() > 60;
}

std::vector<Oracle::Key> Oracle::KeysOf(FieldId field) const {
  std::vector<Key> keys;
  for (const auto& [key, events] : histories_)
    if (key.first == field) keys.push_back(key);
  return keys;
}

bool Oracle::IsThere(const Key& key, const Known& known) const {
  return std::ranges::any_of(Standing(key, known), [&](const Event* event) {
    return key.first == kTags ? event->value.is_true() : !event->value.empty();
  });
}

bool Oracle::IsErased(const Known& known) const { return IsThere({kErased, {}}, known); }

bool Oracle::HoldsUnseenContent(const Known& known) const {
  return IsErased(known) && std::ranges::any_of(histories_, [&](const auto& history) {
           return history.first.first != kErased && IsThere(history.first, known);
         });
}

std::set<Dot> Oracle::Closings(const Known& known) const {
  std::set<Dot> closings;
  const Events best = Best(kStage, known);
  for (const Event* event : best)
    if (event->value == Value::OfCode("CLOSED") && event->round == best.front()->round)
      closings.insert(event->stamp.dot);
  return closings;
}

// Neither saw the other, and nobody who saw both has looked.
bool Oracle::IsCovered(const Event& event, const std::set<Dot>& closings,
                       const Known& known) const {
  const Dot& dot = event.stamp.dot;
  const std::set<Dot> seen_by_author = Closings(event.seen);
  return std::ranges::any_of(Standing({kStage, {}}, known), [&](const Event* closing) {
    const Dot& closed = closing->stamp.dot;
    if (!closings.contains(closed)) return false;
    if (closing->seen.contains(dot) || closed == dot || seen_by_author.contains(closed))
      return true;
    return std::ranges::any_of(looks_, [&](const Event& look) {
      return known.contains(look.stamp.dot) && Closings(look.seen).contains(closed) &&
             look.seen.contains(dot);
    });
  });
}

std::set<Dot> Oracle::UnseenByClosing(const Known& known) const {
  const std::set<Dot> closings = Closings(known);
  if (closings.empty()) return {};
  std::map<std::pair<FieldId, DeviceId>, const Event*> last;
  for (const auto& [key, events] : histories_) {
    if (key.first == kStage) continue;
    for (const Event* event : Standing(key, known)) {
      const bool is_content = key.first == kTags ? event->value.is_true() : !event->value.empty();
      if (!is_content || IsCovered(*event, closings, known)) continue;
      const Event*& at = last[{key.first, event->stamp.author}];
      if (at == nullptr ||
          std::pair(at->stamp.hlc, at->stamp.dot) < std::pair(event->stamp.hlc, event->stamp.dot))
        at = event;
    }
  }
  std::set<Dot> unseen;
  for (const auto& [key, event] : last) unseen.insert(event->stamp.dot);
  return unseen;
}

bool Oracle::PlanState(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan) {
  if (edit.value.empty()) return true;
  const Events best = Best(edit.field, known);
  const auto same = CountOf(best, edit.value);
  if (!best.empty() && same == std::ssize(best)) return true;
  Event event{{}, {}, edit.value, best.empty() ? 0 : best.front()->round};
  if (!best.empty() && PlaceOf(kStage, edit.value) < PlaceOf(kStage, best.front()->value)) {
    const bool reopens = edit.value == Value::OfCode("REOPENED") ||
                         edit.reopen == FieldEdit::Reopen::kYes || same > 0;
    if (!reopens) return false;
    ++event.round;
  }
  plan[{edit.field, {}}] = event;
  return true;
}

void Oracle::PlanErasure(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan) {
  for (const auto& [key, events] : histories_)
    if (key.first != kErased && IsThere(key, known))
      plan[key].value = key.first == kTags ? Value::Flag(false) : Value::Nothing();
  const Events standing = Standing({kErased, {}}, known);
  const auto same = CountOf(standing, edit.value);
  if (standing.empty() || same != std::ssize(standing)) plan[{kErased, {}}].value = edit.value;
}

bool Oracle::Plan(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan) {
  if (edit.field == kErased) {
    PlanErasure(edit, known, plan);
  } else if (edit.field == kStage) {
    return PlanState(edit, known, plan);
  } else if (edit.field == kEntries) {
    Bytes id(16, 0);
    id[0] = author_.bytes.back();
    id[1] = ++entries_[author_];
    plan[{kEntries, id}].value = edit.value;
  } else if (edit.field == kTags) {
    const ValueList& wanted = *edit.value.As<ValueList>();
    for (const Value& element : wanted)
      if (const Key key{kTags, EncodeValue(element)}; !IsThere(key, known))
        plan[key].value = Value::Flag(true);
    for (const Key& key : KeysOf(kTags))
      if (IsThere(key, known) && std::ranges::count(wanted, *DecodeValue(key.second)) == 0)
        plan[key].value = Value::Flag(false);
  } else {
    const Events standing = Standing({edit.field, {}}, known);
    const auto same = CountOf(standing, edit.value);
    const bool is_so = standing.empty() ? edit.value.empty() : same == std::ssize(standing);
    if (!is_so) plan[{edit.field, {}}].value = edit.value;
  }
  return true;
}

Oracle::Outcome Oracle::Ask(const Wish& wish, const ChangeStamp& stamp, const Known& known) {
  author_ = stamp.author;
  if (IsErased(known) && wish.fields.front().field != kErased) return Outcome::kRefused;
  std::map<Key, Event> plan;
  for (const FieldEdit& edit : wish.fields)
    if (!Plan(edit, known, plan)) return Outcome::kRefused;
  for (auto& [key, event] : plan) {
    event.stamp = stamp;
    event.seen = known;
    histories_[key].push_back(event);
  }
  const bool settles =
      std::ranges::count(wish.fields, FieldEdit::Settle::kYes, &FieldEdit::settle) > 0;
  const bool looks = settles && (!plan.empty() || !UnseenByClosing(known).empty());
  if (looks) looks_.push_back({stamp, known, {}});
  return plan.empty() && !looks ? Outcome::kNothingToDo : Outcome::kWritten;
}

// The reason for which `first` applies rather than `other`; none if nobody need hear of `other`.
std::optional<Precedence> Oracle::Contends(FieldId field, const Event& first,
                                           const Event& other) const {
  if (field == kErased) return std::nullopt;
  if (field == kTitle) return Precedence::kClockInDoubt;
  if (other.value.empty()) return Precedence::kOverCleared;
  if (other.round < first.round) return Precedence::kReopened;
  if (PlaceOf(field, other.value) == PlaceOf(field, first.value)) return Precedence::kLatest;
  if (field != kStage) return Precedence::kMostProtective;
  if (first.value == Value::OfCode("CLOSED")) return Precedence::kFurthest;
  return std::nullopt;
}

Oracle::Shown Oracle::Show(FieldId field, const Known& known) const {
  Shown shown;
  if (IsSingle(field)) {
    const Events best = Best(field, known);
    if (best.empty() || best.front()->value.empty()) return shown;
    shown.values.push_back(best.front()->value);
    for (const Event* other : best) {
      const auto why = Contends(field, *best.front(), *other);
      if (!why || std::ranges::count(shown.values, other->value) > 0) continue;
      if (shown.values.size() == 1) shown.first_applies = *why;
      shown.values.push_back(other->value);
    }
    if (field == kTitle && !IsAStampInDoubt(best)) shown.values.resize(1);
    if (shown.values.size() == 1) shown.first_applies = {};
    if (field == kStage && shown.values.size() == 1 && !UnseenByClosing(known).empty())
      shown.first_applies = Precedence::kClosed;
    return shown;
  }
  std::vector<std::pair<std::tuple<Hlc, DeviceId, Dot>, Value>> entries;
  for (const Key& key : KeysOf(field)) {
    if (!IsThere(key, known)) continue;
    if (field == kTags) shown.values.push_back(*DecodeValue(key.second));
    if (field == kTags) continue;
    const Event& event = *Standing(key, known).front();
    entries.push_back({{event.stamp.hlc, event.stamp.author, event.stamp.dot}, event.value});
  }
  std::ranges::sort(entries);
  for (auto& [stamp, value] : entries) shown.values.push_back(value);
  return shown;
}

}  // namespace sacoche
