#include <rapidcheck.h>

#include <sstream>

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
  if (field == kStage && choices.Below(4) == 1) edit.reopen = FieldEdit::Reopen::kYes;
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
      history.Ask(who, RandomWish(fields, choices), 1 + choices.Below(5));
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

Holder HolderOf(const std::vector<Change>& changes) {
  Holder holder;
  for (const Change& change : changes) holder.Apply(change);
  return holder;
}

// The right-hand sides of MERGE_RULES.md, word for word.
std::map<RegisterKey, Register> RightHandSides(const std::vector<Change>& arrived) {
  std::set<Dot> known;
  std::map<RegisterKey, std::set<Dot>> overwritten;
  std::map<RegisterKey, Register> registers;
  const auto for_each_write = [&](const auto& visit) {
    for (const Change& change : arrived)
      for (const FieldWrite& write : change.records[0].writes)
        visit(change, write, RegisterKey{write.field, write.element});
  };
  for_each_write([&](const Change& change, const FieldWrite& write, const RegisterKey& key) {
    known.insert(change.dot);
    overwritten[key].insert(write.overwritten.begin(), write.overwritten.end());
  });
  for_each_write([&](const Change& change, const FieldWrite& write, const RegisterKey& key) {
    Register& reg = registers[key];
    if (!overwritten[key].contains(change.dot))
      reg.siblings.push_back({change.dot, change.hlc, change.author, write.value});
  });
  for (auto& [key, reg] : registers) {
    std::ranges::sort(reg.siblings, {}, &Sibling::dot);
    for (const Dot& dot : overwritten[key])
      if (!known.contains(dot)) reg.awaited.push_back(dot);
  }
  return registers;
}

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
