#include <gtest/gtest.h>

#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "tests/support/results.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

const RecordId kRecord = RecordId::FromArray({1});
const RecordId kChild = RecordId::FromArray({2});

TEST(CheckEdit, AcceptsValuesOfTheFieldsType) {
  EXPECT_THAT(CheckEdit(TestSchema(), EditOf(kRecord, kName, Value::Text("Anne"))), Succeeds());
  EXPECT_THAT(CheckEdit(TestSchema(), EditOf(kRecord, kTags, TagList({"RED"}))), Succeeds());
  EXPECT_THAT(CheckEdit(TestSchema(), EditOf(kRecord, kName, Value::Nothing())), Succeeds());
}

TEST(CheckEdit, RefusesWhatTheSchemaDoesNotHave) {
  const std::vector<Edit> wrong = {
      EditOf(kRecord, FieldId{99}, Value::Text("x")),
      EditOf(kRecord, kName, Value::Integer(1)),
      EditOf(kRecord, kTags, TagList({"PINK"})),
      EditOf(kRecord, kTags, TagList({"OLD"})),  // retired: readable, no longer entered
      EditOf(kRecord, kTags, Value::OfCode("RED")),
      EditOf(kRecord, kEntries, Value::Nothing()),
      EditOf(kRecord, kName, Value::Text("\xff")),
      EditOf(kRecord, kSince, Value::OfDate({Date::Precision::kDay, 2026, 2, 30})),
      Edit{kRecord, {RecordEdit{kRecord, KindId{9}, {}}}},
      Edit{kRecord, {RecordEdit{kRecord, kPage, {}}}},  // a child cannot begin a dossier
      Edit{kRecord, {RecordEdit{kChild, kFile, {}}}},   // a root cannot be inside one
  };
  for (const Edit& edit : wrong) {
    const Status status = CheckEdit(TestSchema(), edit);
    ASSERT_THAT(status, FailsWith(ErrorCode::kInvalidInput));
    EXPECT_FALSE(status.error().advice.empty());
  }
}

TEST(CheckEdit, RefusesWhatThePolicyOfTheFieldDoesNotKnow) {
  Edit reopened = EditOf(kRecord, kName, Value::Text("Anne"));
  reopened.records[0].fields[0].reopen = FieldEdit::Reopen::kYes;
  Edit erased_and_edited = EditOf(kRecord, kErased, Value::OfCode("ASKED"));
  erased_and_edited.records[0].fields.push_back(FieldEdit{kName, Value::Text("Anne"), {}});
  const std::vector<Edit> wrong = {reopened, erased_and_edited,
                                   EditOf(kRecord, kStage, Value::Nothing()),
                                   EditOf(kRecord, kErased, Value::Nothing())};
  for (const Edit& edit : wrong)
    EXPECT_THAT(CheckEdit(TestSchema(), edit), FailsWith(ErrorCode::kInvalidInput));
}

TEST(Order, NothingIsBelowAndTheUnknownAboveEveryDeclaredValue) {
  const FieldDef& level = *TestSchema().FindField(kFile, kLevel);
  EXPECT_LT(level.RankOf(Value::Nothing()), level.RankOf(Value::OfCode("LOW")));
  EXPECT_LT(level.RankOf(Value::OfCode("LOW")), level.RankOf(Value::OfCode("GRAVE")));
  EXPECT_EQ(level.RankOf(Value::OfCode("SEVERE")), level.RankOf(Value::OfCode("GRAVE")));
  EXPECT_GT(level.RankOf(Value::OfCode("LATER")), level.RankOf(Value::OfCode("GRAVE")));
}

TEST(RoundState, IsStoredAsThePlainStateInTheFirstRound) {
  const Value open = Value::OfCode("OPEN");
  EXPECT_EQ(StoredState({open, 0}), open);
  for (const std::int64_t round : {0, 1, 7})
    EXPECT_EQ(StateOf(StoredState({open, round})), (RoundState{open, round}));
}

TEST(RoundState, AnyOtherShapeIsAStateOfTheFirstRound) {
  const Value open = Value::OfCode("OPEN");
  for (const Value& odd :
       {Value::List({}), Value::List({open}), Value::List({open, open}),
        Value::List({open, Value::Integer(0)}), Value::List({open, Value::Integer(-1)})})
    EXPECT_EQ(StateOf(odd), (RoundState{odd, 0}));
}

TEST(CheckEdit, RefusesATextThatIsTooLong) {
  EXPECT_THAT(CheckEdit(TestSchema(),
                        EditOf(kRecord, kName, Value::Text(std::string(kTextBytesMax + 1, 'a')))),
              FailsWith(ErrorCode::kInvalidInput));
}

TEST(ParseValue, ReadsWhatAPersonTypes) {
  const auto parse = [](FieldId field, const char* text) {
    return *TestSchema().ParseValue(*TestSchema().FindField(kFile, field), text);
  };
  EXPECT_EQ(parse(kName, "Anne"), Value::Text("Anne"));
  EXPECT_EQ(parse(kName, ""), Value::Nothing());
  EXPECT_EQ(parse(kCount, "-12"), Value::Integer(-12));
  EXPECT_EQ(parse(kDone, "oui"), Value::Flag(true));
  EXPECT_EQ(parse(kTags, "BLUE"), Value::OfCode("BLUE"));
  EXPECT_EQ(parse(kOther, kRecord.ToUuid().c_str()), Value::Reference(kRecord));
}

TEST(ParseValue, SaysWhichFieldIsWrongAndWhatWouldBeRight) {
  const std::vector<std::pair<FieldId, const char*>> wrong = {
      {kCount, "12a"},       {kCount, "99999999999999999999"},
      {kDone, "yes"},        {kTags, "PINK"},
      {kOther, "not-an-id"}, {kSince, "hier"}};
  for (const auto& [field, text] : wrong) {
    const FieldDef& def = *TestSchema().FindField(kFile, field);
    const auto parsed = TestSchema().ParseValue(def, text);
    ASSERT_THAT(parsed, FailsWith(ErrorCode::kInvalidInput)) << text;
    EXPECT_NE(parsed.error().message.find(def.name), std::string::npos);
    EXPECT_FALSE(parsed.error().advice.empty());
  }
}

// -- What a schema must be -----------------------------------------------------------------------

Schema SchemaWith(const FieldDef& field, SpaceKind space = SpaceKind::kDossiers,
                  const Readers& readers = {}) {
  return Schema({KindDef{kFile, "file", "File", KindDef::Place::kRoot, {field}, space, readers}},
                TestLists());
}

FieldDef WithSensitivity(FieldDef field, Sensitivity sensitivity) {
  field.sensitivity = sensitivity;
  return field;
}

const FieldDef kSomeWords = TestField(kTitle, "title", FieldType::kText, MergePolicy::kKeepLatest);
const FieldDef kSomeDay = TestField(kSince, "since", FieldType::kDate, MergePolicy::kKeepLatest);
const FieldDef kSomeCount = TestField(kCount, "count", FieldType::kInteger, MergePolicy::kKeepAll);

TEST(SchemaChecks, AFreeTextIsSensitiveWhateverItsLabel) {
  EXPECT_EQ(kSomeWords.sensitivity, Sensitivity::kSensitive);
  EXPECT_DEATH(SchemaWith(WithSensitivity(kSomeWords, Sensitivity::kPersonal)),
               "IsSensitiveEnough");
  FieldDef name = WithSensitivity(kSomeWords, Sensitivity::kPersonal);
  name.form = FieldDef::Form::kBounded;
  SchemaWith(name);
  name.policy = MergePolicy::kText;
  EXPECT_DEATH(SchemaWith(name), "kFree");
}

TEST(SchemaChecks, ANamelessSpaceHoldsNeitherTextsNorDates) {
  for (const SpaceKind space : {SpaceKind::kFollowUp, SpaceKind::kStatistics}) {
    SchemaWith(kSomeCount, space);
    EXPECT_DEATH(SchemaWith(kSomeWords, space), "IsAtItsPlace");
    EXPECT_DEATH(SchemaWith(kSomeDay, space), "IsAtItsPlace");
  }
}

TEST(SchemaChecks, ASecretOfItsOwnLivesInItsOwnSpace) {
  const FieldDef clinical = WithSensitivity(kSomeWords, Sensitivity::kClinical);
  const FieldDef protocol = WithSensitivity(kSomeWords, Sensitivity::kProtocol);
  SchemaWith(clinical, SpaceKind::kClinical);
  SchemaWith(protocol, SpaceKind::kProtocol);
  for (const FieldDef& field : {clinical, protocol})
    EXPECT_DEATH(SchemaWith(field), "IsAtItsPlace");
}

TEST(SchemaChecks, AServerReadsNothing) {
  Readers readers;
  readers.rules.back().access = Access::kAggregates;
  EXPECT_DEATH(SchemaWith(kSomeCount, SpaceKind::kDossiers, readers), "kServerAdmin");
}

TEST(SchemaChecks, NumbersAndNamesAreGivenOnce) {
  FieldDef same_number = kSomeCount;
  same_number.id = kTitle;
  FieldDef same_name = kSomeCount;
  same_name.name = kSomeWords.name;
  for (const FieldDef& second : {same_number, same_name}) {
    const KindDef file{kFile, "file", "File", KindDef::Place::kRoot, {kSomeWords, second}};
    EXPECT_DEATH(Schema({file}, {}), "AreDistinct");
  }
  const KindDef file{kFile, "file", "File", KindDef::Place::kRoot, {}};
  EXPECT_DEATH(Schema({file, file}, {}), "AreDistinct");
}

TEST(Readers, AreInTheOrderOfTheRoles) {
  Readers readers;
  for (std::size_t i = 0; i < kReaderRoles.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kReaderRoles[i]), i + 1);
    readers.rules[i].access = Access::kFull;
    EXPECT_EQ(readers.Of(kReaderRoles[i]).access, Access::kFull);
    readers.rules[i].access = Access::kNone;
  }
}

}  // namespace
}  // namespace sacoche
