#include "engine/sign/manifest.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

ByteArray<8> TagOf(const Hash256& hash) {
  ByteArray<8> tag;
  std::copy_n(hash.begin(), tag.size(), tag.begin());
  return tag;
}

}  // namespace

Hash256 ItemHash(ByteView handle, ByteView ciphertext) {
  return HashFor("sacoche.item", {handle, ciphertext});
}

Hash256 PartHash(ByteView ciphertext) { return HashFor("sacoche.part", {ciphertext}); }

Hash256 ManifestHash(ByteView header, std::span<const Hash256> item_hashes) {
  // Both lengths are written, so that no byte can move between the parts.
  ByteWriter lengths;
  lengths.Varint(header.size());
  lengths.Varint(item_hashes.size());
  StreamHash hash("sacoche.manifest");
  hash.Add(lengths.bytes());
  hash.Add(header);
  for (const Hash256& item : item_hashes) hash.Add(item);
  return hash.Finish();
}

ByteArray<8> TagOfChains(const std::map<DeviceId, Hash256>& ends) {
  StreamHash hash("sacoche.chains");
  for (const auto& [device, end] : ends) {
    hash.Add(device.view());
    hash.Add(end);
  }
  return TagOf(hash.Finish());
}

ByteArray<8> NextTag(const ByteArray<8>& before, const Hash256& manifest_hash) {
  return TagOf(HashFor("sacoche.history", {before, manifest_hash}));
}

Signature SignManifest(const SigningKey& key, const Hash256& manifest_hash) {
  return key.Sign(SigningPurpose::kEnvelope, manifest_hash);
}

bool VerifyManifest(const SigningPublicKey& key, const Hash256& manifest_hash,
                    const Signature& signature) {
  return Verify(SigningPurpose::kEnvelope, manifest_hash, signature, key);
}

}  // namespace sacoche
