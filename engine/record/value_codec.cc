#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

enum Kind : std::uint8_t {
  kNothing = 0,
  kText = 1,
  kInteger = 2,
  kDate = 3,
  kCode = 4,
  kReference = 5,
  kFlag = 6,
  kList = 7,
  kOpaque = 8,
};
static_assert(std::variant_size_v<Value::Variant> == kOpaque + 1);

void WriteDate(ByteWriter& out, const Date& date) {
  out.Byte(static_cast<std::uint8_t>(date.precision));
  if (date.precision >= Date::Precision::kYear) out.Varint(date.year);
  if (date.precision >= Date::Precision::kSeason) out.Byte(date.month_or_season);
  if (date.precision == Date::Precision::kDay) out.Byte(date.day);
}

Date ReadDate(ByteReader& in) {
  Date date;
  const std::uint8_t precision = in.Byte();
  if (precision > static_cast<std::uint8_t>(Date::Precision::kDay)) in.SetFailed();
  date.precision = static_cast<Date::Precision>(precision);
  if (date.precision >= Date::Precision::kYear) date.year = in.VarintAs<std::uint16_t>();
  if (date.precision >= Date::Precision::kSeason) date.month_or_season = in.Byte();
  if (date.precision == Date::Precision::kDay) date.day = in.Byte();
  if (in.ok() && !IsValid(date)) in.SetFailed();
  return in.ok() ? date : Date{};
}

std::string ReadText(ByteReader& in, std::size_t bytes_max) {
  const ByteView view = in.Sized(bytes_max);
  if (!IsText(view)) in.SetFailed();
  return std::string(TextOf(view));
}

struct Writer {
  ByteWriter& out;
  void operator()(std::monostate) const {}
  void operator()(const std::string& text) const { out.Sized(ViewOf(text)); }
  void operator()(std::int64_t number) const { out.SignedVarint(number); }
  void operator()(const Date& date) const { WriteDate(out, date); }
  void operator()(const Code& code) const { out.Sized(ViewOf(code.text)); }
  void operator()(const RecordId& id) const { out.Raw(id.view()); }
  void operator()(bool flag) const { out.Byte(flag ? 1 : 0); }
  void operator()(const ValueList& list) const {
    out.Varint(list.size());
    for (const Value& value : list) WriteValue(out, value);
  }
  void operator()(const Bytes& bytes) const { out.Sized(bytes); }
};

enum class Nesting { kListAllowed, kElement };

Value ReadNested(ByteReader& in, Nesting nesting) {
  switch (in.Byte()) {
    case kNothing:
      return Value::Nothing();
    case kText:
      return Value::Text(ReadText(in, kTextBytesMax));
    case kInteger:
      return Value::Integer(in.SignedVarint());
    case kDate:
      return Value::OfDate(ReadDate(in));
    case kCode:
      return Value::OfCode(ReadText(in, kCodeBytesMax));
    case kReference:
      return Value::Reference(RecordId::FromArray(in.Array<RecordId::kSize>()));
    case kFlag: {
      const std::uint8_t flag = in.Byte();
      if (flag > 1) in.SetFailed();
      return Value::Flag(flag == 1);
    }
    case kList: {
      if (nesting == Nesting::kElement) break;
      ValueList list;
      const std::size_t count = in.Count(kListItemsMax);
      for (std::size_t i = 0; i < count && in.ok(); ++i)
        list.push_back(ReadNested(in, Nesting::kElement));
      return Value::List(std::move(list));
    }
    case kOpaque:
      if (nesting == Nesting::kElement) break;
      return Value::Opaque(CopyOf(in.Sized(kOpaqueBytesMax)));
    default:
      break;
  }
  in.SetFailed();
  return {};
}

// The length of the UTF-8 sequence at the front, or 0 if it is not one.
std::size_t SequenceLength(ByteView bytes) {
  const std::uint8_t first = bytes[0];
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((bytes[i] & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const std::uint8_t second = bytes[1];
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  return length;
}

}  // namespace

void WriteValue(ByteWriter& out, const Value& value) {
  out.Byte(static_cast<std::uint8_t>(value.v.index()));
  std::visit(Writer{out}, value.v);
}

Value ReadValue(ByteReader& in) { return ReadNested(in, Nesting::kListAllowed); }

Bytes EncodeValue(const Value& value) {
  ByteWriter out;
  WriteValue(out, value);
  return std::move(out).Take();
}

Result<Value> DecodeValue(ByteView bytes) {
  ByteReader in(bytes);
  Value value = ReadValue(in);
  SACOCHE_TRY(in.Finish("a value"));
  return value;
}

bool IsText(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t length = SequenceLength(bytes);
    if (length == 0) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace sacoche
