#include "platform/base/paper_groups.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

constexpr PaperForm kWhole{.name = "sheet", .groups = 32, .groups_per_line = 5};

std::string Written(const PaperForm& form, ByteView secret) {
  return std::string(TextOf(WritePaperGroups(form, secret).view()));
}

std::string MessageFor(const PaperForm& form, const std::string& typed) {
  const auto read = ReadPaperGroups(form, ViewOf(typed));
  return read ? "" : read.error().message;
}

RC_GTEST_PROP(PaperGroups, WhatWasWrittenIsRead, ()) {
  const PaperForm form{.name = "sheet",
                       .groups = *rc::gen::inRange<std::size_t>(1, kPaperGroupsMax + 1),
                       .groups_per_line = *rc::gen::inRange<std::size_t>(1, 8)};
  Bytes secret = *rc::gen::container<Bytes>(form.bytes(), rc::gen::arbitrary<std::uint8_t>());
  if (form.groups % 2 == 1) secret.back() &= 0xf0;
  const auto read = ReadPaperGroups(form, WritePaperGroups(form, secret).view());
  RC_ASSERT(read.has_value());
  RC_ASSERT(Equal(read->view(), secret));
}

TEST(PaperGroups, ALineHasAsManyGroupsAsTheFormSays) {
  const PaperForm form{.name = "sheet", .groups = 4, .groups_per_line = 2};
  EXPECT_EQ(Written(form, Bytes(10, 0)), "00000-00001\n00002-00003");
}

TEST(PaperGroups, AWrongLetterIsFoundInTheLastOfAsManyGroupsAsThereMayBe) {
  std::string text = Written(kWhole, Bytes(kWhole.bytes(), 0xa5));
  text.back() = text.back() == 'Z' ? 'Y' : 'Z';
  EXPECT_EQ(MessageFor(kWhole, text), "the sheet is mistyped in group 32");
}

TEST(PaperGroups, AnyTwoGroupsExchangedAreFound) {
  const std::string text = Written(kWhole, Bytes(kWhole.bytes(), 0));
  for (std::ptrdiff_t a = 0; a < 32; ++a)
    for (std::ptrdiff_t b = a + 1; b < 32; ++b) {
      std::string typed = text;
      std::swap_ranges(typed.begin() + a * 6, typed.begin() + a * 6 + 5, typed.begin() + b * 6);
      EXPECT_EQ(
          MessageFor(kWhole, typed),
          "the sheet is mistyped in group " + std::to_string(a + 1) + ", " + std::to_string(b + 1));
    }
}

TEST(PaperGroups, ALongTextIsCountedAndNotRead) {
  const std::string text = Written(kWhole, Bytes(kWhole.bytes(), 0));
  EXPECT_EQ(MessageFor(kWhole, text + "0"), "a sheet has 160 letters and digits; 161 were typed");
}

TEST(PaperGroups, TheFirstGroupIsWhereFiveLettersWereTyped) {
  EXPECT_EQ(TextOf(FirstPaperGroup(ViewOf(" K7 q-MX2BD9R"))), " K7 q-MX");
  EXPECT_EQ(TextOf(FirstPaperGroup(ViewOf("K7Q"))), "K7Q");
}

}  // namespace
}  // namespace sacoche
