#include "engine/sync/directory_claim.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kClaim = "directory.claim";

}  // namespace

Result<DirectoryClaim> DirectoryClaim::Load(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kClaim));
  if (bytes.empty()) return DirectoryClaim{};
  ByteReader in(bytes.view());
  DirectoryClaim claim;
  claim.statements = in.Varint();
  claim.device = DeviceId::FromArray(in.Array<DeviceId::kSize>());
  SACOCHE_TRY(in.Finish("what a colleague was shown"));
  return claim;
}

Status DirectoryClaim::Save(Store& store) const {
  ByteWriter out;
  out.Varint(statements);
  out.Raw(device.view());
  return store.keys().Write(kClaim, out.bytes());
}

}  // namespace sacoche
