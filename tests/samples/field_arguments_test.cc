#include "samples/cli/field_arguments.h"

#include <map>

#include "tests/support/results.h"
#include "tests/support/test_schema.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using Action = FieldArgument::Action;

class FakeFiles final : public FileSystem {
 public:
  std::map<std::string, std::string> files;

  Result<Bytes> ReadFile(const std::string& path, std::size_t size_max) override {
    const auto found = files.find(path);
    if (found == files.end()) return Fail(ErrorCode::kNotFound, "no such file", "Check the path.");
    if (found->second.size() > size_max) return Fail(ErrorCode::kLimit, "too large", "Check it.");
    return CopyOf(ViewOf(found->second));
  }
  Status WriteFileAtomically(const std::string&, ByteView) override { return {}; }
  bool Exists(const std::string& path) override { return files.contains(path); }
  Status Rename(const std::string&, const std::string&) override {
    return Fail(ErrorCode::kIo, "not here");
  }
  Status Remove(const std::string&) override { return Fail(ErrorCode::kIo, "not here"); }
};

class FieldArgumentsTest : public testing::Test {
 protected:
  Result<FieldArgument> Parse(std::string_view argument) {
    return ParseFieldArgument(*TestSchema().FindKind(kFile), argument, files_);
  }

  Result<std::vector<FieldEdit>> Edits(const std::vector<std::string>& arguments,
                                       const RecordView* now = nullptr) {
    std::vector<FieldArgument> parsed;
    for (const std::string& argument : arguments) {
      SACOCHE_ASSIGN(FieldArgument one, Parse(argument));
      parsed.push_back(std::move(one));
    }
    return MakeFieldEdits(parsed, now, [](const FieldDef& field, std::string_view text) {
      return TestSchema().ParseValue(field, text);
    });
  }

  // The only edit that these make.
  Value TheValue(const std::vector<std::string>& arguments, const RecordView* now = nullptr) {
    const auto edits = Edits(arguments, now);
    EXPECT_THAT(edits, Succeeds());
    if (!edits || edits->size() != 1) return Value::Text("not one edit");
    return edits->front().value;
  }

  static RecordView Showing(FieldId field, Value value) {
    RecordView view;
    view.fields.push_back(VisibleField{field, std::move(value), {}, {}, {}});
    return view;
  }

  FakeFiles files_;
};

TEST_F(FieldArgumentsTest, SplitsAtTheFirstEqualsSign) {
  const auto argument = Parse("title=a=b+=c");
  ASSERT_THAT(argument, Succeeds());
  EXPECT_EQ(argument->field->id, kTitle);
  EXPECT_EQ(argument->action, Action::kSet);
  EXPECT_EQ(argument->text, "a=b+=c");
}

TEST_F(FieldArgumentsTest, ReadsWhatIsToBeDone) {
  EXPECT_EQ(Parse("tags=RED")->action, Action::kSet);
  EXPECT_EQ(Parse("tags+=RED")->action, Action::kAdd);
  EXPECT_EQ(Parse("tags-=RED")->action, Action::kRemove);
}

TEST_F(FieldArgumentsTest, NamesTheFieldsThatThereAre) {
  const auto argument = Parse("titre=a");
  ASSERT_THAT(argument, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(argument.error().advice, HasSubstr("title, name, tags"));
}

TEST_F(FieldArgumentsTest, RefusesWhatIsNoAssignment) {
  for (const char* typed : {"title", "", "=a", "+=a", "title +=a"})
    EXPECT_THAT(Parse(typed), FailsWith(ErrorCode::kInvalidInput)) << typed;
}

TEST_F(FieldArgumentsTest, TakesTheContentOfAFileWithoutItsLastLineBreak) {
  files_.files["note.txt"] = "first\nsecond\r\n";
  files_.files["two.txt"] = "text\n\n";
  files_.files["empty.txt"] = "";
  EXPECT_EQ(Parse("title=@note.txt")->text, "first\nsecond");
  EXPECT_EQ(Parse("title=@two.txt")->text, "text\n");
  EXPECT_EQ(Parse("title=@empty.txt")->text, "");
  EXPECT_THAT(Parse("title=@missing.txt"), FailsWith(ErrorCode::kNotFound));
}

TEST_F(FieldArgumentsTest, TakesADoubledAtSignForOne) {
  EXPECT_EQ(Parse("title=@@note.txt")->text, "@note.txt");
  EXPECT_EQ(Parse("title=a@b")->text, "a@b");
  EXPECT_EQ(Parse("title=@@")->text, "@");
}

TEST_F(FieldArgumentsTest, AnEmptyValueClears) {
  EXPECT_EQ(TheValue({"title="}), Value::Nothing());
  EXPECT_EQ(TheValue({"tags="}), TagList({}));
}

TEST_F(FieldArgumentsTest, ASetIsGivenWholeBetweenCommas) {
  EXPECT_EQ(TheValue({"tags=RED,GREEN"}), TagList({"RED", "GREEN"}));
  EXPECT_EQ(TheValue({"tags=RED, GREEN ,RED"}), TagList({"RED", "GREEN"}));
  EXPECT_THAT(Edits({"tags=RED,,GREEN"}), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(FieldArgumentsTest, ASetGainsAndLosesSingleElements) {
  const RecordView now = Showing(kTags, TagList({"RED", "GREEN"}));
  EXPECT_EQ(TheValue({"tags+=BLUE"}, &now), TagList({"RED", "GREEN", "BLUE"}));
  EXPECT_EQ(TheValue({"tags+=RED"}, &now), TagList({"RED", "GREEN"}));
  EXPECT_EQ(TheValue({"tags-=RED"}, &now), TagList({"GREEN"}));
  EXPECT_EQ(TheValue({"tags-=RED", "tags+=BLUE"}, &now), TagList({"GREEN", "BLUE"}));
  EXPECT_EQ(TheValue({"tags=BLUE", "tags+=RED"}, &now), TagList({"BLUE", "RED"}));
  EXPECT_EQ(TheValue({"tags+=RED"}), TagList({"RED"}));
}

TEST_F(FieldArgumentsTest, ASetLosesACodeThatMayNoLongerBeEntered) {
  const RecordView now = Showing(kTags, TagList({"OLD", "RED"}));
  EXPECT_EQ(TheValue({"tags-=OLD"}, &now), TagList({"RED"}));
}

TEST_F(FieldArgumentsTest, AnElementThatIsNotThereCannotBeTakenOut) {
  const RecordView now = Showing(kTags, TagList({"RED"}));
  EXPECT_THAT(Edits({"tags-=GREEN"}, &now), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Edits({"tags-=PLAID"}, &now), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(FieldArgumentsTest, ALogGainsOneEntryPerArgument) {
  for (const char* name : {"entries=", "entries+="}) {
    const auto edits = Edits({name + std::string("one, two"), "entries=three"});
    ASSERT_THAT(edits, Succeeds());
    ASSERT_EQ(edits->size(), 2U);
    EXPECT_EQ((*edits)[0].value, Value::Text("one, two"));
    EXPECT_EQ((*edits)[1].value, Value::Text("three"));
  }
}

TEST_F(FieldArgumentsTest, WhatTheFieldCannotDoIsRefused) {
  EXPECT_THAT(Edits({"title+=a"}), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Edits({"title-=a"}), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Edits({"entries-=a"}), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(FieldArgumentsTest, AFieldIsGivenOnce) {
  EXPECT_THAT(Edits({"title=a", "title=b"}), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Edits({"tags=RED", "tags=GREEN"}), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(Edits({"tags+=RED", "tags=GREEN"}), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(FieldArgumentsTest, AValueOfAnotherTypeIsRefusedInTheSchemasWords) {
  for (const char* typed : {"count=many", "since=2026-02-30", "done=yes", "tags=PLAID", "other=x"})
    EXPECT_THAT(Edits({typed}), FailsWith(ErrorCode::kInvalidInput)) << typed;
}

}  // namespace
}  // namespace sacoche
