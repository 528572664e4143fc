#pragma once

#include "engine/record/record.h"

namespace sacoche {

// One write to one register, with the dots that its author saw there and that it replaces.
struct FieldWrite {
  FieldId field{};
  Bytes element;  // RegisterKey::element
  Value value;
  std::vector<Dot> overwritten;

  bool operator==(const FieldWrite&) const = default;
};

struct RecordWrite {
  RecordId record;
  KindId kind{};
  std::vector<FieldWrite> writes;

  bool operator==(const RecordWrite&) const = default;
};

// One immutable fact: everything in it happened at once, on one device, in one dossier.
struct Change {
  Dot dot;
  Hlc hlc;
  DeviceId author;
  RecordId dossier;
  std::vector<RecordWrite> records;

  bool operator==(const Change&) const = default;
};

// Limits that every device can rely on when it stores or sends a change; bundle_codec refuses more.
inline constexpr std::size_t kChangeRecordsMax = 64;
inline constexpr std::size_t kRecordWritesMax = 2048;
inline constexpr std::size_t kOverwrittenMax = 1024;
inline constexpr std::size_t kElementBytesMax = 64 * 1024 + 16;
// The encoded size; half an item of an envelope.
inline constexpr std::size_t kChangeBytesMax = 256 * 1024;

}  // namespace sacoche
