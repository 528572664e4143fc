#pragma once

#include "engine/causality/version_vector.h"
#include "engine/record/record.h"

namespace sacoche {

// What the people had seen who closed a record, or wrote into one that they saw closed. It stands
// in a register of the closing's field, beside the state, and tells what was written without sight
// of a closing from what was written after it (record/closing.h).
struct Sight {
  // Of each closing, by the dot of its write: all that its author had seen in what it closes, and
  // all that was written there by people who saw it.
  std::map<Dot, VersionVector> of;
  // Its author looked at what was written meanwhile, and the closing is well as it stands.
  enum class Looked { kNo, kYes } looked = Looked::kNo;

  bool operator==(const Sight&) const = default;
};

inline constexpr std::size_t kSightClosingsMax = 64;
inline constexpr std::size_t kSightReplicasMax = 4096;
inline constexpr std::size_t kSightBeyondMax = 4096;
inline constexpr std::size_t kSightBytesMax = 32 * 1024;

// format (1 byte: 1), looked (0 or 1), the number of closings; of each, ascending by dot: replica
// (16 bytes), counter, and the vector (causality/version_vector_codec.h).
// kLimit: it is larger than is kept.
[[nodiscard]] Result<Bytes> EncodeSight(const Sight& sight);
// Where all of it is too much: that the closings were seen. Then more is flagged than need be.
[[nodiscard]] Bytes EncodeSightOrLess(const Sight& sight);
// kCorrupt: not what EncodeSight writes. kNewerFormat: another format.
[[nodiscard]] Result<Sight> DecodeSight(ByteView bytes);

}  // namespace sacoche
