#include "tests/engine/merge/history.h"

// The examples of MERGE_RULES.md. Claire and Samir work on one record, each without a network until
// they meet; a line of a story is one edit, or somebody who hears of what another one did.
namespace sacoche {
namespace {

struct Example {
  const char* says;
  FieldId field;
  std::vector<std::string> story;
  std::vector<std::string> shown;  // the first applies; others are flagged beside it
  Precedence first_applies = Precedence::kLatest;
};

std::ostream& operator<<(std::ostream& out, const Example& example) { return out << example.says; }

class Story {
 public:
  explicit Story(FieldId field) : field_(*TestSchema().FindField(kFile, field)) {}

  // "claire: VALUE", "claire reopens: VALUE", "claire hears samir", "all meet"
  void Tell(const std::string& line) {
    if (line == "all meet") return Meet();
    const std::string who = line.substr(0, line.find_first_of(": "));
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return Hear(Of(who), Of(line.substr(line.rfind(' ') + 1)));
    FieldEdit edit{field_.id, *TestSchema().ParseValue(field_, line.substr(colon + 2)), {}};
    if (line.substr(0, colon).ends_with("reopens")) edit.reopen = FieldEdit::Reopen::kYes;
    const auto change = Of(who).Ask({{edit}}, ++stamp_);
    ASSERT_TRUE(change && *change) << line;
    changes_.push_back(**change);
  }

  void Meet() {
    for (auto& [name, person] : people_)
      for (const Change& change : changes_) person.held.Apply(change);
  }

  Colleague& Of(const std::string& name) { return people_.at(name); }

 private:
  void Hear(Colleague& one, const Colleague& other) {
    for (const Change& change : changes_)
      if (other.held.known.contains(change.dot)) one.held.Apply(change);
  }

  const FieldDef& field_;
  std::map<std::string, Colleague> people_ = {
      {"claire", Colleague(1)}, {"samir", Colleague(2)}, {"helene", Colleague(3)}};
  std::vector<Change> changes_;
  std::uint64_t stamp_ = 0;
};

class Examples : public ::testing::TestWithParam<Example> {};

TEST_P(Examples, AreAsPeopleExpect) {
  Story story(GetParam().field);
  for (const std::string& line : GetParam().story) story.Tell(line);
  story.Meet();
  for (const char* name : {"claire", "samir", "helene"}) {
    const auto shown = story.Of(name).held.Show(GetParam().field);
    ASSERT_TRUE(shown);
    std::vector<std::string> values;
    for (const Candidate& candidate : shown->candidates)
      values.push_back(FormatValue(candidate.value));
    EXPECT_EQ(values, GetParam().shown);
    EXPECT_EQ(shown->first_applies, GetParam().first_applies);
    EXPECT_EQ(shown->value, shown->candidates.front().value);
  }
}

const Example kExamples[] = {
    // Equal values, and hand-overs.
    {"Two write the same name apart: no conflict",
     kName,
     {"claire: Anne", "samir: Anne"},
     {"Anne"}},
    {"Two raise the danger alike: no conflict", kLevel, {"claire: HIGH", "samir: HIGH"}, {"HIGH"}},
    {"Two close the file apart: no conflict",
     kStage,
     {"claire: CLOSED", "samir: CLOSED"},
     {"CLOSED"}},
    {"A hand-over is no conflict, even to a lower danger",
     kLevel,
     {"claire: GRAVE", "all meet", "samir: LOW"},
     {"LOW"}},

    // keep_all.
    {"Two names: the later applies, the other stands beside it",
     kName,
     {"claire: Anne", "samir: Anna"},
     {"Anna", "Anne"}},
    {"Cleared by one, written by another: what was written stays, though it is older",
     kName,
     {"claire: Anne", "all meet", "samir: Anna", "claire: "},
     {"Anna", ""},
     Precedence::kOverCleared},

    // protective.
    {"Two see the danger differently: the higher applies, though it is older",
     kLevel,
     {"claire: GRAVE", "samir: LOW"},
     {"GRAVE", "LOW"},
     Precedence::kMostProtective},
    {"A secret stays one until a person has seen both",
     kSecret,
     {"claire: oui", "samir: non"},
     {"oui", "non"},
     Precedence::kMostProtective},
    {"Two values that protect alike: the later applies",
     kLevel,
     {"claire: GRAVE", "samir: SEVERE"},
     {"SEVERE", "GRAVE"}},
    {"A danger cleared by one and set by another stays",
     kLevel,
     {"claire: LOW", "all meet", "samir: HIGH", "claire: "},
     {"HIGH", ""},
     Precedence::kOverCleared},

    // monotonic.
    {"Two go on differently: the furthest, and nobody need hear of it",
     kStage,
     {"claire: PASSED_ON", "samir: OPEN"},
     {"PASSED_ON"}},
    {"Two states equally far: the later applies, and both are shown",
     kStage,
     {"claire: WAITING", "samir: OPEN"},
     {"OPEN", "WAITING"}},
    {"Closed by one while another worked on: closed, and the work stays visible",
     kStage,
     {"claire: OPEN", "all meet", "claire: CLOSED", "samir: WAITING"},
     {"CLOSED", "WAITING"},
     Precedence::kFurthest},
    {"Reopened with sight of the closing: open, no conflict",
     kStage,
     {"claire: CLOSED", "all meet", "samir: REOPENED"},
     {"REOPENED"}},
    {"Reopened by one, closed by another who did not know: open, and the closing is shown",
     kStage,
     {"claire: CLOSED", "claire: REOPENED", "samir: CLOSED"},
     {"REOPENED", "CLOSED"},
     Precedence::kReopened},
    {"Reopened by both, and closed again by one: closed, and the other hears of it",
     kStage,
     {"claire: CLOSED", "all meet", "claire: REOPENED", "samir reopens: OPEN", "samir: CLOSED"},
     {"CLOSED", "REOPENED"},
     Precedence::kFurthest},
    {"Reopened, gone on with, and closed by somebody who did not know: still open",
     kStage,
     {"samir: WAITING", "all meet", "claire: CLOSED", "claire: REOPENED", "claire: OPEN",
      "samir: CLOSED"},
     {"OPEN", "CLOSED"},
     Precedence::kReopened},
    {"Reopened by two apart, alike: no conflict",
     kStage,
     {"claire: CLOSED", "all meet", "claire: REOPENED", "samir: REOPENED"},
     {"REOPENED"}},
    {"Closed again with sight of the reopening: closed, no conflict",
     kStage,
     {"claire: CLOSED", "all meet", "claire: REOPENED", "all meet", "samir: CLOSED"},
     {"CLOSED"}},

    // Resolutions.
    {"A resolution that has seen both ends the conflict",
     kName,
     {"claire: Anne", "samir: Anna", "all meet", "samir: Anne"},
     {"Anne"}},
    {"Two resolve apart and agree: the conflict is over",
     kName,
     {"claire: Anne", "samir: Anna", "all meet", "claire: Anna", "samir: Anna"},
     {"Anna"}},
    {"Two resolve apart and disagree: their two choices stand, what they replaced does not",
     kName,
     {"claire: Anne", "samir: Anna", "helene: Hannah", "all meet", "claire: Anne", "samir: Anna"},
     {"Anna", "Anne"}},
    {"A resolution against an edit that it had not seen: the two stand",
     kName,
     {"claire: Anne", "samir: Anna", "claire hears samir", "claire: Anne", "samir: Hannah"},
     {"Hannah", "Anne"}},
    {"A resolution against an edit that comes to the same: the conflict is over",
     kName,
     {"claire: Anne", "samir: Anna", "claire hears samir", "claire: Anne", "samir: Anne"},
     {"Anne"}},
    {"A third who resolves the two resolutions ends it for all",
     kName,
     {"claire: Anne", "samir: Anna", "all meet", "claire: Anne", "samir: Hannah", "all meet",
      "helene: Anne-Marie"},
     {"Anne-Marie"}},
    {"A person who has seen both may choose the lower danger",
     kLevel,
     {"claire: GRAVE", "samir: LOW", "all meet", "samir: LOW"},
     {"LOW"}},
    {"Two resolve a danger apart: the higher choice applies",
     kLevel,
     {"claire: GRAVE", "samir: LOW", "all meet", "claire: GRAVE", "samir: LOW"},
     {"GRAVE", "LOW"},
     Precedence::kMostProtective},
    {"A lower danger chosen, a higher one seen elsewhere meanwhile: the higher applies",
     kLevel,
     {"claire: HIGH", "samir: LOW", "claire hears samir", "samir: GRAVE", "claire: LOW"},
     {"GRAVE", "LOW"},
     Precedence::kMostProtective},
    {"Work goes on by a person's choice against the closing: open",
     kStage,
     {"claire: CLOSED", "samir: WAITING", "all meet", "samir: WAITING"},
     {"WAITING"}},
    {"One chooses to go on, another to close: going on is a reopening, and both are shown",
     kStage,
     {"claire: CLOSED", "samir: WAITING", "all meet", "samir: WAITING", "claire: CLOSED"},
     {"WAITING", "CLOSED"},
     Precedence::kReopened},
};

INSTANTIATE_TEST_SUITE_P(OfTheRules, Examples, ::testing::ValuesIn(kExamples));

// -- Erasure: it concerns the whole record.
// --------------------------------------------------------

class ErasureTest : public ::testing::Test {
 protected:
  Change Write(Colleague& who, FieldId field, Value value) {
    const auto change = who.Ask({{FieldEdit{field, std::move(value), {}}}}, ++stamp_);
    EXPECT_TRUE(change && *change);
    return **change;
  }

  void SetUp() override {
    for (const Change& change :
         {Write(claire, kName, Value::Text("Anne")), Write(claire, kTags, TagList({"RED"})),
          Write(claire, kEntries, Value::Text("what was said")),
          Write(claire, kStage, Value::OfCode("OPEN")), Write(claire, kSecret, Value::Flag(true))})
      samir.held.Apply(change);
  }

  static bool HoldsUnseen(const Colleague& who) {
    return HoldsUnseenContent(*TestSchema().FindField(kFile, kErased), who.held.AsRecord());
  }

  Colleague claire{1};
  Colleague samir{2};
  std::uint64_t stamp_ = 0;
};

TEST_F(ErasureTest, EverythingThatWasSeenGivesWayAndTheReasonRemains) {
  samir.held.Apply(Write(claire, kErased, Value::OfCode("ASKED")));
  for (const FieldId field : {kName, kTags, kEntries, kStage, kSecret})
    EXPECT_FALSE(samir.held.Show(field));
  EXPECT_EQ(samir.held.Show(kErased)->value, Value::OfCode("ASKED"));
  EXPECT_FALSE(HoldsUnseen(samir));
  for (const auto& [key, reg] : samir.held.registers)
    EXPECT_EQ(HoldsContent(key, reg), key.field == kErased);
}

TEST_F(ErasureTest, WhatArrivesLateAndWasSeenByTheEraserStaysGone) {
  Colleague helene(3);
  const Change named = Write(samir, kName, Value::Text("Anna"));
  claire.held.Apply(named);
  helene.held.Apply(Write(claire, kErased, Value::OfCode("ASKED")));
  helene.held.Apply(named);
  EXPECT_FALSE(helene.held.Show(kName));
  EXPECT_FALSE(HoldsUnseen(helene));
}

TEST_F(ErasureTest, WhatAColleagueWroteWithoutKnowingIsKeptAndFlagged) {
  const Change erased = Write(claire, kErased, Value::OfCode("ASKED"));
  const Change noted = Write(samir, kEntries, Value::Text("called again"));
  const Change tagged = Write(samir, kTags, TagList({"RED", "BLUE"}));
  samir.held.Apply(erased);
  claire.held.Apply(tagged);
  claire.held.Apply(noted);
  for (const Colleague* who : {&claire, &samir}) {
    ASSERT_EQ(who->held.Show(kEntries)->entries.size(), 1U);
    EXPECT_EQ(who->held.Show(kEntries)->entries[0].written.value, Value::Text("called again"));
    EXPECT_EQ(who->held.Show(kTags)->value, TagList({"BLUE"}));
    EXPECT_TRUE(who->held.Show(kErased));
    EXPECT_TRUE(HoldsUnseen(*who));
  }
}

TEST_F(ErasureTest, TheConflictNamesTheErasureAndWhoErased) {
  const Change erased = Write(claire, kErased, Value::OfCode("EXPIRED"));
  const FieldDef& field = *TestSchema().FindField(kFile, kErased);
  const auto conflict = ConflictOf(field, kOneRecord, claire.held.Of(kErased));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->first_applies, Precedence::kErased);
  ASSERT_EQ(conflict->candidates.size(), 1U);
  EXPECT_EQ(conflict->candidates[0].author, erased.author);
}

TEST_F(ErasureTest, ErasingAgainTakesWhatWasNotSeenTheFirstTime) {
  const Change erased = Write(claire, kErased, Value::OfCode("ASKED"));
  const Change named = Write(samir, kName, Value::Text("Anna"));
  claire.held.Apply(named);
  EXPECT_TRUE(HoldsUnseen(claire));
  const Change again = Write(claire, kErased, Value::OfCode("ASKED"));
  EXPECT_EQ(again.records[0].writes.size(), 1U);  // the reason stands already
  EXPECT_FALSE(claire.held.Show(kName));
  EXPECT_FALSE(HoldsUnseen(claire));
}

TEST_F(ErasureTest, TwoErasuresApartAreOne) {
  const Change asked = Write(claire, kErased, Value::OfCode("ASKED"));
  samir.held.Apply(Write(samir, kErased, Value::OfCode("EXPIRED")));
  samir.held.Apply(asked);
  const auto shown = samir.held.Show(kErased);
  EXPECT_FALSE(shown->in_conflict());
  EXPECT_EQ(shown->value, Value::OfCode("EXPIRED"));
  EXPECT_FALSE(HoldsUnseen(samir));
}

}  // namespace
}  // namespace sacoche
