#include "engine/wire/carried_file.h"

#include "engine/wire/wire_codec.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kMagic = "sacoche";

constexpr std::uint64_t kCarrier = 48;
constexpr std::uint64_t kHeldChain = 49;
constexpr std::uint64_t kEnvelope = 50;
constexpr std::uint64_t kEnd = 51;

constexpr std::size_t kFirstKind = 0;
constexpr std::size_t kLastKind = std::variant_size_v<CarriedFrame> - 1;

std::uint64_t Write(ByteWriter& out, const CarrierFrame& frame) {
  out.Raw(frame.device.view());
  out.Raw(frame.root);
  return kCarrier;
}

std::uint64_t Write(ByteWriter& out, const HeldChainFrame& frame) {
  out.Raw(frame.space.view());
  out.Raw(frame.author.view());
  out.Varint(frame.counter);
  return kHeldChain;
}

std::uint64_t Write(ByteWriter& out, const EnvelopeFrame& frame) {
  out.Raw(frame.envelope);
  return kEnvelope;
}

std::uint64_t Write(ByteWriter& out, const CarriedEndFrame& frame) {
  out.Raw(frame.signature);
  return kEnd;
}

tl::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kCorrupt, "the file is damaged, or was not written to its end",
              "What was whole in it was taken in. Have the file written once more.");
}

Result<CarriedFrame> Decode(std::uint64_t type, ByteView payload) {
  ByteReader in(payload);
  CarriedFrame frame;
  switch (type) {
    case kCarrier: {
      CarrierFrame carrier;
      carrier.device = DeviceId::FromArray(in.Array<DeviceId::kSize>());
      carrier.root = in.Array<32>();
      frame = carrier;
      break;
    }
    case kHeldChain: {
      HeldChainFrame held;
      held.space = SpaceId::FromArray(in.Array<SpaceId::kSize>());
      held.author = DeviceId::FromArray(in.Array<DeviceId::kSize>());
      held.counter = in.Varint();
      frame = held;
      break;
    }
    case kEnvelope:
      frame = EnvelopeFrame{CopyOf(in.Raw(in.remaining()))};
      break;
    case kEnd:
      frame = CarriedEndFrame{in.Array<64>()};
      break;
    default:
      return Damaged();
  }
  return in.Finish("a carried file") ? Result<CarriedFrame>(std::move(frame)) : Damaged();
}

}  // namespace

Bytes BeginCarriedFile() {
  Bytes file = CopyOf(ViewOf(kMagic));
  file.push_back(kCarriedFileFormat);
  return file;
}

void AppendFrame(Bytes& out, const CarriedFrame& frame) {
  ByteWriter payload;
  const std::uint64_t type = std::visit([&](const auto& f) { return Write(payload, f); }, frame);
  AppendRawFrame(out, type, payload.bytes());
}

CarriedFileReader::CarriedFileReader(ByteView file)
    : file_(file), before_(kMagic.size() + 1), next_(before_) {}

Result<CarriedFileReader> CarriedFileReader::Open(ByteView file) {
  if (file.size() <= kMagic.size() || TextOf(file.first(kMagic.size())) != kMagic)
    return Fail(ErrorCode::kInvalidInput, "this is not a file that Sacoche carries",
                "Choose the file that `sacoche carry out` wrote.");
  if (file[kMagic.size()] != kCarriedFileFormat)
    return Fail(ErrorCode::kNewerFormat, "the file was made by a newer release of Sacoche",
                "Update Sacoche on this laptop.");
  return CarriedFileReader(file);
}

Result<std::optional<CarriedFrame>> CarriedFileReader::Next() {
  ByteReader in(file_.subspan(next_));
  const bool has_ended = last_kind_ == kLastKind;
  if (in.remaining() == 0 && has_ended) return std::optional<CarriedFrame>();
  const std::uint64_t type = in.Varint();
  const std::uint64_t size = in.Varint();
  if (!in.ok() || has_ended || size > limits::kFrameBytesMax || size > in.remaining())
    return Damaged();
  SACOCHE_ASSIGN(CarriedFrame frame, Decode(type, in.Raw(static_cast<std::size_t>(size))));
  const std::size_t kind = frame.index();
  const bool is_once = kind == kFirstKind || kind == kLastKind;
  const bool is_in_order =
      last_kind_ ? kind >= *last_kind_ && !(is_once && kind == *last_kind_) : kind == kFirstKind;
  if (!is_in_order) return Damaged();
  last_kind_ = kind;
  before_ = next_;
  next_ = file_.size() - in.remaining();
  return std::optional(std::move(frame));
}

}  // namespace sacoche
