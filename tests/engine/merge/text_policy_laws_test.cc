#include <rapidcheck.h>

#include <sstream>

#include "tests/engine/merge/history.h"

// The laws of MERGE_RULES.md for co-written texts, on histories of people who edit what they see,
// some of them in forms that were opened earlier, and now and then hear of each other's edits.
namespace sacoche {
namespace {

constexpr int kHistories = 10'000;
constexpr std::size_t kEditsMax = 8;
constexpr std::size_t kColleagues = 3;

// Every word of these texts occurs once and is one character that no other word joins.
using Words = std::u32string;

std::string Utf8(const Words& words) {
  std::string text;
  for (const char32_t c : words)
    for (const char32_t byte : {0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f)})
      text.push_back(static_cast<char>(byte));
  return text;
}

// What must be shown, from a plain list of what happened: a word is there if its edit is known and
// no known edit took it out, in an order that agrees with what everybody saw.
struct Event {
  Dot dot;
  DeviceId author;
  std::set<Dot> seen;  // when the form was opened
  Words before;
  Words after;
  bool settles = false;
  bool erases = false;
  bool is_late = false;  // saved in a form that did not show all that its laptop held

  [[nodiscard]] Words Added() const { return Without(after, before); }
  [[nodiscard]] Words Removed() const { return Without(before, after); }
  static Words Without(Words words, const Words& others) {
    std::erase_if(words, [&](char32_t c) { return others.find(c) != Words::npos; });
    return words;
  }
};

struct Form {
  std::set<Dot> seen;
  Words words;
  std::optional<TextVersion> version;
};

class History {
 public:
  History(bool with_erasures, std::size_t edits, Choices& choices) {
    for (std::uint8_t i = 1; i <= kColleagues; ++i) people_.emplace_back(i);
    forms_.resize(kColleagues);
    for (std::size_t i = 0; i < edits; ++i) {
      const std::size_t who = choices.Below(kColleagues);
      if (choices.Below(2) == 1)
        for (std::size_t n = choices.Below(changes_.size() + 1), j = 0; j < n; ++j)
          people_[who].held.Apply(changes_[j]);
      if (with_erasures && choices.Below(6) == 0) {
        Erase(who);
      } else {
        Edit(who, choices);
      }
    }
  }

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const Colleague& person(std::size_t number) const { return people_[number]; }

  void ExpectShown(const Holder& holder) const {
    const auto shown = holder.Show(kStory);
    Words words;
    if (shown) words = WordsIn(FormatValue(shown->value));
    Words sorted = words;
    std::ranges::sort(sorted);
    const Words expected = ExpectedWords(holder.known);
    RC_ASSERT(Event::Without(expected, sorted).empty());
    // What an edit deleted stays visible where an erasure took away what the edit builds on.
    const bool none_beyond = IsErased(holder.known)
                                 ? Event::Without(sorted, AddedIn(holder.known)).empty()
                                 : sorted == expected;
    RC_ASSERT(none_beyond);
    for (const Event* event : Standing(holder.known)) RC_ASSERT(AgreesWith(event->after, words));
    if (IsErased(holder.known)) return;
    const bool flagged = shown && shown->in_conflict();
    if (MustBeFlagged(holder.known)) RC_ASSERT(flagged);
    if (MustNotBeFlagged(holder.known)) RC_ASSERT(!flagged);
    // The macro would evaluate both sides of an `or`.
    const bool all_shown = !shown || shown->edits_not_shown == 0U;
    RC_ASSERT(all_shown);
  }

 private:
  static Words WordsIn(std::string_view text) {
    Words words;
    for (std::size_t i = 0; i + 2 < text.size();) {
      const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[i + n]); };
      if (byte(0) != 0xe2 || byte(1) == 0x80) {  // no word, but what parts the remains
        ++i;
        continue;
      }
      words.push_back(char32_t{byte(0)} % 16 << 12 | char32_t{byte(1)} % 64 << 6 | byte(2) % 64);
      i += 3;
    }
    return words;
  }

  void Edit(std::size_t who, Choices& choices) {
    Colleague& person = people_[who];
    if (IsErased(person.held.known)) return;
    if (choices.Below(3) > 0 || !forms_[who]) Open(who);
    const Form form = *forms_[who];
    Event event{{}, {}, form.seen, form.words, form.words};
    event.is_late = form.seen != person.held.known;
    FieldEdit edit{kStory, {}, {}};
    if (choices.Below(8) == 0) {
      event.settles = true;
      edit.settle = FieldEdit::Settle::kYes;
    } else {
      const std::size_t at = choices.Below(event.after.size() + 1);
      if (choices.Below(3) == 0) event.after.erase(at, 1 + choices.Below(2));
      if (choices.Below(4) > 0)
        event.after.insert(std::min(at, event.after.size()), 1, kFirstWord + next_word_++);
      edit.value = Value::Text(Utf8(event.after));
    }
    if (event.is_late || choices.Below(2) == 0) edit.seen = form.version;
    Ask(person, edit, std::move(event), choices.Below(5));
  }

  void Erase(std::size_t who) {
    Event event{{}, {}, people_[who].held.known, {}, {}};
    event.erases = true;
    Ask(people_[who], FieldEdit{kErased, Value::OfCode("ASKED"), {}}, std::move(event), 0);
  }

  void Ask(Colleague& person, const FieldEdit& edit, Event event, std::size_t stamp) {
    const ChangeStamp next = person.NextStamp(1 + stamp);
    const auto change = person.Ask({{edit}}, 1 + stamp);
    RC_ASSERT(change.has_value());
    if (!*change) return;
    event.dot = next.dot;
    event.author = next.author;
    events_.push_back(std::move(event));
    changes_.push_back(**change);
  }

  void Open(std::size_t who) {
    const auto shown = people_[who].held.Show(kStory);
    forms_[who] = Form{people_[who].held.known, {}, TextVersion{}};
    if (!shown) return;
    forms_[who]->words = WordsIn(FormatValue(shown->value));
    forms_[who]->version = shown->version;
  }

  // What is known and no known erasure took away.
  [[nodiscard]] std::vector<const Event*> Standing(const std::set<Dot>& known) const {
    std::vector<const Event*> standing;
    for (const Event& event : events_) {
      const bool gone = std::ranges::any_of(events_, [&](const Event& other) {
        return other.erases && known.contains(other.dot) && other.seen.contains(event.dot);
      });
      if (known.contains(event.dot) && !event.erases && !gone) standing.push_back(&event);
    }
    return standing;
  }

  [[nodiscard]] bool IsErased(const std::set<Dot>& known) const {
    return std::ranges::any_of(
        events_, [&](const Event& event) { return event.erases && known.contains(event.dot); });
  }

  [[nodiscard]] Words ExpectedWords(const std::set<Dot>& known) const {
    Words added;
    Words removed;
    for (const Event* event : Standing(known)) {
      added += event->Added();
      removed += event->Removed();
    }
    Words words = Event::Without(added, removed);
    std::ranges::sort(words);
    return words;
  }

  [[nodiscard]] Words AddedIn(const std::set<Dot>& known) const {
    Words added;
    for (const Event* event : Standing(known)) added += event->Added();
    return added;
  }

  // No two words that were seen stand the other way round.
  [[nodiscard]] bool AgreesWith(const Words& seen, const Words& shown) const {
    Words common = Event::Without(seen, Event::Without(seen, shown));
    return IsErasedAnywhere() || common == Event::Without(shown, Event::Without(shown, seen));
  }
  [[nodiscard]] bool IsErasedAnywhere() const {
    return std::ranges::any_of(events_, &Event::erases);
  }

  // These texts are one passage. Somebody has seen all there is and touched it.
  [[nodiscard]] bool MustNotBeFlagged(const std::set<Dot>& known) const {
    const auto standing = Standing(known);
    return std::ranges::any_of(standing, [&](const Event* event) {
      return std::ranges::all_of(standing, [&](const Event* other) {
        return other == event || event->seen.contains(other->dot);
      });
    });
  }

  // Two typed last, each without sight of the other, and nobody has seen both.
  [[nodiscard]] bool MustBeFlagged(const std::set<Dot>& known) const {
    const auto standing = Standing(known);
    const auto is_last = [&](const Event* event) {
      return !event->Added().empty() && std::ranges::none_of(standing, [&](const Event* other) {
        return (other->author == event->author && other->dot > event->dot) || other->is_late;
      });
    };
    for (const Event* a : standing)
      for (const Event* b : standing) {
        const bool apart = a != b && !a->seen.contains(b->dot) && !b->seen.contains(a->dot);
        if (!apart || !is_last(a) || !is_last(b)) continue;
        const bool looked_at = std::ranges::any_of(standing, [&](const Event* other) {
          return other->seen.contains(a->dot) && other->seen.contains(b->dot);
        });
        if (!looked_at) return true;
      }
    return false;
  }

  static constexpr char32_t kFirstWord = 0x20a0;  // signs of currencies
  char32_t next_word_ = 0;
  std::vector<Colleague> people_;
  std::vector<std::optional<Form>> forms_;
  std::vector<Event> events_;
  std::vector<Change> changes_;
};

void HoldsEveryLaw(const History& history, Choices& choices) {
  const Holder holder = HolderOf(choices.Shuffled(history.changes()));
  RC_ASSERT(holder.registers == RightHandSides(history.changes()));
  history.ExpectShown(holder);
  std::vector<Change> twice = history.changes();
  twice.insert(twice.end(), history.changes().begin(), history.changes().end());
  RC_ASSERT(HolderOf(choices.Shuffled(std::move(twice))).registers == holder.registers);
  std::vector<Change> some = choices.Shuffled(history.changes());
  some.resize(choices.Below(some.size() + 1));
  RC_ASSERT(HolderOf(some).registers == RightHandSides(some));
  for (std::size_t who = 0; who < kColleagues; ++who) history.ExpectShown(history.person(who).held);
}

void Check(bool with_erasures) {
  rc::detail::TestParams params;
  params.maxSuccess = kHistories;
  params.seed = std::random_device{}();
  const auto property = [with_erasures] {
    const auto edits = *rc::gen::inRange<std::size_t>(1, kEditsMax + 1);
    Choices choices(*rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>()));
    const History history(with_erasures, edits, choices);
    HoldsEveryLaw(history, choices);
  };
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
  if (result.is<rc::detail::SuccessResult>()) return;
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  FAIL() << message.str() << "\nseed " << params.seed;
}

TEST(TextLaws, HoldForEveryHistory) { Check(false); }
TEST(TextLaws, HoldForEveryHistoryWithErasures) { Check(true); }

}  // namespace
}  // namespace sacoche
