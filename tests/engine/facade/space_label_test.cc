#include "engine/space_label.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

RecordId Post() { return *RecordId::FromHex("00112233445566778899aabbccddeeff"); }

TEST(SpaceLabel, IsTheNameAloneWhereNoKindIsSaid) {
  const auto bytes = EncodeSpaceLabel({"Montcel", {}, {}});
  ASSERT_THAT(bytes, Succeeds());
  EXPECT_EQ(*bytes, "Montcel");
  EXPECT_EQ(DecodeSpaceLabel("Montcel"), (SpaceLabel{"Montcel", {}, {}}));
}

TEST(SpaceLabel, HasTheseBytes) {
  const auto bytes = EncodeSpaceLabel({"Montcel – suivi", SpaceKind::kFollowUp, Post()});
  ASSERT_THAT(bytes, Succeeds());
  EXPECT_EQ(ToHex(ViewOf(*bytes)),
            "010200112233445566778899aabbccddeeff4d6f6e7463656c20e28093207375697669");
}

TEST(SpaceLabel, ComesBackAsItWas) {
  for (std::uint8_t kind = 1; kind <= 7; ++kind) {
    const SpaceLabel label{"Montcel", SpaceKind(kind), Post()};
    EXPECT_EQ(DecodeSpaceLabel(*EncodeSpaceLabel(label)), label);
  }
}

TEST(SpaceLabel, KeepsAKindOfANewerRelease) {
  std::string bytes = *EncodeSpaceLabel({"Montcel", SpaceKind::kFollowUp, Post()});
  bytes[1] = 99;
  EXPECT_EQ(DecodeSpaceLabel(bytes).kind, SpaceKind(99));
}

TEST(SpaceLabel, TakesWhatIsTooShortForAName) {
  const std::string bytes = *EncodeSpaceLabel({"M", SpaceKind::kFollowUp, Post()});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(DecodeSpaceLabel(bytes.substr(0, size)).kind, std::nullopt) << size;
}

TEST(SpaceLabel, RefusesANameThatIsNone) {
  for (const std::string& name : {std::string(), std::string("\x01montcel"), std::string(121, 'a')})
    EXPECT_THAT(EncodeSpaceLabel({name, {}, {}}), FailsWith(ErrorCode::kInvalidInput)) << name;
}

}  // namespace
}  // namespace sacoche
