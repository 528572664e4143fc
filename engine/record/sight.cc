#include "engine/record/sight.h"

#include "engine/causality/version_vector_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::uint8_t kSightFormat = 1;
constexpr VersionVectorLimits kLimits = {kSightReplicasMax, kSightBeyondMax, kDotCounterMax};
constexpr std::size_t kClosingBytesMin = ReplicaId::kSize + 2;

bool IsWithin(const VersionVector& seen) {
  return seen.contiguous().size() <= kSightReplicasMax && seen.beyond_gaps() <= kSightBeyondMax;
}

}  // namespace

Result<Bytes> EncodeSight(const Sight& sight) {
  ByteWriter out;
  out.Byte(kSightFormat);
  out.Byte(sight.looked == Sight::Looked::kYes ? 1 : 0);
  out.Varint(sight.of.size());
  bool fits = sight.of.size() <= kSightClosingsMax;
  for (const auto& [closing, seen] : sight.of) {
    out.Raw(closing.replica.view());
    out.Varint(closing.counter);
    WriteVersionVector(out, seen);
    fits = fits && IsWithin(seen);
  }
  if (!fits || out.size() > kSightBytesMax)
    return Fail(ErrorCode::kLimit, "what was seen of a closed record is too much to be kept");
  return std::move(out).Take();
}

Bytes EncodeSightOrLess(const Sight& sight) {
  if (auto whole = EncodeSight(sight)) return std::move(*whole);
  Sight less;
  less.looked = sight.looked;
  for (const auto& [closing, seen] : sight.of) {
    if (less.of.size() == kSightClosingsMax) break;
    less.of[closing].Add(closing);
  }
  auto encoded = EncodeSight(less);
  SACOCHE_CHECK(encoded.has_value());
  return std::move(*encoded);
}

Result<Sight> DecodeSight(ByteView bytes) {
  if (bytes.size() > kSightBytesMax)
    return Fail(ErrorCode::kCorrupt, "what was seen of a closed record is larger than allowed");
  ByteReader in(bytes);
  if (in.Byte() != kSightFormat && in.ok())
    return Fail(ErrorCode::kNewerFormat, "only a newer release reads what was seen of a record");
  Sight sight;
  const std::uint8_t looked = in.Byte();
  if (looked > 1) in.SetFailed();
  sight.looked = looked == 1 ? Sight::Looked::kYes : Sight::Looked::kNo;
  const std::size_t closings = in.Count(kSightClosingsMax, kClosingBytesMin);
  for (std::size_t i = 0; i < closings && in.ok(); ++i) {
    Dot closing{ReplicaId::FromArray(in.Array<ReplicaId::kSize>()), in.Varint()};
    if (closing.counter == 0 || (!sight.of.empty() && sight.of.rbegin()->first >= closing))
      in.SetFailed();
    sight.of.emplace(closing, ReadVersionVector(in, kLimits));
  }
  SACOCHE_TRY(in.Finish("what was seen of a closed record"));
  return sight;
}

}  // namespace sacoche
