#pragma once

#include <map>

#include "engine/sign/device_signature.h"

namespace sacoche {

// One signature over a header and any number of items, of which some may have been replaced by
// their hashes: the items enter by their hashes only.
[[nodiscard]] Hash256 ItemHash(ByteView handle, ByteView ciphertext);

// Of a part of a snapshot.
[[nodiscard]] Hash256 PartHash(ByteView ciphertext);

// Also the link of a device's chain: the next envelope names the manifest hash of this one.
[[nodiscard]] Hash256 ManifestHash(ByteView header, std::span<const Hash256> item_hashes);

// Where the chains of a space's devices end, each by its last manifest hash, in eight bytes: enough
// to notice an accident.
[[nodiscard]] ByteArray<8> TagOfChains(const std::map<DeviceId, Hash256>& ends);

// Eight bytes that stand for the history of a space: those of the history that this envelope makes
// longer. Zeros before the first.
[[nodiscard]] ByteArray<8> NextTag(const ByteArray<8>& before, const Hash256& manifest_hash);

[[nodiscard]] Signature SignManifest(const SigningKey& key, const Hash256& manifest_hash);
[[nodiscard]] bool VerifyManifest(const SigningPublicKey& key, const Hash256& manifest_hash,
                                  const Signature& signature);

}  // namespace sacoche
