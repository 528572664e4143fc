#include "platform/base/byte_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

Bytes VarintBytes(std::uint64_t value) {
  ByteWriter out;
  out.Varint(value);
  return std::move(out).Take();
}

bool ReadsAsVarint(const std::string& hex) {
  const Bytes bytes = FromHex(hex).value();
  ByteReader in(bytes);
  in.Varint();
  return in.Finish("a varint").has_value();
}

TEST(ByteCodec, Varint_IsLittleEndianGroupsOfSevenBits) {
  EXPECT_EQ(ToHex(VarintBytes(0)), "00");
  EXPECT_EQ(ToHex(VarintBytes(127)), "7f");
  EXPECT_EQ(ToHex(VarintBytes(128)), "8001");
  EXPECT_EQ(ToHex(VarintBytes(300)), "ac02");
  EXPECT_EQ(ToHex(VarintBytes(UINT64_MAX)), "ffffffffffffffffff01");
}

RC_GTEST_PROP(ByteCodec, Varint_ReadsBackWhatWasWritten, (std::uint64_t value, unsigned shift)) {
  const std::uint64_t shifted = value >> (shift % 64);
  const Bytes bytes = VarintBytes(shifted);
  ByteReader in(bytes);
  RC_ASSERT(in.Varint() == shifted);
  RC_ASSERT(in.Finish("a varint").has_value());
}

RC_GTEST_PROP(ByteCodec, SignedVarint_ReadsBackWhatWasWritten, (std::int64_t value)) {
  ByteWriter out;
  out.SignedVarint(value);
  ByteReader in(out.bytes());
  RC_ASSERT(in.SignedVarint() == value);
  RC_ASSERT(in.Finish("a varint").has_value());
}

TEST(ByteCodec, SignedVarint_KeepsSmallNumbersSmallAndReachesBothEnds) {
  for (const std::int64_t value : {std::int64_t{-64}, std::int64_t{63}}) {
    ByteWriter out;
    out.SignedVarint(value);
    EXPECT_EQ(out.size(), 1U) << value;
  }
  for (const std::int64_t value : {INT64_MIN, INT64_MAX}) {
    ByteWriter out;
    out.SignedVarint(value);
    ByteReader in(out.bytes());
    EXPECT_EQ(in.SignedVarint(), value);
  }
}

TEST(ByteCodec, Varint_RefusesWhatIsNotMinimal) {
  EXPECT_TRUE(ReadsAsVarint("00"));
  EXPECT_FALSE(ReadsAsVarint("8000"));
  EXPECT_FALSE(ReadsAsVarint("ff00"));
  EXPECT_FALSE(ReadsAsVarint("808000"));
  EXPECT_FALSE(ReadsAsVarint("80808080808080808000"));
}

TEST(ByteCodec, Varint_RefusesMoreThanSixtyFourBits) {
  EXPECT_TRUE(ReadsAsVarint("ffffffffffffffffff01"));
  EXPECT_FALSE(ReadsAsVarint("ffffffffffffffffff02"));
  EXPECT_FALSE(ReadsAsVarint("80808080808080808002"));
  EXPECT_FALSE(ReadsAsVarint("ffffffffffffffffff8100"));
  EXPECT_FALSE(ReadsAsVarint("ffffffffffffffffffff01"));
}

RC_GTEST_PROP(ByteCodec, Varint_HasOneEncodingOnly, (const Bytes& bytes)) {
  ByteReader in(bytes);
  const std::uint64_t value = in.Varint();
  if (!in.ok()) return;
  const std::size_t used = bytes.size() - in.remaining();
  RC_ASSERT(Equal(VarintBytes(value), ByteView(bytes).first(used)));
}

TEST(ByteCodec, VarintAs_RefusesWhatTheTypeCannotHold) {
  const Bytes fits = VarintBytes(255);
  ByteReader small(fits);
  EXPECT_EQ(small.VarintAs<std::uint8_t>(), 255);
  EXPECT_TRUE(small.ok());
  const Bytes large = VarintBytes(256);
  ByteReader big(large);
  EXPECT_EQ(big.VarintAs<std::uint8_t>(), 0);
  EXPECT_FALSE(big.ok());
}

TEST(ByteCodec, Count_IsBoundByItsLimit) {
  Bytes bytes = VarintBytes(4);
  bytes.resize(100);
  ByteReader within(bytes);
  EXPECT_EQ(within.Count(4), 4U);
  ByteReader beyond(bytes);
  EXPECT_EQ(beyond.Count(3), 0U);
  EXPECT_FALSE(beyond.ok());
}

TEST(ByteCodec, Count_IsBoundByWhatTheRestCanHold) {
  Bytes bytes = VarintBytes(3);
  bytes.resize(1 + 3 * 16);
  ByteReader enough(bytes);
  EXPECT_EQ(enough.Count(1000, 16), 3U);
  bytes.pop_back();
  ByteReader short_by_one(bytes);
  EXPECT_EQ(short_by_one.Count(1000, 16), 0U);
  EXPECT_FALSE(short_by_one.ok());
}

TEST(ByteCodec, Sized_RefusesMoreThanItsLimitAndMoreThanIsThere) {
  ByteWriter out;
  out.Sized(ViewOf("abcd"));
  ByteReader within(out.bytes());
  EXPECT_EQ(TextOf(within.Sized(4)), "abcd");
  ByteReader beyond(out.bytes());
  EXPECT_TRUE(beyond.Sized(3).empty());
  EXPECT_FALSE(beyond.ok());
  ByteReader cut(ByteView(out.bytes()).first(4));
  EXPECT_TRUE(cut.Sized(4).empty());
  EXPECT_FALSE(cut.ok());
}

TEST(ByteCodec, Reader_FailsForGoodAtTheFirstViolation) {
  const Bytes bytes = FromHex("0800010203").value();
  ByteReader in(bytes);
  EXPECT_TRUE(in.Sized(7).empty());
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_EQ(in.Byte(), 0);
  EXPECT_EQ(in.Varint(), 0U);
  EXPECT_EQ(in.Array<2>(), (ByteArray<2>{}));
  EXPECT_THAT(in.Finish("a thing"), FailsWith(ErrorCode::kCorrupt));
}

TEST(ByteCodec, Finish_RefusesBytesAfterTheEndAndNamesTheFormat) {
  const Bytes bytes{1, 2};
  ByteReader in(bytes);
  in.Byte();
  const Status status = in.Finish("a thing");
  ASSERT_THAT(status, FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(status.error().message, testing::HasSubstr("a thing"));
}

// Every kind of read, one after the other.
Status ReadOneOfEach(ByteView bytes) {
  ByteReader in(bytes);
  in.Byte();
  in.Varint();
  in.SignedVarint();
  in.Array<5>();
  in.Sized(100);
  in.Raw(3);
  return in.Finish("one of each");
}

TEST(ByteCodec, Reader_RefusesATruncationAtEveryByte) {
  ByteWriter out;
  out.Byte(7);
  out.Varint(1'000'000);
  out.SignedVarint(-1'000'000);
  out.Raw(ByteArray<5>{1, 2, 3, 4, 5});
  out.Sized(ViewOf("some text"));
  out.Raw(ByteArray<3>{6, 7, 8});
  ASSERT_THAT(ReadOneOfEach(out.bytes()), Succeeds());
  for (std::size_t size = 0; size < out.size(); ++size)
    EXPECT_THAT(ReadOneOfEach(ByteView(out.bytes()).first(size)), FailsWith(ErrorCode::kCorrupt))
        << size;
}

TEST(Hex, RoundTripsEveryByteInEitherCase) {
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(FromHex(ToHex(all)), all);
  EXPECT_EQ(FromHex("00aBFf"), (Bytes{0x00, 0xab, 0xff}));
}

TEST(Hex, RefusesOddLengthsAndForeignCharacters) {
  for (const char* bad : {"0", "abc", "0g", "g0", " 0", "0x", "é"})
    EXPECT_EQ(FromHex(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace sacoche
