#pragma once

#include "engine/seal/key_epoch.h"
#include "engine/sign/manifest.h"

namespace sacoche {

// Plaintext of one item: a bundle, and the dossier that it belongs to.
struct PlainItem {
  RecordId dossier;
  Bytes bundle;
};

struct SealedEnvelope {
  Bytes bytes;
  Hash256 manifest_hash{};  // what the next envelope of this chain names
};

// Seals every item with XChaCha20-Poly1305 and signs header and items. The nonce of item i is the
// envelope id followed by i (64 bits, little endian), so an id must never be used twice: it is 16
// fresh random bytes. The header and the handle are associated data. Sealed once: a retry sends
// the same bytes.
[[nodiscard]] Result<SealedEnvelope> SealEnvelope(const EnvelopeHeader& header,
                                                  const std::vector<PlainItem>& items,
                                                  const EpochKey& key, const SigningKey& signer);

// The manifest hash, if the signature is by that key. kUntrusted otherwise.
[[nodiscard]] Result<Hash256> VerifyEnvelope(const Envelope& envelope,
                                             const SigningPublicKey& signer);

// The bundles inside, in order; an erased item gives nothing. Precondition: VerifyEnvelope passed.
// kCorrupt if an item does not open with this key.
[[nodiscard]] Result<std::vector<Bytes>> OpenEnvelope(const Envelope& envelope,
                                                      const EpochKey& key);

// What one item adds to an envelope beyond its bundle: tag, handle, length.
inline constexpr std::size_t kItemOverheadBytesMax = 16 + 8 + 5;
inline constexpr std::size_t kEnvelopeOverheadBytesMax = 192;

}  // namespace sacoche
