#pragma once

#include <compare>
#include <cstring>
#include <functional>

#include "platform/base/bytes.h"

namespace sacoche {

// Sixteen bytes that cannot be mixed up with another kind of id.
template <class Tag>
struct StrongId {
  static constexpr std::size_t kSize = 16;
  ByteArray<kSize> bytes{};

  auto operator<=>(const StrongId&) const = default;
  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] bool is_zero() const { return *this == StrongId{}; }
  [[nodiscard]] std::string ToHex() const { return sacoche::ToHex(bytes); }

  static StrongId FromArray(const ByteArray<kSize>& array) { return StrongId{array}; }

  static std::optional<StrongId> FromView(ByteView view) {
    if (view.size() != kSize) return std::nullopt;
    StrongId id;
    std::copy(view.begin(), view.end(), id.bytes.begin());
    return id;
  }

  static std::optional<StrongId> FromHex(std::string_view hex) {
    const auto raw = sacoche::FromHex(hex);
    return raw ? FromView(*raw) : std::nullopt;
  }

  // 8-4-4-4-12 hexadecimal digits, as RFC 9562 writes a UUID.
  [[nodiscard]] std::string ToUuid() const {
    std::string text = ToHex();
    for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
    return text;
  }

  static std::optional<StrongId> FromUuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string hex;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash != (text[i] == '-')) return std::nullopt;
      if (!dash) hex.push_back(text[i]);
    }
    return FromHex(hex);
  }
};

// UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds since the Unix epoch, then random bits.
template <class Id>
Id MakeUuidV7(std::uint64_t unix_ms, const ByteArray<10>& random) {
  Id id;
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace sacoche

template <class Tag>
struct std::hash<sacoche::StrongId<Tag>> {
  // Ids are random in their last bytes, so these are hash enough.
  std::size_t operator()(const sacoche::StrongId<Tag>& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data() + 8, sizeof value);
    return value;
  }
};
