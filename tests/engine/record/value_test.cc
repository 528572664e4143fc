#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/record/value_codec.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

std::vector<Value> OneOfEach() {
  return {Value::Nothing(),
          Value::Text(""),
          Value::Text("Élise a vu l'œuvre"),
          Value::Integer(0),
          Value::Integer(-1),
          Value::Integer(INT64_MIN),
          Value::Integer(INT64_MAX),
          Value::OfDate({}),
          Value::OfDate(*ParseDate("2026-02-28")),
          Value::OfDate(*ParseDate("2019-automne")),
          Value::OfCode("VC_EX"),
          Value::Reference(RecordId::FromArray({1, 2, 3})),
          Value::Flag(false),
          Value::Flag(true),
          Value::List({Value::Text("a"), Value::Integer(2)}),
          Value::Opaque({}),
          Value::Opaque({0, 1, 0xff})};
}

TEST(ValueCodec, EveryKindOfValueComesBack) {
  for (const Value& value : OneOfEach()) {
    const auto decoded = DecodeValue(EncodeValue(value));
    ASSERT_TRUE(decoded) << value.v.index();
    EXPECT_EQ(*decoded, value);
  }
}

TEST(ValueCodec, EveryTruncationIsRefused) {
  for (const Value& value : OneOfEach()) {
    const Bytes bytes = EncodeValue(value);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_THAT(DecodeValue(ByteView(bytes).first(size)), FailsWith(ErrorCode::kCorrupt));
  }
}

TEST(ValueCodec, RefusesWhatTheFormatForbids) {
  const std::vector<Bytes> forbidden = {
      {9},                        // unknown kind
      {8},                        // opaque bytes without their size
      {1, 2, 0xc3, 0x28},         // not UTF-8
      {1, 2, 0xc0, 0x80},         // overlong
      {1, 3, 0xed, 0xa0, 0x80},   // surrogate
      {1, 1, 0},                  // U+0000
      {3, 5},                     // unknown precision
      {3, 4, 0xea, 0x0f, 2, 30},  // 30 February 2026
      {3, 2, 0xea, 0x0f, 5},      // fifth season
      {3, 1, 0},                  // year 0
      {6, 2},                     // a flag that is neither
      {7, 1, 7, 0},               // a list in a list
      {7, 1, 8, 0},               // opaque bytes in a list
      {2, 0x80, 0},               // a varint that is not minimal
      {5, 1, 2, 3},               // a short reference
      {0, 0},                     // bytes after the end
  };
  for (const Bytes& bytes : forbidden)
    EXPECT_THAT(DecodeValue(bytes), FailsWith(ErrorCode::kCorrupt)) << ToHex(bytes);
}

TEST(ValueCodec, RefusesATextBeyondItsLimitBeforeReadingIt) {
  ByteWriter out;
  out.Byte(1);
  out.Sized(Bytes(kTextBytesMax + 1, 'a'));
  EXPECT_THAT(DecodeValue(out.bytes()), FailsWith(ErrorCode::kCorrupt));
}

TEST(ValueCodec, RefusesOpaqueBytesBeyondTheirLimit) {
  EXPECT_THAT(DecodeValue(EncodeValue(Value::Opaque(Bytes(kOpaqueBytesMax, 0)))), Succeeds());
  EXPECT_THAT(DecodeValue(EncodeValue(Value::Opaque(Bytes(kOpaqueBytesMax + 1, 0)))),
              FailsWith(ErrorCode::kCorrupt));
}

RC_GTEST_PROP(ValueCodec, WhatDecodesEncodesToTheSameBytes, (const Bytes& bytes)) {
  const auto decoded = DecodeValue(bytes);
  if (decoded) RC_ASSERT(EncodeValue(*decoded) == bytes);
}

TEST(Dates, EveryPrecisionIsReadAndWrittenTheSame) {
  for (const char* text : {"2026-03-02", "2026-03", "2026-hiver", "2026-printemps", "2026-ete",
                           "2026-automne", "2026", "inconnue", "2024-02-29", "0001-01-01"}) {
    const auto date = ParseDate(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(FormatDate(*date), text);
  }
}

TEST(Dates, WhatIsNoDateIsRefusedWithAdvice) {
  for (const char* text :
       {"", "02/03/2026", "2026-13-01", "2026-02-30", "2025-02-29", "2026-3-2", "2026-03-02T00:00",
        "26-03-02", "2026-", "2026-03-", "0000", "demain", "2026-été", "2026-03-2a"}) {
    const auto date = ParseDate(text);
    ASSERT_THAT(date, FailsWith(ErrorCode::kInvalidInput)) << text;
    EXPECT_FALSE(date.error().advice.empty());
  }
}

}  // namespace
}  // namespace sacoche
