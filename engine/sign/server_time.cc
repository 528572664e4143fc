#include "engine/sign/server_time.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

Bytes MessageOf(const Hash256& request_hash, std::uint64_t server_ms) {
  ByteWriter out;
  out.Raw(request_hash);
  out.Varint(server_ms);
  return std::move(out).Take();
}

}  // namespace

Signature SignServerTime(const SigningKey& key, const Hash256& request_hash,
                         std::uint64_t server_ms) {
  return key.Sign(SigningPurpose::kServerTime, MessageOf(request_hash, server_ms));
}

bool VerifyServerTime(const SigningPublicKey& key, const Hash256& request_hash,
                      std::uint64_t server_ms, const Signature& signature) {
  return Verify(SigningPurpose::kServerTime, MessageOf(request_hash, server_ms), signature, key);
}

}  // namespace sacoche
