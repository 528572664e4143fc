#include "engine/wire/wire_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "platform/base/byte_codec.h"
#include "tests/support/results.h"
#include "tests/support/sample_frames.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

using RawFrame = FrameSplitter::RawFrame;

template <class Id>
rc::Gen<Id> AnyId() {
  return rc::gen::map(rc::gen::arbitrary<ByteArray<16>>(), Id::FromArray);
}

rc::Gen<ProblemType> AnyProblem() {
  return rc::gen::map(rc::gen::inRange<std::uint64_t>(1, 18),
                      [](std::uint64_t number) { return *ProblemFromNumber(number); });
}

PushFrame AnyPushFrame() {
  const auto number = *rc::gen::arbitrary<std::uint64_t>();
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return HelloFrame{number};
    case 1:
      return StatementFrame{*rc::gen::arbitrary<Bytes>()};
    case 2:
      return CursorFrame{
          *AnyId<SpaceId>(), number,
          *rc::gen::element(CursorFrame::From::kOthers, CursorFrame::From::kEverybody)};
    case 3:
      return EnvelopeFrame{*rc::gen::arbitrary<Bytes>()};
    case 4:
      return KnownHistoryFrame{number, *rc::gen::arbitrary<HistoryTag>()};
    case 5:
      return KnownDirectoryFrame{number, *rc::gen::arbitrary<DirectoryTag>()};
    default:
      return PushEndFrame{};
  }
}

PullFrame AnyPullFrame() {
  const auto number = *rc::gen::arbitrary<std::uint64_t>();
  switch (*rc::gen::inRange(0, 16)) {
    case 0:
      return DirectoryFrame{number, *rc::gen::arbitrary<Bytes>()};
    case 1:
      return AcknowledgementFrame{*AnyId<EnvelopeId>(), number};
    case 2:
      return RefusalFrame{*AnyId<EnvelopeId>(), *AnyProblem()};
    case 3:
      return StatementOutcomeFrame{number, *AnyProblem()};
    case 4:
      return StatementOutcomeFrame{number, std::nullopt};
    case 5:
      return StoredEnvelopeFrame{number, *rc::gen::arbitrary<Bytes>()};
    case 6:
      return HeadFrame{*AnyId<SpaceId>(), number, *rc::gen::arbitrary<bool>()};
    case 7:
      return SpaceRefusedFrame{*AnyId<SpaceId>(), *AnyProblem()};
    case 8:
      return HistoryFrame{*rc::gen::arbitrary<HistoryTag>()};
    case 9:
      return AnotherHistoryFrame{*AnyId<SpaceId>()};
    case 10:
      return ReceiptFrame{number};
    case 11:
      return ServerTimeFrame{number % (limits::kServerTimeMsMax + 1),
                             *rc::gen::arbitrary<ByteArray<64>>()};
    case 12:
      return ServerKeyFrame{*rc::gen::arbitrary<ByteArray<32>>()};
    case 13:
      return AnotherDirectoryFrame{};
    case 14:
      return BeginsLateFrame{number};
    default:
      return PullEndFrame{number};
  }
}

Result<PushFrame> Decode(const RawFrame& raw, const PushFrame*) { return DecodePushFrame(raw); }
Result<PullFrame> Decode(const RawFrame& raw, const PullFrame*) { return DecodePullFrame(raw); }

// Takes the frames that are whole so far; an error ends the stream.
template <class Frame>
Status Drain(FrameSplitter& splitter, std::vector<Frame>& frames) {
  while (true) {
    SACOCHE_ASSIGN(const auto raw, splitter.Next());
    if (!raw) return {};
    SACOCHE_ASSIGN(Frame frame, Decode(*raw, static_cast<const Frame*>(nullptr)));
    frames.push_back(std::move(frame));
  }
}

template <class Frame>
Result<std::vector<Frame>> FramesOf(ByteView stream, std::size_t piece_bytes) {
  FrameSplitter splitter;
  std::vector<Frame> frames;
  while (!stream.empty()) {
    const std::size_t size = std::min(piece_bytes, stream.size());
    splitter.Feed(stream.first(size));
    stream = stream.subspan(size);
    SACOCHE_TRY(Drain(splitter, frames));
  }
  if (!splitter.empty()) return Fail(ErrorCode::kCorrupt, "cut");
  return frames;
}

template <class Frame>
Result<std::vector<Frame>> FramesOf(ByteView stream) {
  return FramesOf<Frame>(stream, stream.size() + 1);
}

RawFrame Raw(std::uint64_t type, const std::string& hex) { return {type, FromHex(hex).value()}; }

RC_GTEST_PROP(WireCodec, PushFramesRoundTrip, ()) {
  const std::vector<PushFrame> frames =
      *rc::gen::container<std::vector<PushFrame>>(rc::gen::exec(AnyPushFrame));
  const auto decoded = FramesOf<PushFrame>(StreamOf(frames));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == frames);
}

RC_GTEST_PROP(WireCodec, PullFramesRoundTrip, ()) {
  const std::vector<PullFrame> frames =
      *rc::gen::container<std::vector<PullFrame>>(rc::gen::exec(AnyPullFrame));
  const auto decoded = FramesOf<PullFrame>(StreamOf(frames));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == frames);
}

TEST(WireCodec, FramesArriveInPiecesOfAnySize) {
  const Bytes push = StreamOf(EveryPushFrame());
  const Bytes pull = StreamOf(EveryPullFrame());
  for (std::size_t piece = 1; piece <= std::max(push.size(), pull.size()); ++piece) {
    EXPECT_EQ(FramesOf<PushFrame>(push, piece).value(), EveryPushFrame()) << piece;
    EXPECT_EQ(FramesOf<PullFrame>(pull, piece).value(), EveryPullFrame()) << piece;
  }
}

TEST(WireCodec, AStreamCutAtAnyByteGivesTheWholeFramesBeforeTheCut) {
  const std::vector<PullFrame> all = EveryPullFrame();
  const Bytes stream = StreamOf(all);
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    FrameSplitter splitter;
    splitter.Feed(ByteView(stream).first(size));
    std::vector<PullFrame> frames;
    ASSERT_THAT(Drain(splitter, frames), Succeeds()) << size;
    ASSERT_TRUE(std::ranges::equal(frames, std::span(all).first(frames.size())));
    ASSERT_GE(frames.size(), whole);
    whole = frames.size();
    const Bytes consumed = StreamOf(frames);
    EXPECT_EQ(splitter.empty(), consumed.size() == size) << size;
  }
  EXPECT_EQ(whole, all.size());
}

TEST(FrameSplitter, AsksForMoreWhileALengthIsIncomplete) {
  FrameSplitter splitter;
  splitter.Feed(FromHex("1580").value());
  EXPECT_EQ(splitter.Next().value().has_value(), false);
  EXPECT_FALSE(splitter.empty());
}

TEST(FrameSplitter, TakesAFrameAsLongAsAllowedAndRefusesALongerOneAtItsHeader) {
  ByteWriter longest;
  longest.Varint(4);
  longest.Varint(limits::kFrameBytesMax);
  longest.Raw(Bytes(limits::kFrameBytesMax));
  FrameSplitter splitter;
  splitter.Feed(longest.bytes());
  ASSERT_THAT(splitter.Next(), Succeeds());
  EXPECT_TRUE(splitter.empty());

  ByteWriter longer;
  longer.Varint(4);
  longer.Varint(limits::kFrameBytesMax + 1);
  splitter.Feed(longer.bytes());
  EXPECT_THAT(splitter.Next(), FailsWith(ErrorCode::kLimit));
}

TEST(FrameSplitter, RefusesAHeaderThatIsNotTwoVarints) {
  for (const char* start : {"ffffffffffffffffffff01", "8000", "018000"}) {
    FrameSplitter splitter;
    Bytes bytes = FromHex(start).value();
    bytes.resize(20);
    splitter.Feed(bytes);
    EXPECT_THAT(splitter.Next(), FailsWith(ErrorCode::kCorrupt)) << start;
    EXPECT_THAT(splitter.Next(), FailsWith(ErrorCode::kCorrupt)) << "the stream is over";
  }
}

TEST(WireCodec, RefusesUnknownTypesAndTheOtherDirections) {
  const Bytes push = StreamOf(EveryPushFrame());
  const Bytes pull = StreamOf(EveryPullFrame());
  EXPECT_THAT(FramesOf<PullFrame>(push), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(FramesOf<PushFrame>(pull), FailsWith(ErrorCode::kCorrupt));
  for (const std::uint64_t type : {0ULL, 6ULL, 16ULL, 25ULL, ~0ULL}) {
    EXPECT_THAT(DecodePushFrame({type, {}}), FailsWith(ErrorCode::kCorrupt)) << type;
    EXPECT_THAT(DecodePullFrame({type, {}}), FailsWith(ErrorCode::kCorrupt)) << type;
  }
}

TEST(WireCodec, RefusesAnotherVersionOfTheProtocol) {
  EXPECT_THAT(DecodePushFrame(Raw(1, "0105")), Succeeds());
  EXPECT_THAT(DecodePushFrame(Raw(1, "0205")), FailsWith(ErrorCode::kNewerFormat));
  EXPECT_THAT(DecodePushFrame(Raw(1, "0005")), FailsWith(ErrorCode::kNewerFormat));
}

TEST(WireCodec, RefusesProblemsOutsideTheList) {
  const std::string id(32, '0');
  EXPECT_THAT(DecodePullFrame(Raw(19, id + "11")), Succeeds());
  EXPECT_THAT(DecodePullFrame(Raw(19, id + "00")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodePullFrame(Raw(19, id + "12")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodePullFrame(Raw(20, "0012")), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodePullFrame(Raw(23, id + "00")), FailsWith(ErrorCode::kCorrupt));
}

TEST(WireCodec, RefusesAMoreThatIsNeitherYesNorNo) {
  const std::string id(32, '0');
  EXPECT_THAT(DecodePullFrame(Raw(22, id + "0501")), Succeeds());
  EXPECT_THAT(DecodePullFrame(Raw(22, id + "0502")), FailsWith(ErrorCode::kCorrupt));
}

// Frames whose payload has a fixed shape; the others end with bytes of any length.
TEST(WireCodec, RefusesPayloadsThatAreCutOrHaveBytesLeftOver) {
  const auto expect_whole_only = [](const auto& frame) {
    Bytes stream;
    AppendFrame(stream, frame);
    FrameSplitter splitter;
    splitter.Feed(stream);
    const RawFrame raw = splitter.Next().value().value();
    ExpectOnlyTheWholeDecodes(raw.payload, [&](ByteView payload) {
      return Decode({raw.type, CopyOf(payload)}, &frame);
    });
  };
  for (const std::size_t index : {0U, 2U, 4U}) expect_whole_only(EveryPushFrame()[index]);
  for (const PushFrame& frame : PushOfAKnownHistory()) expect_whole_only(frame);
  for (const PullFrame& frame : PullOfHistories()) expect_whole_only(frame);
  for (const PullFrame& frame : PullOfTimes()) expect_whole_only(frame);
  for (const PullFrame& frame : PullOfAnOwnChain()) expect_whole_only(frame);
  for (const PullFrame& frame : PullOfChains()) expect_whole_only(frame);
  for (const std::size_t index : {1U, 2U, 3U, 4U, 6U, 7U, 8U})
    expect_whole_only(EveryPullFrame()[index]);
}

constexpr std::size_t kRequestBytesMax = 100;

Result<std::vector<Bytes>> DecodeList(ByteView bytes) {
  return DecodeEnrolmentList(bytes, kRequestBytesMax);
}

TEST(EnrolmentList, RoundTrips) {
  const std::vector<Bytes> requests = {{1, 2}, {}, Bytes(kRequestBytesMax, 7)};
  EXPECT_EQ(DecodeList(EncodeEnrolmentList(requests)).value(), requests);
  EXPECT_EQ(DecodeList(EncodeEnrolmentList({})).value(), std::vector<Bytes>());
}

TEST(EnrolmentList, RefusesTruncationsAndBytesLeftOver) {
  ExpectOnlyTheWholeDecodes(EncodeEnrolmentList({{1, 2}, {3}}), DecodeList);
}

TEST(EnrolmentList, RefusesTooManyAndTooLong) {
  const std::vector<Bytes> most(limits::kPendingEnrolmentsMax);
  EXPECT_THAT(DecodeList(EncodeEnrolmentList(most)), Succeeds());
  const std::vector<Bytes> more(limits::kPendingEnrolmentsMax + 1);
  EXPECT_THAT(DecodeList(EncodeEnrolmentList(more)), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(DecodeList(EncodeEnrolmentList({Bytes(kRequestBytesMax + 1)})),
              FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
