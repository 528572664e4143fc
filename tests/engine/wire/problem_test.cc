#include "engine/wire/problem.h"

#include <gtest/gtest.h>

#include <set>

namespace sacoche {
namespace {

std::vector<ProblemType> AllTypes() {
  std::vector<ProblemType> types;
  for (std::uint64_t number = 0; number < 256; ++number)
    if (const auto type = ProblemFromNumber(number)) types.push_back(*type);
  return types;
}

TEST(Problem, NumbersAreNeverChanged) {
  EXPECT_EQ(AllTypes().size(), 19U);
  EXPECT_EQ(ProblemFromNumber(1), ProblemType::kMalformed);
  EXPECT_EQ(ProblemFromNumber(9), ProblemType::kForkedChain);
  EXPECT_EQ(ProblemFromNumber(17), ProblemType::kStorage);
  EXPECT_EQ(ProblemFromNumber(19), ProblemType::kRevoked);
  EXPECT_EQ(ProblemFromNumber(20), ProblemType::kNoSnapshot);
  EXPECT_EQ(ProblemFromNumber(0), std::nullopt);
  EXPECT_EQ(ProblemFromNumber(18), std::nullopt);
  EXPECT_EQ(ProblemFromNumber(257), std::nullopt);
}

TEST(Problem, EveryTypeHasANameOfItsOwnAndAnErrorStatus) {
  std::set<std::string_view> names;
  for (const ProblemType type : AllTypes()) {
    names.insert(ProblemName(type));
    EXPECT_EQ(ProblemFromName(ProblemName(type)), type);
    EXPECT_GE(ProblemStatus(type), 400);
    EXPECT_LT(ProblemStatus(type), 600);
  }
  EXPECT_EQ(names.size(), AllTypes().size());
  EXPECT_EQ(ProblemFromName("no-such-thing"), std::nullopt);
}

TEST(Problem, EveryTypeRoundTripsThroughJson) {
  for (const ProblemType type : AllTypes()) {
    const auto parsed = ParseProblem(ProblemToJson({type, "A sentence.", -5}));
    ASSERT_TRUE(parsed) << ProblemName(type);
    EXPECT_EQ(parsed->type, type);
    EXPECT_EQ(parsed->title, "A sentence.");
    EXPECT_EQ(parsed->server_time_s, -5);
  }
}

TEST(Problem, ToJson_IsProblemJson) {
  EXPECT_EQ(ProblemToJson({ProblemType::kClockSkew, "The clocks differ.", 1'700'000'000}),
            R"({"server_time_s":1700000000,"status":401,"title":"The clocks differ.",)"
            R"("type":"urn:sacoche:problem:clock-skew"})");
}

TEST(Problem, ToJson_DoesNotThrowOnATitleThatIsNotUtf8) {
  const auto parsed = ParseProblem(ProblemToJson({ProblemType::kBusy, "a\xff", std::nullopt}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->title, "a\xef\xbf\xbd");
}

TEST(Problem, Parse_IgnoresWhatItDoesNotKnow) {
  const auto parsed = ParseProblem(
      R"({"type":"urn:sacoche:problem:busy","detail":{"a":[1]},"title":7,"server_time_s":"x"})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, ProblemType::kBusy);
  EXPECT_EQ(parsed->title, "");
  EXPECT_EQ(parsed->server_time_s, std::nullopt);
}

TEST(Problem, Parse_IgnoresATimeThatNoClockHas) {
  for (const char* time : {"9223372036854775808", "18446744073709551615", "1e30", "1.5"}) {
    const auto parsed = ParseProblem(R"({"type":"urn:sacoche:problem:busy","server_time_s":)" +
                                     std::string(time) + "}");
    ASSERT_TRUE(parsed) << time;
    EXPECT_EQ(parsed->server_time_s, std::nullopt) << time;
  }
}

TEST(Problem, Parse_GivesNothingForAnythingElse) {
  for (const char* text :
       {"", "{", "null", "[]", "\"urn:sacoche:problem:busy\"", "{}", R"({"type":7})",
        R"({"type":"about:blank"})", R"({"type":"urn:sacoche:problem:"})",
        R"({"type":"urn:sacoche:problem:unheard-of"})", R"({"type":"urn:sacoche:problem:busy"}x)",
        "{\"type\":\"urn:sacoche:problem:busy\",\"title\":\"\xff\"}", "<html></html>"})
    EXPECT_EQ(ParseProblem(text).has_value(), false) << text;
}

TEST(Problem, Parse_ReadsNoMoreThanItsLimit) {
  const std::string problem = R"({"type":"urn:sacoche:problem:busy"})";
  EXPECT_TRUE(ParseProblem(problem + std::string(kProblemBytesMax - problem.size(), ' ')));
  EXPECT_FALSE(ParseProblem(problem + std::string(kProblemBytesMax - problem.size() + 1, ' ')));
  EXPECT_FALSE(ParseProblem(std::string(kProblemBytesMax, '[')));
}

}  // namespace
}  // namespace sacoche
