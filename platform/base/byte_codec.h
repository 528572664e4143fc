#pragma once

#include <cstring>
#include <limits>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// The one way in which the project's formats write numbers and byte strings. Varints are
// little-endian groups of seven bits (LEB128), at most ten bytes, and MUST be minimal: one value
// has one encoding, so that signed and hashed bytes are canonical.
class ByteWriter {
 public:
  void Byte(std::uint8_t value) { bytes_.push_back(value); }

  void Varint(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }

  // Zigzag, so that small negative numbers stay small.
  void SignedVarint(std::int64_t value) {
    Varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void Raw(ByteView bytes) { Append(bytes_, bytes); }

  // Length, then bytes.
  void Sized(ByteView bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] Bytes Take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// Reads what ByteWriter wrote, from bytes that anyone may have made. The first violation makes the
// reader fail for good: every later read gives zero or nothing. A decoder checks Finish() (or ok())
// once, and every count is read through Count(), which bounds it before anything is allocated.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  void SetFailed() {
    ok_ = false;
    rest_ = {};
  }

  std::uint8_t Byte() {
    if (!Need(1)) return 0;
    const std::uint8_t value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      if (!ok_) return 0;
      const std::uint64_t group = byte & 0x7f;
      if (shift == 63 && group > 1) break;
      value |= group << shift;
      if ((byte & 0x80) == 0) {
        if (byte == 0 && shift > 0) break;
        return value;
      }
    }
    SetFailed();
    return 0;
  }

  std::int64_t SignedVarint() {
    const std::uint64_t raw = Varint();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  }

  template <class Unsigned>
  Unsigned VarintAs() {
    const std::uint64_t value = Varint();
    if (value > std::numeric_limits<Unsigned>::max()) {
      SetFailed();
      return 0;
    }
    return static_cast<Unsigned>(value);
  }

  // A number of things to come, refused above `count_max`, and above what the rest can hold when
  // each takes at least `item_bytes_min`.
  std::size_t Count(std::size_t count_max, std::size_t item_bytes_min = 1) {
    const std::uint64_t count = Varint();
    if (count > count_max || count * item_bytes_min > rest_.size()) {
      SetFailed();
      return 0;
    }
    return static_cast<std::size_t>(count);
  }

  ByteView Raw(std::size_t size) {
    if (!Need(size)) return {};
    const ByteView view = rest_.first(size);
    rest_ = rest_.subspan(size);
    return view;
  }

  template <std::size_t N>
  ByteArray<N> Array() {
    ByteArray<N> array{};
    const ByteView view = Raw(N);
    if (ok_) std::memcpy(array.data(), view.data(), N);
    return array;
  }

  ByteView Sized(std::size_t size_max) {
    const std::uint64_t size = Varint();
    if (size > size_max) {
      SetFailed();
      return {};
    }
    return Raw(static_cast<std::size_t>(size));
  }

  // All bytes were read and none was wrong. `what` names the format in the error.
  Status Finish(std::string_view what) const {
    if (!ok_) return Fail(ErrorCode::kCorrupt, std::string(what) + " is malformed or cut short");
    if (!rest_.empty())
      return Fail(ErrorCode::kCorrupt, std::string(what) + " has bytes after its end");
    return {};
  }

 private:
  bool Need(std::size_t size) {
    if (ok_ && size <= rest_.size()) return true;
    SetFailed();
    return false;
  }

  ByteView rest_;
  bool ok_ = true;
};

}  // namespace sacoche
