#include "samples/cli/output.h"

#include <gtest/gtest.h>

namespace sacoche {
namespace {

TEST(Output, KeepsOrdinaryTextAsItIs) {
  EXPECT_EQ(WithoutControls("Éléonore, œuvre: 東京 🙂 \\n"),
            "Éléonore, œuvre: 東京 🙂 \\n");
}

TEST(Output, EscapesEveryControlCharacter) {
  for (unsigned code = 0; code < 0x20; ++code)
    EXPECT_EQ(WithoutControls(std::string(1, static_cast<char>(code))).substr(0, 4), "\\u00");
  EXPECT_EQ(WithoutControls("\x1b[2J"), "\\u001b[2J");
  EXPECT_EQ(WithoutControls("\x7f"), "\\u007f");
  // C1, as UTF-8 spells it: the control sequence introducer of eight bits.
  EXPECT_EQ(WithoutControls("\xc2\x9b"
                            "2J"),
            "\\u009b2J");
  EXPECT_EQ(WithoutControls("\xc2\x80\xc2\x9f"), "\\u0080\\u009f");
  EXPECT_EQ(WithoutControls("\xc2\xa0"), "\xc2\xa0");
}

TEST(Output, EscapesWhatTurnsTheDirectionOfWriting) {
  EXPECT_EQ(WithoutControls("\xe2\x80\xae"
                            "abc"),
            "\\u202eabc");
  EXPECT_EQ(WithoutControls("\xe2\x81\xa6"
                            "abc\xe2\x81\xa9"),
            "\\u2066abc\\u2069");
  EXPECT_EQ(WithoutControls("\xe2\x80\xa8"), "\\u2028");
}

TEST(Output, ShowsBytesThatAreNotUtf8AsNumbers) {
  EXPECT_EQ(WithoutControls("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(WithoutControls("\x9b"
                            "2J"),
            "\\x9b2J");
  EXPECT_EQ(WithoutControls("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(WithoutControls("\xc0\x9b"), "\\xc0\\x9b");
  EXPECT_EQ(WithoutControls("\xe2\x82"), "\\xe2\\x82");
}

TEST(Output, PutsOnOneLineWhatHasSeveral) { EXPECT_EQ(OnOneLine("a\nb\tc\rd"), "a b c\\u000dd"); }

TEST(Output, IndentsEveryLineOfABlock) {
  EXPECT_EQ(AsBlock("a\nb\x1b\n\n", "  "), "  a\n  b\\u001b\n");
  EXPECT_EQ(AsBlock("", "  "), "  \n");
}

TEST(Output, ShortensByCharactersAndNotByBytes) {
  EXPECT_EQ(Shortened("éèà", 3), "éèà");
  EXPECT_EQ(Shortened("éèàù", 3), "éè…");
  EXPECT_EQ(Shortened("", 3), "");
}

TEST(Output, WritesJsonThatATerminalDoesNotObey) {
  const Json json = {{"text", "a\n\x1b\x7f\xc2\x9b\xe2\x80\xae é"}};
  const std::string line = ToJsonLine(json);
  EXPECT_EQ(line, "{\"text\":\"a\\n\\u001b\\u007f\\u009b\\u202e é\"}");
  EXPECT_EQ(Json::parse(line), json);
}

TEST(Output, WritesJsonEvenOfBytesThatAreNotUtf8) {
  EXPECT_EQ(ToJsonLine(Json("caf\xe9")), "\"caf\xef\xbf\xbd\"");
}

TEST(Output, WritesTimesForScriptsInUtcWithMilliseconds) {
  EXPECT_EQ(UtcTime(Hlc::Of(1'750'000'000'123, 7)), "2025-06-15T15:06:40.123Z");
  EXPECT_EQ(UtcTime(Hlc{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(UtcTime(Hlc::Of(UINT64_MAX, 0)).substr(0, 4), "6429");
}

TEST(Output, ATimeThatCannotBeRightSaysSo) {
  const ShownTime right{1'772'456'709'123, false};
  EXPECT_EQ(TimeToJson(right), Json({{"at", "2026-03-02T13:05:09.123Z"}}));
  const ShownTime doubted{1'772'456'709'123, true};
  EXPECT_EQ(TimeToJson(doubted)["at_in_doubt"], true);
  EXPECT_EQ(LocalTime(doubted), LocalTime(right) + " (date in doubt)");
}

}  // namespace
}  // namespace sacoche
