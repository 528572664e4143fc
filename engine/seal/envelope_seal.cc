#include "engine/seal/envelope_seal.h"

#include <sodium.h>

#include "engine/wire/limits.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
using Nonce = ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;
static_assert(std::tuple_size_v<Nonce> == EnvelopeId::kSize + 8);

Nonce NonceOf(const EnvelopeId& id, std::uint64_t index) {
  Nonce nonce;
  std::ranges::copy(id.bytes, nonce.begin());
  for (std::size_t i = 0; i < 8; ++i)
    nonce[EnvelopeId::kSize + i] = static_cast<std::uint8_t>(index >> (8 * i));
  return nonce;
}

Bytes AssociatedData(ByteView header, const DossierHandle& handle) {
  Bytes data = CopyOf(header);
  Append(data, handle);
  return data;
}

Bytes SealItem(ByteView plain, ByteView key, const Nonce& nonce, ByteView data) {
  Bytes sealed(plain.size() + kTagBytes);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), &size, plain.data(), plain.size(),
                                             data.data(), data.size(), nullptr, nonce.data(),
                                             key.data());
  SACOCHE_CHECK(size == sealed.size());
  return sealed;
}

Result<Bytes> OpenItem(ByteView sealed, ByteView key, const Nonce& nonce, ByteView data) {
  if (sealed.size() < kTagBytes)
    return Fail(ErrorCode::kCorrupt, "an envelope's item is too short");
  Bytes plain(sealed.size() - kTagBytes);
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), &size, nullptr, sealed.data(),
                                                 sealed.size(), data.data(), data.size(),
                                                 nonce.data(), key.data()) != 0)
    return Fail(ErrorCode::kCorrupt, "an envelope's item does not open with the space's key");
  return plain;
}

Hash256 ManifestHashOf(const Envelope& envelope, ByteView header) {
  std::vector<Hash256> hashes;
  for (const EnvelopeItem& item : envelope.items) {
    if (item.erased) {
      Hash256 hash;
      std::ranges::copy(item.bytes, hash.begin());
      hashes.push_back(hash);
    } else {
      hashes.push_back(ItemHash(item.handle, item.bytes));
    }
  }
  return ManifestHash(header, hashes);
}

}  // namespace

Result<SealedEnvelope> SealEnvelope(const EnvelopeHeader& header,
                                    const std::vector<PlainItem>& items, const EpochKey& key,
                                    const SigningKey& signer) {
  Envelope envelope{header, {}, {}};
  const Bytes header_bytes = EncodeHeader(header);
  for (const PlainItem& item : items) {
    const DossierHandle handle = HandleOf(header.space, item.dossier);
    const SecretBytes dossier_key = key.DossierKey(header.space, handle);
    const Nonce nonce = NonceOf(header.id, envelope.items.size());
    envelope.items.push_back(EnvelopeItem{
        handle, false,
        SealItem(item.bundle, dossier_key.view(), nonce, AssociatedData(header_bytes, handle))});
  }
  SealedEnvelope sealed;
  sealed.manifest_hash = ManifestHashOf(envelope, header_bytes);
  envelope.signature = SignManifest(signer, sealed.manifest_hash);
  sealed.bytes = EncodeEnvelope(envelope);
  if (sealed.bytes.size() > limits::kEnvelopeBytesMax)
    return Fail(ErrorCode::kLimit, "an envelope would be larger than allowed");
  return sealed;
}

Result<Hash256> VerifyEnvelope(const Envelope& envelope, const SigningPublicKey& signer) {
  const Hash256 hash = ManifestHashOf(envelope, EncodeHeader(envelope.header));
  if (!VerifyManifest(signer, hash, envelope.signature))
    return Fail(ErrorCode::kUntrusted, "an envelope's signature does not verify",
                "Do not continue; tell your administrator.");
  return hash;
}

Result<std::vector<Bytes>> OpenEnvelope(const Envelope& envelope, const EpochKey& key) {
  const Bytes header = EncodeHeader(envelope.header);
  std::vector<Bytes> bundles;
  for (std::size_t i = 0; i < envelope.items.size(); ++i) {
    const EnvelopeItem& item = envelope.items[i];
    if (item.erased) continue;
    const SecretBytes dossier_key = key.DossierKey(envelope.header.space, item.handle);
    SACOCHE_ASSIGN(Bytes bundle,
                   OpenItem(item.bytes, dossier_key.view(), NonceOf(envelope.header.id, i),
                            AssociatedData(header, item.handle)));
    bundles.push_back(std::move(bundle));
  }
  return bundles;
}

}  // namespace sacoche
