#include "engine/text/utf8.h"

#include "platform/base/bytes.h"
#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

TEST(Utf8, EveryLengthComesBack) {
  for (const std::string text :
       {"", "a", "é", "€", "😀", "e\u0301", "L'œuvre d'Élise : 10 €\n", "\x7f", "\u0080", "\u07ff",
        "\u0800", "\uffff", "\U00010000", "\U0010ffff"}) {
    const auto code_points = CodePointsOf(text);
    ASSERT_THAT(code_points, Succeeds());
    EXPECT_EQ(Utf8Of(*code_points), text);
  }
}

TEST(Utf8, ACharacterBeyondTheBasicPlaneIsOne) {
  EXPECT_EQ(CodePointsOf("😀")->size(), 1U);
  EXPECT_EQ(CodePointsOf("e\u0301")->size(), 2U);
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const std::string_view text :
       {std::string_view("\0", 1), std::string_view("\x80"), std::string_view("\xc3"),
        std::string_view("\xc3\x28"), std::string_view("\xc0\x80"), std::string_view("\xe2\x82"),
        std::string_view("\xe0\x80\x80"), std::string_view("\xed\xa0\x80"),
        std::string_view("\xf0\x82\x82\xac"), std::string_view("\xf4\x90\x80\x80"),
        std::string_view("\xf8\x88\x80\x80\x80"), std::string_view("\xff")})
    EXPECT_THAT(CodePointsOf(text), FailsWith(ErrorCode::kInvalidInput)) << ToHex(ViewOf(text));
}

}  // namespace
}  // namespace sacoche
