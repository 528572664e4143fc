#include "engine/wire/wire_codec.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kHello = 1;
constexpr std::uint64_t kStatement = 2;
constexpr std::uint64_t kCursor = 3;
constexpr std::uint64_t kEnvelope = 4;
constexpr std::uint64_t kPushEnd = 5;
constexpr std::uint64_t kRecall = 6;
constexpr std::uint64_t kKnownHistory = 7;
constexpr std::uint64_t kKnownSnapshot = 8;
constexpr std::uint64_t kSnapshotHead = 9;
constexpr std::uint64_t kSnapshotPart = 10;
constexpr std::uint64_t kKnownDirectory = 11;
constexpr std::uint64_t kDirectory = 17;
constexpr std::uint64_t kAcknowledgement = 18;
constexpr std::uint64_t kRefusal = 19;
constexpr std::uint64_t kStatementOutcome = 20;
constexpr std::uint64_t kStoredEnvelope = 21;
constexpr std::uint64_t kHead = 22;
constexpr std::uint64_t kSpaceRefused = 23;
constexpr std::uint64_t kPullEnd = 24;
constexpr std::uint64_t kHistory = 26;
constexpr std::uint64_t kAnotherHistory = 27;
constexpr std::uint64_t kReceipt = 28;
constexpr std::uint64_t kServerTime = 29;
constexpr std::uint64_t kServerKey = 30;
constexpr std::uint64_t kOwnChain = 31;
constexpr std::uint64_t kSnapshotOutcome = 32;
constexpr std::uint64_t kStoredSnapshot = 33;
constexpr std::uint64_t kStoredSnapshotPart = 34;
constexpr std::uint64_t kSnapshotCover = 35;
constexpr std::uint64_t kAnotherDirectory = 36;
constexpr std::uint64_t kBeginsLate = 37;
constexpr std::uint64_t kChain = 38;

// The frame header is two varints: at most this long.
constexpr std::size_t kFrameHeaderBytesMax = 20;

std::uint64_t Write(ByteWriter& out, const HelloFrame& frame) {
  out.Varint(HelloFrame::kProtocolVersion);
  out.Varint(frame.directory_cursor);
  return kHello;
}

std::uint64_t Write(ByteWriter& out, const StatementFrame& frame) {
  out.Raw(frame.statement);
  return kStatement;
}

std::uint64_t Write(ByteWriter& out, const CursorFrame& frame) {
  out.Raw(frame.space.view());
  out.Varint(frame.cursor);
  return frame.from == CursorFrame::From::kOthers ? kCursor : kRecall;
}

std::uint64_t Write(ByteWriter& out, const KnownDirectoryFrame& frame) {
  out.Varint(frame.statements);
  out.Raw(frame.tag);
  return kKnownDirectory;
}

std::uint64_t Write(ByteWriter&, const AnotherDirectoryFrame&) { return kAnotherDirectory; }

std::uint64_t Write(ByteWriter& out, const BeginsLateFrame& frame) {
  out.Varint(frame.sequence);
  return kBeginsLate;
}

std::uint64_t Write(ByteWriter& out, const KnownHistoryFrame& frame) {
  out.Varint(frame.sequence);
  out.Raw(frame.tag);
  return kKnownHistory;
}

std::uint64_t Write(ByteWriter& out, const HistoryFrame& frame) {
  out.Raw(frame.tag);
  return kHistory;
}

std::uint64_t Write(ByteWriter& out, const AnotherHistoryFrame& frame) {
  out.Raw(frame.space.view());
  return kAnotherHistory;
}

std::uint64_t Write(ByteWriter& out, const OwnChainFrame& frame) {
  out.Varint(frame.counter);
  return kOwnChain;
}

std::uint64_t Write(ByteWriter& out, const ChainFrame& frame) {
  out.Raw(frame.device.view());
  out.Varint(frame.counter);
  return kChain;
}

std::uint64_t Write(ByteWriter& out, const ReceiptFrame& frame) {
  out.Varint(frame.received_s);
  return kReceipt;
}

std::uint64_t Write(ByteWriter& out, const ServerTimeFrame& frame) {
  out.Varint(frame.server_ms);
  out.Raw(frame.signature);
  return kServerTime;
}

std::uint64_t Write(ByteWriter& out, const ServerKeyFrame& frame) {
  out.Raw(frame.time_key);
  return kServerKey;
}

std::uint64_t Write(ByteWriter& out, const KnownSnapshotFrame& frame) {
  out.Raw(frame.id.view());
  out.Varint(frame.parts);
  return kKnownSnapshot;
}

std::uint64_t Write(ByteWriter& out, const SnapshotHeadFrame& frame) {
  out.Raw(frame.head);
  return kSnapshotHead;
}

std::uint64_t Write(ByteWriter& out, const SnapshotPartFrame& frame) {
  out.Varint(frame.index);
  out.Raw(frame.part);
  return kSnapshotPart;
}

std::uint64_t Write(ByteWriter& out, const SnapshotOutcomeFrame& frame) {
  out.Raw(frame.snapshot.view());
  out.Varint(frame.parts);
  out.Byte(frame.problem ? static_cast<std::uint8_t>(*frame.problem) : 0);
  return kSnapshotOutcome;
}

std::uint64_t Write(ByteWriter& out, const StoredSnapshotFrame& frame) {
  out.Raw(frame.head);
  return kStoredSnapshot;
}

std::uint64_t Write(ByteWriter& out, const StoredSnapshotPartFrame& frame) {
  out.Varint(frame.index);
  out.Raw(frame.part);
  return kStoredSnapshotPart;
}

std::uint64_t Write(ByteWriter& out, const SnapshotCoverFrame& frame) {
  out.Varint(frame.sequence);
  out.Raw(frame.chains);
  return kSnapshotCover;
}

std::uint64_t Write(ByteWriter& out, const EnvelopeFrame& frame) {
  out.Raw(frame.envelope);
  return kEnvelope;
}

std::uint64_t Write(ByteWriter&, const PushEndFrame&) { return kPushEnd; }

std::uint64_t Write(ByteWriter& out, const DirectoryFrame& frame) {
  out.Varint(frame.sequence);
  out.Raw(frame.statement);
  return kDirectory;
}

std::uint64_t Write(ByteWriter& out, const AcknowledgementFrame& frame) {
  out.Raw(frame.envelope.view());
  out.Varint(frame.sequence);
  return kAcknowledgement;
}

std::uint64_t Write(ByteWriter& out, const RefusalFrame& frame) {
  out.Raw(frame.envelope.view());
  out.Byte(static_cast<std::uint8_t>(frame.problem));
  return kRefusal;
}

std::uint64_t Write(ByteWriter& out, const StatementOutcomeFrame& frame) {
  out.Varint(frame.index);
  out.Byte(frame.problem ? static_cast<std::uint8_t>(*frame.problem) : 0);
  return kStatementOutcome;
}

std::uint64_t Write(ByteWriter& out, const StoredEnvelopeFrame& frame) {
  out.Varint(frame.sequence);
  out.Raw(frame.envelope);
  return kStoredEnvelope;
}

std::uint64_t Write(ByteWriter& out, const HeadFrame& frame) {
  out.Raw(frame.space.view());
  out.Varint(frame.sequence);
  out.Byte(frame.more ? 1 : 0);
  return kHead;
}

std::uint64_t Write(ByteWriter& out, const SpaceRefusedFrame& frame) {
  out.Raw(frame.space.view());
  out.Byte(static_cast<std::uint8_t>(frame.problem));
  return kSpaceRefused;
}

std::uint64_t Write(ByteWriter& out, const PullEndFrame& frame) {
  out.Varint(frame.server_time_ms);
  return kPullEnd;
}

template <class Frame>
void AppendAny(Bytes& out, const Frame& frame) {
  ByteWriter payload;
  const std::uint64_t type = std::visit([&](const auto& f) { return Write(payload, f); }, frame);
  AppendRawFrame(out, type, payload.bytes());
}

ProblemType ReadProblem(ByteReader& in) {
  const auto problem = ProblemFromNumber(in.Byte());
  if (!problem) in.SetFailed();
  return problem.value_or(ProblemType::kMalformed);
}

std::optional<ProblemType> ReadOptionalProblem(ByteReader& in) {
  const std::uint8_t number = in.Byte();
  if (number == 0) return std::nullopt;
  const auto problem = ProblemFromNumber(number);
  if (!problem) in.SetFailed();
  return problem;
}

Bytes ReadRest(ByteReader& in) { return CopyOf(in.Raw(in.remaining())); }

template <class Id>
Id ReadId(ByteReader& in) {
  return Id::FromArray(in.Array<Id::kSize>());
}

template <class Frame>
Result<Frame> Finished(const ByteReader& in, Frame frame) {
  SACOCHE_TRY(in.Finish("a frame of the sync protocol"));
  return frame;
}

tl::unexpected<Error> UnknownType() {
  return Fail(ErrorCode::kCorrupt, "a frame of the sync protocol has an unknown type");
}

}  // namespace

void AppendRawFrame(Bytes& out, std::uint64_t type, ByteView payload) {
  ByteWriter header;
  header.Varint(type);
  header.Varint(payload.size());
  Append(out, header.bytes());
  Append(out, payload);
}

void AppendFrame(Bytes& out, const PushFrame& frame) { AppendAny(out, frame); }
void AppendFrame(Bytes& out, const PullFrame& frame) { AppendAny(out, frame); }

void FrameSplitter::Feed(ByteView bytes) {
  if (start_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  Append(buffer_, bytes);
}

Result<std::optional<FrameSplitter::RawFrame>> FrameSplitter::Next() {
  const ByteView rest = ByteView(buffer_).subspan(start_);
  ByteReader in(rest);
  RawFrame frame;
  frame.type = in.Varint();
  const std::uint64_t length = in.Varint();
  if (!in.ok()) {
    if (rest.size() >= kFrameHeaderBytesMax)
      return Fail(ErrorCode::kCorrupt, "a frame of the sync protocol is malformed");
    return std::optional<RawFrame>();
  }
  if (length > limits::kFrameBytesMax)
    return Fail(ErrorCode::kLimit, "a frame of the sync protocol is larger than allowed");
  if (in.remaining() < length) return std::optional<RawFrame>();
  frame.payload = CopyOf(in.Raw(static_cast<std::size_t>(length)));
  start_ += rest.size() - in.remaining();
  return std::optional<RawFrame>(std::move(frame));
}

Result<PushFrame> DecodePushFrame(const FrameSplitter::RawFrame& frame) {
  ByteReader in(frame.payload);
  switch (frame.type) {
    case kHello: {
      if (in.Varint() != HelloFrame::kProtocolVersion && in.ok())
        return Fail(ErrorCode::kNewerFormat, "the peer speaks another version of the protocol",
                    "Update Sacoche on the older side.");
      return Finished<PushFrame>(in, HelloFrame{in.Varint()});
    }
    case kStatement:
      return Finished<PushFrame>(in, StatementFrame{ReadRest(in)});
    case kCursor:
    case kRecall: {
      CursorFrame cursor;
      cursor.from =
          frame.type == kCursor ? CursorFrame::From::kOthers : CursorFrame::From::kEverybody;
      cursor.space = ReadId<SpaceId>(in);
      cursor.cursor = in.Varint();
      return Finished<PushFrame>(in, cursor);
    }
    case kKnownDirectory: {
      KnownDirectoryFrame known;
      known.statements = in.Varint();
      known.tag = in.Array<8>();
      return Finished<PushFrame>(in, known);
    }
    case kKnownHistory: {
      KnownHistoryFrame known;
      known.sequence = in.Varint();
      known.tag = in.Array<8>();
      return Finished<PushFrame>(in, known);
    }
    case kEnvelope:
      return Finished<PushFrame>(in, EnvelopeFrame{ReadRest(in)});
    case kKnownSnapshot: {
      KnownSnapshotFrame known;
      known.id = ReadId<SnapshotId>(in);
      known.parts = in.Varint();
      return Finished<PushFrame>(in, known);
    }
    case kSnapshotHead:
      return Finished<PushFrame>(in, SnapshotHeadFrame{ReadRest(in)});
    case kSnapshotPart: {
      SnapshotPartFrame part;
      part.index = in.Varint();
      part.part = ReadRest(in);
      return Finished<PushFrame>(in, std::move(part));
    }
    case kPushEnd:
      return Finished<PushFrame>(in, PushEndFrame{});
    default:
      return UnknownType();
  }
}

Result<PullFrame> DecodePullFrame(const FrameSplitter::RawFrame& raw) {
  ByteReader in(raw.payload);
  switch (raw.type) {
    case kDirectory: {
      DirectoryFrame frame;
      frame.sequence = in.Varint();
      frame.statement = ReadRest(in);
      return Finished<PullFrame>(in, std::move(frame));
    }
    case kAcknowledgement: {
      AcknowledgementFrame frame;
      frame.envelope = ReadId<EnvelopeId>(in);
      frame.sequence = in.Varint();
      return Finished<PullFrame>(in, frame);
    }
    case kRefusal: {
      RefusalFrame frame;
      frame.envelope = ReadId<EnvelopeId>(in);
      frame.problem = ReadProblem(in);
      return Finished<PullFrame>(in, frame);
    }
    case kStatementOutcome: {
      StatementOutcomeFrame frame;
      frame.index = in.Varint();
      frame.problem = ReadOptionalProblem(in);
      return Finished<PullFrame>(in, frame);
    }
    case kStoredEnvelope: {
      StoredEnvelopeFrame frame;
      frame.sequence = in.Varint();
      frame.envelope = ReadRest(in);
      return Finished<PullFrame>(in, std::move(frame));
    }
    case kHead: {
      HeadFrame frame;
      frame.space = ReadId<SpaceId>(in);
      frame.sequence = in.Varint();
      const std::uint8_t more = in.Byte();
      if (more > 1) in.SetFailed();
      frame.more = more == 1;
      return Finished<PullFrame>(in, frame);
    }
    case kHistory:
      return Finished<PullFrame>(in, HistoryFrame{in.Array<8>()});
    case kAnotherDirectory:
      return Finished<PullFrame>(in, AnotherDirectoryFrame{});
    case kBeginsLate:
      return Finished<PullFrame>(in, BeginsLateFrame{in.Varint()});
    case kAnotherHistory:
      return Finished<PullFrame>(in, AnotherHistoryFrame{ReadId<SpaceId>(in)});
    case kOwnChain:
      return Finished<PullFrame>(in, OwnChainFrame{in.Varint()});
    case kChain: {
      ChainFrame frame;
      frame.device = ReadId<DeviceId>(in);
      frame.counter = in.Varint();
      if (frame.counter == 0) in.SetFailed();
      return Finished<PullFrame>(in, frame);
    }
    case kReceipt:
      return Finished<PullFrame>(in, ReceiptFrame{in.Varint()});
    case kServerTime: {
      ServerTimeFrame frame;
      frame.server_ms = in.Varint();
      if (frame.server_ms > limits::kServerTimeMsMax) in.SetFailed();
      frame.signature = in.Array<64>();
      return Finished<PullFrame>(in, frame);
    }
    case kServerKey:
      return Finished<PullFrame>(in, ServerKeyFrame{in.Array<32>()});
    case kSpaceRefused: {
      SpaceRefusedFrame frame;
      frame.space = ReadId<SpaceId>(in);
      frame.problem = ReadProblem(in);
      return Finished<PullFrame>(in, frame);
    }
    case kSnapshotOutcome: {
      SnapshotOutcomeFrame frame;
      frame.snapshot = ReadId<SnapshotId>(in);
      frame.parts = in.Varint();
      frame.problem = ReadOptionalProblem(in);
      return Finished<PullFrame>(in, frame);
    }
    case kStoredSnapshot:
      return Finished<PullFrame>(in, StoredSnapshotFrame{ReadRest(in)});
    case kStoredSnapshotPart: {
      StoredSnapshotPartFrame frame;
      frame.index = in.Varint();
      frame.part = ReadRest(in);
      return Finished<PullFrame>(in, std::move(frame));
    }
    case kSnapshotCover: {
      SnapshotCoverFrame frame;
      frame.sequence = in.Varint();
      frame.chains = in.Array<8>();
      return Finished<PullFrame>(in, frame);
    }
    case kPullEnd:
      return Finished<PullFrame>(in, PullEndFrame{in.Varint()});
    default:
      return UnknownType();
  }
}

Bytes EncodeEnrolmentList(const std::vector<Bytes>& requests) {
  ByteWriter out;
  out.Varint(requests.size());
  for (const Bytes& request : requests) out.Sized(request);
  return std::move(out).Take();
}

Result<std::vector<Bytes>> DecodeEnrolmentList(ByteView bytes, std::size_t request_bytes_max) {
  ByteReader in(bytes);
  const std::size_t count = in.Count(limits::kPendingEnrolmentsMax);
  std::vector<Bytes> requests;
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    requests.push_back(CopyOf(in.Sized(request_bytes_max)));
  SACOCHE_TRY(in.Finish("the list of enrolment requests"));
  return requests;
}

}  // namespace sacoche
