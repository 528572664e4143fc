#pragma once

#include "engine/wire/push.h"

namespace sacoche {

// What a laptop writes on a stick for another laptop: sealed envelopes as they travel over the
// network, and what the writer holds. PROTOCOL.md, "Carried files".
//
//   carried-file = "sacoche" format (1) carrier held-chain* envelope* end
//
// Frames are those of wire_codec.h. Types: 48 carrier, 49 held chain, 50 envelope, 51 end. Never
// renumbered.

inline constexpr std::uint8_t kCarriedFileFormat = 1;

// First, and once: who made the file, and of which organisation.
struct CarrierFrame {
  DeviceId device;
  ByteArray<32> root{};  // the organisation's root key
  bool operator==(const CarrierFrame&) const = default;
};

// The carrier holds that author's envelopes in the space up to that counter.
struct HeldChainFrame {
  SpaceId space;
  DeviceId author;
  std::uint64_t counter = 0;
  bool operator==(const HeldChainFrame&) const = default;
};

// Last, and once: the carrier's signature of everything before.
struct CarriedEndFrame {
  ByteArray<64> signature{};
  bool operator==(const CarriedEndFrame&) const = default;
};

using CarriedFrame = std::variant<CarrierFrame, HeldChainFrame, EnvelopeFrame, CarriedEndFrame>;

// The beginning of a file.
[[nodiscard]] Bytes BeginCarriedFile();
void AppendFrame(Bytes& out, const CarriedFrame& frame);

// Reads a file frame by frame. Checks its structure and no signature.
class CarriedFileReader {
 public:
  // kInvalidInput: it is something else; kNewerFormat.
  static Result<CarriedFileReader> Open(ByteView file);

  // The next frame; nothing behind the last. kCorrupt: the file was cut short, or is damaged.
  Result<std::optional<CarriedFrame>> Next();

  // The file's bytes before the frame that Next gave last.
  [[nodiscard]] ByteView Before() const { return file_.first(before_); }

 private:
  explicit CarriedFileReader(ByteView file);

  ByteView file_;
  std::size_t before_;
  std::size_t next_;
  std::optional<std::size_t> last_kind_;  // the place in CarriedFrame
};

}  // namespace sacoche
