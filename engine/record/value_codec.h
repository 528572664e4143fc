#pragma once

#include "engine/record/value.h"
#include "platform/base/byte_codec.h"

namespace sacoche {

// The one encoding of a value, in the store and inside bundles:
//
//   value = kind (1) content
//   text, code: sized UTF-8; integer: zigzag varint; date: precision (1) year month-or-season day,
//   as far as the precision needs them; reference: 16 bytes; flag: 0 or 1; list: count, values;
//   opaque: sized bytes
//
// One value has one encoding, so encodings compare as keys. A decoder MUST refuse an unknown kind,
// a text over kTextBytesMax, text that is not UTF-8, an impossible date, a flag other than 0 or 1,
// a list inside a list, a list of more than kListItemsMax, opaque bytes inside a list and more than
// kOpaqueBytesMax of them.

inline constexpr std::size_t kTextBytesMax = 64 * 1024;
inline constexpr std::size_t kCodeBytesMax = 64;
inline constexpr std::size_t kListItemsMax = 1024;
inline constexpr std::size_t kOpaqueBytesMax = 256 * 1024;

void WriteValue(ByteWriter& out, const Value& value);
[[nodiscard]] Value ReadValue(ByteReader& in);  // fails the reader on what must be refused

[[nodiscard]] Bytes EncodeValue(const Value& value);
[[nodiscard]] Result<Value> DecodeValue(ByteView bytes);

// Well-formed UTF-8 (RFC 3629), without U+0000.
[[nodiscard]] bool IsText(ByteView bytes);

}  // namespace sacoche
