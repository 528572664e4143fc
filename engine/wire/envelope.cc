#include "engine/wire/envelope.h"

#include "engine/wire/limits.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

void WriteHeader(ByteWriter& out, const EnvelopeHeader& header) {
  out.Byte(header.view ? kEnvelopeFormatWithView : kEnvelopeFormat);
  out.Raw(header.space.view());
  out.Varint(header.epoch);
  out.Raw(header.device.view());
  out.Raw(header.id.view());
  out.Varint(header.counter);
  out.Raw(header.previous);
  out.Varint(header.seen_head);
  if (!header.view) return;
  out.Raw(header.view->history);
  out.Varint(header.view->directory);
  out.Raw(header.view->directory_tag);
}

EnvelopeHeader ReadHeader(ByteReader& in, std::uint8_t format) {
  EnvelopeHeader header;
  header.space = SpaceId::FromArray(in.Array<16>());
  header.epoch = in.Varint();
  header.device = DeviceId::FromArray(in.Array<16>());
  header.id = EnvelopeId::FromArray(in.Array<16>());
  header.counter = in.Varint();
  header.previous = in.Array<32>();
  header.seen_head = in.Varint();
  if (format == kEnvelopeFormatWithView) {
    ServerView view;
    view.history = in.Array<8>();
    view.directory = in.Varint();
    view.directory_tag = in.Array<8>();
    header.view = view;
  }
  if (header.counter == 0 || header.epoch == 0) in.SetFailed();
  return header;
}

EnvelopeItem ReadItem(ByteReader& in) {
  EnvelopeItem item;
  item.handle = in.Array<8>();
  const std::uint64_t kind = in.Varint();
  item.erased = (kind & 1) != 0;
  const std::uint64_t length = item.erased ? 32 : kind >> 1;
  if ((item.erased && kind != 1) || length > limits::kItemBytesMax) in.SetFailed();
  item.bytes = CopyOf(in.Raw(static_cast<std::size_t>(length)));
  return item;
}

}  // namespace

Bytes EncodeHeader(const EnvelopeHeader& header) {
  ByteWriter out;
  WriteHeader(out, header);
  return std::move(out).Take();
}

Bytes EncodeEnvelope(const Envelope& envelope) {
  ByteWriter out;
  WriteHeader(out, envelope.header);
  out.Varint(envelope.items.size());
  for (const EnvelopeItem& item : envelope.items) {
    out.Raw(item.handle);
    out.Varint(item.erased ? 1 : item.bytes.size() << 1);
    out.Raw(item.bytes);
  }
  out.Raw(envelope.signature);
  return std::move(out).Take();
}

Result<Envelope> DecodeEnvelope(ByteView bytes) {
  if (bytes.size() > limits::kEnvelopeBytesMax)
    return Fail(ErrorCode::kLimit, "an envelope is larger than allowed");
  ByteReader in(bytes);
  const std::uint8_t format = in.Byte();
  if (in.ok() && format != kEnvelopeFormat && format != kEnvelopeFormatWithView)
    return Fail(ErrorCode::kNewerFormat, "an envelope has an unknown format", "Update Sacoche.");
  Envelope envelope;
  envelope.header = ReadHeader(in, format);
  const std::size_t count = in.Count(limits::kEnvelopeItemsMax, 9);
  if (count == 0) in.SetFailed();
  for (std::size_t i = 0; i < count && in.ok(); ++i) envelope.items.push_back(ReadItem(in));
  envelope.signature = in.Array<64>();
  SACOCHE_TRY(in.Finish("an envelope"));
  return envelope;
}

}  // namespace sacoche
