#include "engine/wire/envelope.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/wire/limits.h"
#include "platform/base/byte_codec.h"
#include "tests/support/results.h"
#include "tests/support/samples.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

// Where the sample's fields stand: format 1, space 16, epoch 1, device 16, id 16, counter 2,
// previous 32, seen head 3.
constexpr std::size_t kEpochAt = 17;
constexpr std::size_t kCounterAt = 50;
constexpr std::size_t kItemCountAt = 87;
constexpr std::size_t kFirstKindAt = kItemCountAt + 1 + 8;
constexpr std::size_t kSecondKindAt = kFirstKindAt + 1 + 3 + 8;

Bytes SampleBytes() { return EncodeEnvelope(SampleEnvelope()); }

// The sample with `size` bytes at `at` replaced.
Bytes WithBytes(std::size_t at, std::size_t size, const std::string& hex) {
  const Bytes all = SampleBytes();
  Bytes changed(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at));
  Append(changed, FromHex(hex).value());
  Append(changed, ByteView(all).subspan(at + size));
  return changed;
}

Envelope WithItems(std::size_t count, std::size_t item_bytes) {
  Envelope envelope = SampleEnvelope();
  envelope.items.assign(count, {DossierHandle{}, false, Bytes(item_bytes)});
  return envelope;
}

TEST(Envelope, RoundTripsWithCiphertextAndErasedItems) {
  const auto decoded = DecodeEnvelope(SampleBytes());
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, SampleEnvelope());
}

TEST(Envelope, BeginsWithItsHeader) {
  const Bytes header = EncodeHeader(SampleEnvelope().header);
  EXPECT_EQ(header.size(), kItemCountAt);
  EXPECT_TRUE(Equal(ByteView(SampleBytes()).first(header.size()), header));
}

RC_GTEST_PROP(Envelope, RoundTripsWhateverItHolds,
              (std::uint64_t epoch, std::uint64_t counter, std::uint64_t head,
               const std::vector<Bytes>& contents)) {
  Envelope envelope = SampleEnvelope();
  envelope.header.epoch = epoch == 0 ? 1 : epoch;
  envelope.header.counter = counter == 0 ? 1 : counter;
  envelope.header.seen_head = head;
  for (const Bytes& content : contents) envelope.items.push_back({{}, false, content});
  const Bytes bytes = EncodeEnvelope(envelope);
  const auto decoded = DecodeEnvelope(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == envelope);
  RC_ASSERT(EncodeEnvelope(*decoded) == bytes);
}

TEST(Envelope, RefusesATruncationAtEveryByteAndBytesAfterTheSignature) {
  ExpectOnlyTheWholeDecodes(SampleBytes(), DecodeEnvelope);
}

TEST(Envelope, RefusesAnotherFormat) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(0, 1, "00")), FailsWith(ErrorCode::kNewerFormat));
  EXPECT_THAT(DecodeEnvelope(WithBytes(0, 1, "02")), FailsWith(ErrorCode::kNewerFormat));
}

TEST(Envelope, RefusesAnEpochOfZero) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(kEpochAt, 1, "00")), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, RefusesACounterOfZero) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(kCounterAt, 2, "00")), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, RefusesToHaveNoItem) {
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(WithItems(0, 0))), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, TakesAsManyItemsAsAllowedAndNotOneMore) {
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(WithItems(limits::kEnvelopeItemsMax, 0))), Succeeds());
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(WithItems(limits::kEnvelopeItemsMax + 1, 0))),
              FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, TakesAnItemAsLongAsAllowedAndNotAByteMore) {
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(WithItems(1, limits::kItemBytesMax))), Succeeds());
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(WithItems(1, limits::kItemBytesMax + 1))),
              FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, TakesAsManyBytesAsAllowedAndNotOneMore) {
  // Three items, each with a length of three bytes on the wire.
  constexpr std::size_t kThird = limits::kEnvelopeBytesMax / 3;
  Envelope largest = WithItems(3, kThird - 1000);
  const std::size_t missing = limits::kEnvelopeBytesMax - EncodeEnvelope(largest).size();
  largest.items[2].bytes.resize(kThird - 1000 + missing);
  ASSERT_EQ(EncodeEnvelope(largest).size(), limits::kEnvelopeBytesMax);
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(largest)), Succeeds());
  largest.items[2].bytes.push_back(0);
  EXPECT_THAT(DecodeEnvelope(EncodeEnvelope(largest)), FailsWith(ErrorCode::kLimit));
}

TEST(Envelope, RefusesAnErasedItemWhoseTagIsNotOne) {
  // 65 = 32 × 2 + 1: the length of the hash, which an erased item does not repeat.
  EXPECT_THAT(DecodeEnvelope(WithBytes(kSecondKindAt, 1, "41")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeEnvelope(WithBytes(kSecondKindAt, 1, "03")), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, RefusesAVarintThatIsNotMinimal) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(kEpochAt, 1, "8200")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeEnvelope(WithBytes(kItemCountAt, 1, "8200")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeEnvelope(WithBytes(kFirstKindAt, 1, "8600")), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, RefusesAnItemCountThatTheBytesCannotHold) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(kItemCountAt, 1, "ff1f")), FailsWith(ErrorCode::kCorrupt));
}

TEST(Envelope, RefusesAnItemLongerThanTheRest) {
  EXPECT_THAT(DecodeEnvelope(WithBytes(kFirstKindAt, 1, "feff3f")), FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
