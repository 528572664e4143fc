#include "engine/sync/directory_claims.h"

#include <algorithm>

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kClaims = "directory.claims";
// Beyond, a colleague's program makes them up: those that are here hold.
constexpr std::size_t kClaimsMax = 256;
constexpr std::size_t kClaimBytesMin = SpaceId::kSize + DeviceId::kSize + 2;

}  // namespace

Result<DirectoryClaims> DirectoryClaims::Load(Store& store) {
  DirectoryClaims claims;
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kClaims));
  if (bytes.empty()) return claims;
  ByteReader in(bytes.view());
  const std::size_t count = in.Count(kClaimsMax, kClaimBytesMin);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    DirectoryClaim& claim = claims.claims_.emplace_back();
    claim.space = SpaceId::FromArray(in.Array<SpaceId::kSize>());
    claim.device = DeviceId::FromArray(in.Array<DeviceId::kSize>());
    claim.counter = in.Varint();
    claim.statements = in.Varint();
  }
  SACOCHE_TRY(in.Finish("what colleagues were shown"));
  return claims;
}

Status DirectoryClaims::Save(Store& store) const {
  ByteWriter out;
  out.Varint(claims_.size());
  for (const DirectoryClaim& claim : claims_) {
    out.Raw(claim.space.view());
    out.Raw(claim.device.view());
    out.Varint(claim.counter);
    out.Varint(claim.statements);
  }
  return store.keys().Write(kClaims, out.bytes());
}

bool DirectoryClaims::Add(const DirectoryClaim& claim) {
  const auto covers = [](const DirectoryClaim& one, const DirectoryClaim& other) {
    return one.space == other.space && one.device == other.device && one.counter >= other.counter &&
           one.statements >= other.statements;
  };
  if (std::ranges::any_of(claims_, [&](const auto& known) { return covers(known, claim); }))
    return false;
  std::erase_if(claims_, [&](const auto& known) { return covers(claim, known); });
  if (claims_.size() == kClaimsMax) return false;
  claims_.push_back(claim);
  return true;
}

bool DirectoryClaims::DropEnded(const Directory& directory, std::uint64_t shown) {
  return std::erase_if(claims_, [&](const DirectoryClaim& claim) {
           return claim.statements <= shown || directory.IsRevoked(claim.device) ||
                  claim.counter <= directory.ReplacedViewsEnd(claim.space, claim.device);
         }) > 0;
}

const DirectoryClaim* DirectoryClaims::Greatest() const {
  const auto greatest = std::ranges::max_element(claims_, {}, &DirectoryClaim::statements);
  return greatest == claims_.end() ? nullptr : &*greatest;
}

}  // namespace sacoche
