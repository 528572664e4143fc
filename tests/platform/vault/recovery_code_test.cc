#include "platform/vault/recovery_code.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/results.h"

namespace sacoche {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string TextOfCode(const RecoveryCode& code) { return std::string(TextOf(code.text.view())); }

std::string MessageFor(const std::string& typed) {
  const auto parsed = ParseRecoveryCode(ViewOf(typed));
  return parsed ? "" : parsed.error().message;
}

TEST(RecoveryCode, IsSevenGroupsOfFive) {
  const std::string text = TextOfCode(RecoveryCode::Generate());
  ASSERT_EQ(text.size(), 41U);
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_EQ(text[i] == '-', i % 6 == 5) << text;
}

TEST(RecoveryCode, TypedAsPrintedGivesItsSecret) {
  for (int i = 0; i < 100; ++i) {
    const RecoveryCode code = RecoveryCode::Generate();
    const auto secret = ParseRecoveryCode(code.text.view());
    ASSERT_THAT(secret, Succeeds());
    EXPECT_TRUE(Equal(secret->view(), code.secret.view()));
  }
}

TEST(RecoveryCode, SmallLettersSpacesAndUsualConfusionsAreUnderstood) {
  const RecoveryCode code = RecoveryCode::Generate();
  std::string typed = "  ";
  for (const char c : TextOfCode(code)) {
    if (c == '-') continue;
    typed += c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
    if (typed.size() % 3 == 0) typed += ' ';
  }
  const auto secret = ParseRecoveryCode(ViewOf(typed));
  ASSERT_THAT(secret, Succeeds());
  EXPECT_TRUE(Equal(secret->view(), code.secret.view()));
}

TEST(RecoveryCode, AnyWrongLetterIsFoundInItsGroup) {
  const std::string text = TextOfCode(RecoveryCode::Generate());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    for (const char other : kLetters) {
      if (other == text[i]) continue;
      std::string typed = text;
      typed[i] = other;
      EXPECT_EQ(MessageFor(typed),
                "the recovery code is mistyped in group " + std::to_string(i / 6 + 1));
    }
  }
}

TEST(RecoveryCode, TwoNeighboursExchangedAreFound) {
  const std::string text = TextOfCode(RecoveryCode::Generate());
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '-' || text[i + 1] == '-' || text[i] == text[i + 1]) continue;
    std::string typed = text;
    std::swap(typed[i], typed[i + 1]);
    EXPECT_EQ(MessageFor(typed),
              "the recovery code is mistyped in group " + std::to_string(i / 6 + 1));
  }
}

TEST(RecoveryCode, TwoGroupsExchangedAreFound) {
  const std::string text = TextOfCode(RecoveryCode::Generate());
  std::string typed = text;
  std::swap_ranges(typed.begin(), typed.begin() + 5, typed.begin() + 18);
  EXPECT_EQ(MessageFor(typed), "the recovery code is mistyped in group 1, 4");
}

TEST(RecoveryCode, ALetterThatNoCodeHasNamesItsGroup) {
  std::string typed = TextOfCode(RecoveryCode::Generate());
  typed[13] = 'U';
  EXPECT_EQ(MessageFor(typed), "the recovery code is mistyped in group 3");
}

TEST(RecoveryCode, AMissingLetterIsCounted) {
  const std::string text = TextOfCode(RecoveryCode::Generate());
  EXPECT_EQ(MessageFor(text.substr(1)), "a recovery code has 35 letters and digits; 34 were typed");
  EXPECT_EQ(MessageFor(""), "a recovery code has 35 letters and digits; 0 were typed");
}

TEST(RecoveryCode, NoTwoAreEqual) {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) codes.insert(TextOfCode(RecoveryCode::Generate()));
  EXPECT_EQ(codes.size(), 1000U);
}

// Pinned: codes on paper must be understood by every later release.
TEST(RecoveryCode, AKnownCodeIsUnderstood) {
  const auto secret = ParseRecoveryCode(ViewOf("0EC9P-AEPWT-4T87R-FTCJX-E017F-R7SZW-RAVQA"));
  ASSERT_THAT(secret, Succeeds());
  EXPECT_EQ(ToHex(secret->view()), "0398953adc269077e99270027c1f3fc2b770");
}

}  // namespace
}  // namespace sacoche
