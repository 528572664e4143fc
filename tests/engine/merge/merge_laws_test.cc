#include <rapidcheck.h>

#include <sstream>

#include "engine/merge/join.h"
#include "tests/engine/merge/oracle.h"

#ifdef __SANITIZE_ADDRESS__
// These tests allocate at so many different depths that most of their time would go into keeping
// whole stacks; the innermost frames tell enough.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name.
extern "C" const char* __asan_default_options() { return "malloc_context_size=4"; }
#endif

// The laws of MERGE_RULES.md for every policy and for mixtures of them, on histories of people who
// edit what they see and now and then hear of each other's edits.
namespace sacoche {
namespace {

constexpr int kHistories = 10'000;  // of each policy; each is held to every law
constexpr std::size_t kWishesMax = 6;
constexpr std::size_t kColleaguesMax = 3;

struct Fields {
  const char* name;
  std::vector<FieldId> fields;
};

std::ostream& operator<<(std::ostream& out, const Fields& fields) { return out << fields.name; }

std::vector<Fields> Mixtures() {
  return {{"KeepLatest", {kTitle}},
          {"KeepAll", {kName}},
          {"AddWinsSet", {kTags}},
          {"AppendOnly", {kEntries}},
          {"Protective", {kLevel}},
          {"Monotonic", {kStage}},
          {"Closing", {kStage, kName, kTags, kEntries}},
          {"Erasure", {kErased, kName, kTags, kEntries}},
          {"AllPolicies", {kName, kErased, kStage, kLevel, kTags, kSecret, kEntries, kTitle}}};
}

FieldEdit RandomEdit(FieldId field, Choices& choices) {
  static const std::map<FieldId, std::vector<const char*>> kTexts = {
      {kTitle, {"a", "b", ""}},
      {kName, {"Anne", "Anna", ""}},
      {kEntries, {"one", "two"}},
      {kLevel, {"HIGH", "GRAVE", "SEVERE", "LOW", ""}},
      {kSecret, {"oui", "non", ""}},
      {kStage, {"OPEN", "CLOSED", "REOPENED", "PASSED_ON", "WAITING", "NEW"}},
      {kErased, {"ASKED", "EXPIRED"}}};
  FieldEdit edit{field, {}, {}};
  if (field == kTags) {
    ValueList tags;
    for (const char* tag : {"RED", "GREEN"})
      if (choices.Below(2) == 1) tags.push_back(Value::OfCode(tag));
    edit.value = Value::List(std::move(tags));
    return edit;
  }
  const FieldDef& def = *TestSchema().FindField(kFile, field);
  edit.value = *TestSchema().ParseValue(def, choices.Of(kTexts.at(field)));
  if (field != kStage) return edit;
  if (choices.Below(4) == 1) edit.reopen = FieldEdit::Reopen::kYes;
  if (choices.Below(4) == 1) edit.settle = FieldEdit::Settle::kYes;
  if (edit.settle == FieldEdit::Settle::kYes && choices.Below(2) == 1) edit.value = {};
  return edit;
}

Wish RandomWish(const std::vector<FieldId>& fields, Choices& choices) {
  Wish wish;
  const std::size_t count = 1 + choices.Below(std::min<std::size_t>(fields.size(), 3));
  const std::size_t first = choices.Below(fields.size());
  for (std::size_t i = 0; i < count; ++i) {
    const FieldId field = fields[(first + i) % fields.size()];
    // An erasure stands alone, and is rare enough to leave something to merge.
    if (field == kErased && (count > 1 || choices.Below(2) == 0)) continue;
    wish.fields.push_back(RandomEdit(field, choices));
  }
  if (wish.fields.empty()) wish.fields.push_back(RandomEdit(fields.back(), choices));
  return wish;
}

// Few, so that many are equal; some of clocks that are doubted, or years ahead.
std::uint64_t RandomStamp(Choices& choices) {
  const Hlc stamp = Hlc::Of(choices.Below(12) == 1 ? 90ULL * 24 * 3600 * 1000 : 0,
                            static_cast<std::uint16_t>(1 + choices.Below(5)));
  return choices.Below(12) == 1 ? stamp.bits | Hlc::kDoubtful : stamp.bits;
}

// What happened, as the engine and as the oracle took it.
struct History {
  std::vector<FieldId> fields;  // that people edit
  std::vector<Change> changes;  // in a causal order
  std::vector<Colleague> colleagues;
  Oracle oracle;

  static History Random(const std::vector<FieldId>& fields, std::size_t wishes, Choices& choices) {
    History history;
    history.fields = fields;
    const std::size_t colleagues = 2 + choices.Below(kColleaguesMax - 1);
    for (std::uint8_t i = 1; i <= colleagues; ++i) history.colleagues.emplace_back(i);
    for (std::size_t i = 0; i < wishes; ++i) {
      Colleague& who = history.colleagues[choices.Below(colleagues)];
      // A prefix of the history is causally closed.
      if (choices.Below(2) == 1)
        for (std::size_t n = choices.Below(history.changes.size() + 1), j = 0; j < n; ++j)
          who.held.Apply(history.changes[j]);
      history.Ask(who, RandomWish(fields, choices), RandomStamp(choices));
    }
    return history;
  }

  void Ask(Colleague& who, const Wish& wish, std::uint64_t stamp) {
    using Outcome = Oracle::Outcome;
    const Outcome expected = oracle.Ask(wish, who.NextStamp(stamp), who.held.known);
    const auto change = who.Ask(wish, stamp);
    RC_ASSERT(change.has_value() == (expected != Outcome::kRefused));
    if (!change) return;
    RC_ASSERT(change->has_value() == (expected == Outcome::kWritten));
    if (*change) changes.push_back(**change);
  }
};

void ExpectAsTheOracle(const Holder& holder, const History& history) {
  const Oracle& oracle = history.oracle;
  for (const FieldId field : history.fields) {
    const FieldDef& def = *TestSchema().FindField(kFile, field);
    const Oracle::Shown expected = oracle.Show(field, holder.known);
    const auto shown = holder.Show(field);
    RC_ASSERT(shown.has_value() == !expected.values.empty());
    if (!shown) continue;
    if (def.is_list()) {
      RC_ASSERT(shown->value == Value::List(expected.values));
      continue;
    }
    std::vector<Value> values;
    for (const Candidate& candidate : shown->candidates) values.push_back(candidate.value);
    RC_ASSERT(values == expected.values);
    RC_ASSERT(shown->first_applies == expected.first_applies);
    std::set<Dot> unseen;
    for (const UnseenWrite& write : shown->unseen) unseen.insert(write.writer.dot);
    RC_ASSERT(unseen == (field == kStage ? oracle.UnseenByClosing(holder.known) : std::set<Dot>()));
    const bool flagged = values.size() > 1 || field == kErased;
    RC_ASSERT(ConflictOf(def, kOneRecord, holder.Of(field)).has_value() == flagged);
  }
  const FieldDef& erasure = *TestSchema().FindField(kFile, kErased);
  RC_ASSERT(HoldsUnseenContent(erasure, holder.AsRecord()) ==
            oracle.HoldsUnseenContent(holder.known));
}

void EveryOrderGivesTheSameRecord(const History& history, Choices& choices) {
  const Holder holder = HolderOf(choices.Shuffled(history.changes));
  RC_ASSERT(holder.registers == RightHandSides(history.changes));
  ExpectAsTheOracle(holder, history);
}

void RepetitionChangesNothing(const History& history, Choices& choices) {
  std::vector<Change> twice = history.changes;
  twice.insert(twice.end(), history.changes.begin(), history.changes.end());
  const Holder holder = HolderOf(choices.Shuffled(std::move(twice)));
  RC_ASSERT(holder.registers == HolderOf(history.changes).registers);
}

void WhatHasNotArrivedYetIsAwaited(const History& history, Choices& choices) {
  std::vector<Change> some = choices.Shuffled(history.changes);
  some.resize(choices.Below(some.size() + 1));
  RC_ASSERT(HolderOf(some).registers == RightHandSides(some));
}

VersionVector VectorOf(const std::set<Dot>& known) {
  VersionVector vector;
  for (const Dot& dot : known) vector.Add(dot);
  return vector;
}

// As a snapshot of `b` is taken in by `a`.
Holder Joined(const Holder& a, const Holder& b) {
  const VersionVector known_a = VectorOf(a.known);
  const VersionVector known_b = VectorOf(b.known);
  Holder joined = a;
  for (const auto& [key, reg] : b.registers) {
    Register& mine = joined.registers[key];
    RC_ASSERT(IsPossible({mine, known_a}) && IsPossible({reg, known_b}));
    RC_ASSERT(!Contradict(mine, reg));
    mine = JoinRegisters({mine, known_a}, {reg, known_b});
  }
  joined.known.insert(b.known.begin(), b.known.end());
  return joined;
}

std::vector<Change> Some(const std::vector<Change>& changes, Choices& choices) {
  std::vector<Change> some = choices.Shuffled(changes);
  some.resize(choices.Below(some.size() + 1));
  return some;
}

std::vector<Change> Union(std::vector<Change> a, const std::vector<Change>& b) {
  for (const Change& change : b)
    if (std::ranges::count(a, change) == 0) a.push_back(change);
  return a;
}

// Any two sets, also without what they rest on, and then whatever comes later.
void JoiningIsApplyingTheUnion(const History& history, Choices& choices) {
  const std::vector<Change> a = Some(history.changes, choices);
  const std::vector<Change> b = Some(history.changes, choices);
  const std::vector<Change> c = Some(history.changes, choices);
  Holder joined = Joined(HolderOf(a), HolderOf(b));
  RC_ASSERT(joined.registers == RightHandSides(Union(a, b)));
  RC_ASSERT(joined.registers == Joined(HolderOf(b), HolderOf(a)).registers);
  RC_ASSERT(Joined(joined, HolderOf(a)).registers == joined.registers);
  RC_ASSERT(Joined(joined, HolderOf(c)).registers == RightHandSides(Union(Union(a, b), c)));
  for (const Change& change : choices.Shuffled(history.changes)) joined.Apply(change);
  RC_ASSERT(joined.registers == RightHandSides(history.changes));
}

class MergeLaws : public ::testing::TestWithParam<Fields> {};

TEST_P(MergeLaws, HoldForEveryHistory) {
  rc::detail::TestParams params;
  params.maxSuccess = kHistories;
  params.seed = std::random_device{}();
  rc::detail::TestMetadata metadata;
  metadata.description = GetParam().name;
  const auto property = [] {
    const auto wishes = *rc::gen::inRange<std::size_t>(1, kWishesMax + 1);
    Choices choices(*rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>()));
    const History history = History::Random(GetParam().fields, wishes, choices);
    EveryOrderGivesTheSameRecord(history, choices);
    RepetitionChangesNothing(history, choices);
    WhatHasNotArrivedYetIsAwaited(history, choices);
    JoiningIsApplyingTheUnion(history, choices);
    ExpectAsTheOracle(choices.Of(history.colleagues).held, history);
  };
  const auto result = rc::detail::checkTestable(property, metadata, params);
  if (result.is<rc::detail::SuccessResult>()) return;
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  FAIL() << message.str() << "\nseed " << params.seed;
}

INSTANTIATE_TEST_SUITE_P(Policies, MergeLaws, ::testing::ValuesIn(Mixtures()),
                         [](const auto& mixture) { return std::string(mixture.param.name); });

}  // namespace
}  // namespace sacoche
