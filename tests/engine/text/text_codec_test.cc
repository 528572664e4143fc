#include "engine/text/text_codec.h"

#include "engine/text/text_limits.h"
#include "tests/engine/text/text_support.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

// Two writers, every kind of run, an edit that waits.
TextDocument EveryKind() {
  Desk anne(1);
  Desk boris(2);
  anne.Save("Madame vit à Brest.");
  boris.Receive(anne);
  boris.Type(0, "😀 ");
  anne.Type(10, "t");
  for (std::uint64_t at = 19; at > 15; --at) anne.Delete(at, 1);
  anne.Receive(boris);
  anne.Type(1, "é");
  anne.Settle();
  boris.Receive(anne);
  Desk claire(3);
  claire.Type(0, "x");
  TextOps waits = claire.Type(1, "y");
  EXPECT_THAT(boris.document.Apply(waits), Succeeds());
  EXPECT_EQ(boris.document.waiting(), 1U);
  return boris.document;
}

TEST(TextCodec, AHistoryComesBackAndOnlyTheWholeOfIt) {
  const TextDocument document = EveryKind();
  const auto bytes = EncodeTextDocument(document);
  ASSERT_THAT(bytes, Succeeds());
  ExpectOnlyTheWholeDecodes(*bytes, DecodeTextDocument);
  const auto decoded = DecodeTextDocument(*bytes);
  EXPECT_EQ(*decoded, document);
  EXPECT_EQ(decoded->Text(), document.Text());
  EXPECT_EQ(decoded->waiting(), 1U);
}

TEST(TextCodec, AnEditComesBackAndOnlyTheWholeOfIt) {
  for (const TextOps& ops : EveryKind().History()) {
    const auto bytes = EncodeTextOps(ops);
    ASSERT_THAT(bytes, Succeeds());
    ExpectOnlyTheWholeDecodes(*bytes, DecodeTextOps);
    EXPECT_EQ(*DecodeTextOps(*bytes), ops);
  }
}

TEST(TextCodec, WhoHoldsTheSameEditsWritesTheSameBytes) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("un deux");
  boris.Save("trois");
  Exchange(anne, boris);
  EXPECT_EQ(*EncodeTextDocument(anne.document), *EncodeTextDocument(boris.document));
}

TEST(TextCodec, AnEmptyHistoryIsOne) {
  const auto bytes = EncodeTextDocument({});
  ASSERT_THAT(bytes, Succeeds());
  EXPECT_THAT(DecodeTextDocument(*bytes), Succeeds());
  EXPECT_THAT(DecodeTextOps(*bytes), FailsWith(ErrorCode::kCorrupt));
}

// One edit by the replica 00..01: "a" typed into the empty text.
Bytes Smallest() {
  Desk anne(1);
  return *EncodeTextOps(anne.Type(0, "a"));
}

TEST(TextCodec, TheSmallestEditHasTheseBytes) {
  EXPECT_EQ(ToHex(Smallest()),
            "01"                                  // version
            "0100000000000000000000000000000001"  // one replica
            "0101000001"  // one edit: its author, at once, saw none, one run
            "08"          // one unit, insert after
            "00"          // the start
            "00"          // the end
            "0161");      // a
}

TEST(TextCodec, RefusesWhatTheFormatForbids) {
  const auto spoilt = [](std::size_t at, std::uint8_t byte) {
    Bytes bytes = Smallest();
    bytes[at] = byte;
    return bytes;
  };
  const std::size_t runs = 23;
  EXPECT_THAT(DecodeTextOps(spoilt(0, 0)), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeTextOps(spoilt(0, 2)), FailsWith(ErrorCode::kNewerFormat));
  EXPECT_THAT(DecodeTextOps(spoilt(17, 0)), FailsWith(ErrorCode::kCorrupt)) << "replica zero";
  EXPECT_THAT(DecodeTextOps(spoilt(18, 0)), FailsWith(ErrorCode::kCorrupt)) << "no edit";
  EXPECT_THAT(DecodeTextOps(spoilt(19, 0)), FailsWith(ErrorCode::kCorrupt)) << "no author";
  EXPECT_THAT(DecodeTextOps(spoilt(19, 2)), FailsWith(ErrorCode::kCorrupt)) << "unknown author";
  EXPECT_THAT(DecodeTextOps(spoilt(20, 1)), FailsWith(ErrorCode::kCorrupt)) << "counter 0";
  EXPECT_THAT(DecodeTextOps(spoilt(22, 0)), FailsWith(ErrorCode::kCorrupt)) << "no run";
  EXPECT_THAT(DecodeTextOps(spoilt(22, 100)), FailsWith(ErrorCode::kCorrupt)) << "too many runs";
  EXPECT_THAT(DecodeTextOps(spoilt(runs, 0)), FailsWith(ErrorCode::kCorrupt)) << "length 0";
  EXPECT_THAT(DecodeTextOps(spoilt(runs, 9)), FailsWith(ErrorCode::kCorrupt)) << "before the edge";
  EXPECT_THAT(DecodeTextOps(spoilt(runs, 13)), FailsWith(ErrorCode::kCorrupt)) << "unknown kind";
  EXPECT_THAT(DecodeTextOps(spoilt(runs, 16)), FailsWith(ErrorCode::kCorrupt))
      << "a character short";
  EXPECT_THAT(DecodeTextOps(spoilt(runs + 1, 2)), FailsWith(ErrorCode::kCorrupt))
      << "unknown place";
  EXPECT_THAT(DecodeTextOps(spoilt(runs + 4, 0)), FailsWith(ErrorCode::kCorrupt)) << "U+0000";
  EXPECT_THAT(DecodeTextOps(spoilt(runs + 4, 0xc3)), FailsWith(ErrorCode::kCorrupt)) << "not UTF-8";
}

TEST(TextCodec, RefusesAReplicaThatNothingNames) {
  Bytes bytes = Smallest();
  const Bytes another(ReplicaId::kSize, 7);
  bytes.insert(bytes.begin() + 18, another.begin(), another.end());
  bytes[1] = 2;
  EXPECT_THAT(DecodeTextOps(bytes), FailsWith(ErrorCode::kCorrupt));
}

// The table is searched by bisection before the whole is compared.
TEST(TextCodec, RefusesATableOutOfOrder) {
  Desk anne(1);
  Desk boris(2);
  anne.Type(0, "a");
  boris.Receive(anne);
  Bytes bytes = *EncodeTextOps(boris.Type(1, "b"));
  const auto first = bytes.begin() + 2;
  std::swap_ranges(first, first + ReplicaId::kSize, first + ReplicaId::kSize);
  EXPECT_THAT(DecodeTextOps(bytes), FailsWith(ErrorCode::kCorrupt));
}

TEST(TextCodec, RefusesMoreThanItsLimits) {
  EXPECT_THAT(DecodeTextOps(Bytes(kTextOpsBytesMax + 1)), FailsWith(ErrorCode::kLimit));
  const auto ops = TextDocument().OpsToBecome(std::string(kTextOpsBytesMax, 'a'), Writer(1));
  ASSERT_THAT(ops, Succeeds());
  EXPECT_THAT(EncodeTextOps(*ops), FailsWith(ErrorCode::kLimit));
}

}  // namespace
}  // namespace sacoche
