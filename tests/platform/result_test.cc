#include "platform/base/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "platform/base/check.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return Fail(ErrorCode::kInvalidInput, "odd", "Take an even number.");
  return number / 2;
}

Result<int> Quarter(int number) {
  SACOCHE_ASSIGN(const int half, Half(number));
  SACOCHE_ASSIGN(const int quarter, Half(half));
  return quarter;
}

Status CheckTwice(int number, int& checked) {
  SACOCHE_TRY(Half(number));
  ++checked;
  SACOCHE_TRY(Half(number / 2));
  ++checked;
  return {};
}

TEST(Result, Assign_TakesTheValue) { EXPECT_EQ(Quarter(12), 3); }

TEST(Result, Assign_ForwardsTheWholeError) {
  const auto result = Quarter(6);
  ASSERT_THAT(result, FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ(result.error().message, "odd");
  EXPECT_EQ(result.error().advice, "Take an even number.");
}

TEST(Result, Try_LeavesAtTheFirstError) {
  int checked = 0;
  EXPECT_THAT(CheckTwice(6, checked), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ(checked, 1);
  EXPECT_THAT(CheckTwice(8, checked), Succeeds());
  EXPECT_EQ(checked, 3);
}

int g_calls = 0;

Result<std::unique_ptr<int>> Counted() {
  ++g_calls;
  return std::make_unique<int>(5);
}

Result<int> FromMoveOnly() {
  SACOCHE_ASSIGN(const auto value, Counted());
  return *value;
}

TEST(Result, Assign_EvaluatesOnceAndMovesTheValueOut) {
  g_calls = 0;
  EXPECT_EQ(FromMoveOnly(), 5);
  EXPECT_EQ(g_calls, 1);
}

TEST(Check, StopsTheProgramAndNamesTheConditionOnly) {
  const int secret = 4711;
  SACOCHE_CHECK(secret == 4711);
  EXPECT_DEATH(SACOCHE_CHECK(secret == 0), "broken invariant at .*result_test.cc.*secret == 0");
}

}  // namespace
}  // namespace sacoche
