#include "engine/record/value_codec.h"
#include "tests/sim/world.h"

namespace sacoche::sim {
namespace {

constexpr std::uint64_t kNewRecordOneIn = 20;
constexpr std::size_t kRecordsMax = 60;

// What is edited, and how often. Another policy takes its line here and one in the model.
constexpr FieldId kEdited[] = {kTitle, kName,  kName,  kTags,  kEntries, kEntries,
                               kSince, kSince, kLevel, kLevel, kSecret,  kStage,
                               kStage, kStage, kDone,  kStory, kStory};

bool CarriesItsNumber(FieldId field) {
  return field == kTitle || field == kName || field == kEntries || field == kErased ||
         field == kCount;
}

// One word, of the same length for each event, that no other word of a text contains.
std::string WordOf(std::size_t event) {
  std::string digits = std::to_string(1'000'000 + event);
  for (char& digit : digits) digit = static_cast<char>('b' + (digit - '0'));
  return "kanari" + digits;
}

std::vector<std::string> WordsIn(const std::string& text) {
  const std::size_t length = WordOf(0).size();
  std::vector<std::string> words;
  for (std::size_t at = text.find("kanari"); at != std::string::npos;
       at = text.find("kanari", at + length))
    words.push_back(text.substr(at, length));
  return words;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Two that were put at one place stand there without a space. To an edit they are one word, and
// whoever takes out a half writes the other half anew.
bool AnyAreOne(const std::vector<std::string>& words, const std::string& text) {
  for (std::size_t i = 1; i < words.size(); ++i)
    if (text.find(words[i - 1] + words[i]) != std::string::npos) return true;
  return false;
}

Wish LookAtAClosing() {
  Wish wish{{kStage, {}, {}}, {}};
  wish.edit.settle = FieldEdit::Settle::kYes;
  return wish;
}

std::string TypedText(std::size_t event, const char* what) {
  return std::string(kCanary) + std::to_string(event) + " " + what;
}

}  // namespace

// A form that was opened now or, now and then, before other edits came: a word more, and perhaps
// one less.
Wish World::DrawTextWish(Laptop& laptop, int record, Choices& choices) {
  const auto view = laptop->Read(model_.records()[record].id);
  const VisibleField* shown = view && *view ? (*view)->Find(kStory) : nullptr;
  Laptop::Form form;
  if (shown != nullptr) form = {FormatValue(shown->value), shown->version.value_or(TextVersion{})};
  if (choices.OneIn(3)) laptop.forms[record] = form;
  if (const auto kept = laptop.forms.find(record); kept != laptop.forms.end() && choices.OneIn(3))
    form = kept->second;
  Wish wish{{kStory, {}, {}}, {}, WordOf(model_.events().size())};
  wish.edit.seen = form.version;
  std::vector<std::string> words = WordsIn(form.text);
  if (AnyAreOne(words, form.text)) {
    wish.edit.value = Value::Text(form.text + " " + wish.added);
    return wish;
  }
  if (!words.empty() && choices.OneIn(3)) {
    const auto out = words.begin() + static_cast<std::ptrdiff_t>(choices.Below(words.size()));
    wish.removed = *out;
    words.erase(out);
  }
  words.insert(words.begin() + static_cast<std::ptrdiff_t>(choices.Below(words.size() + 1)),
               wish.added);
  wish.edit.value = Value::Text(Joined(words));
  return wish;
}

Wish World::DrawWish(FieldId field, Laptop& laptop, int record, Choices& choices) {
  if (field == kStory) return DrawTextWish(laptop, record, choices);
  const std::size_t event = model_.events().size();
  Wish wish{{field, {}, {}}, {}};
  Value& value = wish.edit.value;
  static const std::vector<const char*> kLevels = {"LOW", "HIGH", "GRAVE", "SEVERE"};
  static const std::vector<const char*> kStages = {"NEW",       "OPEN",     "WAITING",
                                                   "PASSED_ON", "REOPENED", "CLOSED"};
  if (field == kTags) {
    ValueList tags;
    for (const char* tag : {"RED", "GREEN", "BLUE"})
      if (choices.OneIn(2)) tags.push_back(Value::OfCode(tag));
    value = Value::List(std::move(tags));
  } else if (field == kLevel) {
    if (!choices.OneIn(6)) value = Value::OfCode(choices.Of(kLevels));
  } else if (field == kStage) {
    value = Value::OfCode(choices.Of(kStages));
    if (choices.OneIn(4)) wish.edit.reopen = FieldEdit::Reopen::kYes;
    if (choices.OneIn(6)) wish.edit.settle = FieldEdit::Settle::kYes;
  } else if (field == kCount) {
    value = Value::Integer(static_cast<std::int64_t>(event));
  } else if (field == kSecret || field == kDone) {
    value = Value::Flag(choices.OneIn(2));
  } else if (field == kSince) {
    if (!choices.OneIn(6))
      value = Value::OfDate(
          {Date::Precision::kYear, static_cast<std::uint16_t>(2019 + choices.Below(2)), 0, 0});
  } else {
    value = Value::Text(TypedText(event, field == kErased ? "asked for" : "typed"));
  }
  if (field == kEntries && choices.OneIn(4)) {
    for (const int other : model_.records()[record].events) {
      const Event& earlier = model_.events()[other];
      if (!laptop.Known(record).Has(model_.OrdinalOf(other)) || earlier.writes.empty()) continue;
      if (earlier.writes.front().field != kEntries || !earlier.stamp) continue;
      wish.corrects = other;
      wish.edit.corrects = earlier.entry;
    }
  }
  return wish;
}

std::vector<Wish> World::DrawWishes(Laptop& laptop, int record, Choices& choices) {
  if (model_.records()[record].kind == kPage) return {DrawWish(kTitle, laptop, record, choices)};
  if (choices.OneIn(120)) return {DrawWish(kErased, laptop, record, choices)};
  std::vector<Wish> wishes{DrawWish(choices.Of(kEdited), laptop, record, choices)};
  if (choices.OneIn(6)) {
    const FieldId other = choices.Of(kEdited);
    if (other != wishes.front().edit.field)
      wishes.push_back(DrawWish(other, laptop, record, choices));
  }
  const bool carries = std::ranges::any_of(
      wishes, [](const Wish& wish) { return CarriesItsNumber(wish.edit.field); });
  if (!carries)
    wishes.push_back(
        {{kCount, Value::Integer(static_cast<std::int64_t>(model_.events().size())), {}}, {}});
  return wishes;
}

// One that the laptop holds, or a new one. People work on few at a time, so that they meet.
std::optional<int> World::DrawRecord(Laptop& laptop, Choices& choices) {
  std::vector<int> held;
  for (const auto& [record, known] : laptop.known)
    if (!known.empty()) held.push_back(record);
  const bool may_add = model_.records().size() < kRecordsMax && !laptop.spaces.empty();
  if (!held.empty() && (!may_add || !choices.OneIn(kNewRecordOneIn))) {
    const std::size_t recent = std::min<std::size_t>(held.size(), 6);
    return choices.OneIn(3) ? choices.Of(held) : held[held.size() - 1 - choices.Below(recent)];
  }
  if (!may_add) return std::nullopt;
  ModelRecord record;
  record.id = laptop->NewRecordId();
  record.dossier = record.id;
  record.kind = kFile;
  record.space = choices.Of(laptop.spaces);
  if (!held.empty() && choices.OneIn(3)) {
    const ModelRecord& beside = model_.records()[choices.Of(held)];
    record.dossier = beside.dossier;
    record.kind = kPage;
    record.space = beside.space;
    const auto root = model_.Find(record.dossier);
    if (!root || laptop.Known(*root).empty()) return std::nullopt;
  }
  return model_.AddRecord(record);
}

void World::EditSomething(Laptop& laptop, Choices& choices) {
  // One that enrolled late learns of its admission at its first sync.
  if (laptop->directory().FindMember(laptop->device()) == nullptr) return;
  if (!Unlock(laptop, choices)) return;
  const auto record = DrawRecord(laptop, choices);
  if (record) Apply(laptop, *record, DrawWishes(laptop, *record, choices));
}

// Somebody who sees a conflict decides for one of its values, or for another.
void World::Resolve(Laptop& laptop, Choices& choices) {
  if (!Unlock(laptop, choices)) return;
  const auto conflicts = laptop->Conflicts();
  if (!conflicts || conflicts->empty()) return;
  const Conflict& conflict = choices.Of(*conflicts);
  const auto record = model_.Find(conflict.record);
  if (!record) return;
  Wish wish = DrawWish(conflict.field, laptop, *record, choices);
  const bool text = CarriesItsNumber(conflict.field);
  const bool is_story = conflict.field == kStory;
  if (is_story && choices.OneIn(2)) {
    wish = {{kStory, {}, {}}, {}};
    wish.edit.settle = FieldEdit::Settle::kYes;
  }
  if (!text && !is_story && choices.OneIn(2))
    wish.edit.value = choices.Of(conflict.candidates).value;
  if (conflict.field == kStage && choices.OneIn(2)) wish = LookAtAClosing();
  std::vector<Wish> wishes{wish};
  if (!text)
    wishes.push_back(
        {{kCount, Value::Integer(static_cast<std::int64_t>(model_.events().size())), {}}, {}});
  Apply(laptop, *record, wishes);
}

// An earlier value of the history becomes the field's value again.
void World::TakeBack(Laptop& laptop, Choices& choices) {
  if (!Unlock(laptop, choices)) return;
  const auto record = DrawRecord(laptop, choices);
  if (!record || model_.records()[*record].kind != kFile) return;
  const auto history = laptop->History(model_.records()[*record].id);
  if (!history || history->empty()) return;
  const HistoryEntry& earlier = choices.Of(*history);
  if (earlier.field != kLevel && earlier.field != kSince && earlier.field != kSecret) return;
  Apply(laptop, *record,
        {{{earlier.field, earlier.value, {}}, {}},
         {{kCount, Value::Integer(static_cast<std::int64_t>(model_.events().size())), {}}, {}}});
}

void World::Apply(Laptop& laptop, int record, const std::vector<Wish>& wishes) {
  const ModelRecord& target = model_.records()[record];
  // What an erasure writes, whether a state goes back, and whether a value is there already follows
  // from all that stands; the model cannot tell before that is whole.
  const bool needs_all = std::ranges::any_of(wishes, [](const Wish& wish) {
    const FieldId field = wish.edit.field;
    return field == kErased || (!CarriesItsNumber(field) && field != kStory);
  });
  if (needs_all && !model_.IsClosed(record, laptop.Known(record))) return;
  // So does what was seen of a closed dossier.
  const auto known_of = [&](int one) -> const EventSet& { return laptop.Known(one); };
  const auto root = model_.Find(target.dossier);
  const bool closes = root && (!model_.Closings(*root, laptop.Known(*root)).empty() ||
                               std::ranges::any_of(wishes, [](const Wish& wish) {
                                 return wish.edit.value == Value::OfCode("CLOSED");
                               }));
  if (closes && !model_.IsWhole(record, known_of)) return;
  RecordEdit fields{target.id, target.kind, {}};
  for (const Wish& wish : wishes) fields.fields.push_back(wish.edit);
  for (const Wish& wish : wishes)
    if (wish.edit.field == kStory) Say("  text: " + FormatValue(wish.edit.value));
  auto planned = model_.Plan(record, wishes, laptop.Known(record));
  const auto dot = laptop->Edit(Edit{target.dossier, {fields}}, spaces_[target.space]);
  const bool disturbed = laptop.disk.struck();
  if (!planned) {
    Require(!dot, Invariant::kNothingTypedIsLost, "an edit that must be refused was taken");
    Say("  refused");
    return;
  }
  planned->device = laptop.number;
  for (const int other : model_.DossierOf(record))
    if (other != record) planned->beside[other] = laptop.Known(other);
  // A clock that was set since the last sync leads the laptop's own idea of the time astray, by as
  // much; nothing else may.
  planned->made_at_ms = laptop->Now().ms;
  if (!dot) {
    Require(disturbed, Invariant::kNothingTypedIsLost,
            "an edit fails without a fault: " + dot.error().message);
    planned->duty = Event::Duty::kMay;
    const int event = model_.Add(std::move(*planned));
    laptop.fresh.insert(record);
    Say("  event " + std::to_string(event) + " not acknowledged");
    return;
  }
  Require(dot->has_value(), Invariant::kNothingTypedIsLost, "an edit was taken for nothing new");
  const int event = model_.Add(std::move(*planned));
  ++counters_.edits;
  laptop.known[record].Add(model_.OrdinalOf(event));
  Say("  event " + std::to_string(event) + " in record " + std::to_string(record) + " field " +
      std::to_string(static_cast<int>(wishes.front().edit.field)));
  // Written, and read once the laptop is on again.
  if (laptop.disk.is_off()) {
    laptop.fresh.insert(record);
    return;
  }
  ReadHistory(laptop, record);
  if (event % 4 == 0) CheckShown(laptop, record);
}

}  // namespace sacoche::sim
