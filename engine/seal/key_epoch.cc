#include "engine/seal/key_epoch.h"

#include <sodium.h>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::string_view kPreviousPurpose = "sacoche previous epoch key v1";
constexpr std::string_view kLostPurpose = "sacoche lost epoch key v1";

// crypto_generichash_blake2b with key, salt and personalisation, as libsodium documents it.
void KeyedHash(std::span<std::uint8_t> out, ByteView key, const SpaceId& space, ByteView message,
               std::string_view purpose) {
  ByteArray<crypto_generichash_blake2b_PERSONALBYTES> personal{};
  SACOCHE_CHECK(purpose.size() <= personal.size());
  std::ranges::copy(purpose, personal.begin());
  static_assert(SpaceId::kSize == crypto_generichash_blake2b_SALTBYTES);
  SACOCHE_CHECK(crypto_generichash_blake2b_salt_personal(out.data(), out.size(), message.data(),
                                                         message.size(), key.data(), key.size(),
                                                         space.bytes.data(), personal.data()) == 0);
}

// The key under which another epoch's is sealed.
SecretBytes WrappingKey(const EpochKey& key, const SpaceId& space, std::string_view purpose) {
  SecretBytes wrapping_key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  KeyedHash(wrapping_key.span(), key.view(), space, {}, purpose);
  return wrapping_key;
}

SealedPreviousKey SealUnder(const SecretBytes& wrapping_key, const EpochKey& inner,
                            std::string_view purpose) {
  SealedPreviousKey sealed;
  static_assert(sealed.size() ==
                kNonceBytes + EpochKey::kBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  const ByteView associated = ViewOf(purpose);
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed.data() + kNonceBytes, nullptr, inner.view().data(), inner.view().size(),
      associated.data(), associated.size(), nullptr, sealed.data(), wrapping_key.view().data());
  return sealed;
}

Result<EpochKey> OpenUnder(const SecretBytes& wrapping_key, const SealedPreviousKey& sealed,
                           std::string_view purpose) {
  const ByteView associated = ViewOf(purpose);
  SecretBytes plain(EpochKey::kBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.span().data(), nullptr, nullptr, sealed.data() + kNonceBytes,
          sealed.size() - kNonceBytes, associated.data(), associated.size(), sealed.data(),
          wrapping_key.view().data()) != 0)
    return Fail(ErrorCode::kUntrusted, "the key of an earlier time does not open with the newer",
                "Tell your administrator.");
  return EpochKey::FromBytes(plain.view());
}

}  // namespace

EpochKey EpochKey::Generate() {
  SACOCHE_CHECK(sodium_init() >= 0);
  SecretBytes bytes(kBytes);
  randombytes_buf(bytes.span().data(), bytes.size());
  return EpochKey(std::move(bytes));
}

Result<EpochKey> EpochKey::FromBytes(ByteView bytes) {
  if (bytes.size() != kBytes) return Fail(ErrorCode::kCorrupt, "an epoch key has a wrong length");
  return EpochKey(SecretBytes(bytes));
}

Hash256 EpochKey::Commitment(const SpaceId& space) const {
  Hash256 commitment;
  KeyedHash(commitment, view(), space, {}, "sacoche.commit");
  return commitment;
}

SecretBytes EpochKey::DossierKey(const SpaceId& space, const DossierHandle& handle) const {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  KeyedHash(key.span(), view(), space, handle, "sacoche.dossier");
  return key;
}

RecordId EpochKey::ProjectedId(const SpaceId& space, const RecordId& dossier, std::uint32_t kind,
                               std::uint32_t index) const {
  ByteWriter message;
  message.Raw(dossier.view());
  message.Varint(kind);
  message.Varint(index);
  RecordId id;
  KeyedHash(id.bytes, view(), space, message.bytes(), "sacoche.project");
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

SecretBytes EpochKey::SnapshotKey(const SpaceId& space, const SnapshotId& id) const {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  KeyedHash(key.span(), view(), space, id.view(), "sacoche.snapshot");
  return key;
}

SealedPreviousKey SealPreviousKey(const EpochKey& key, const SpaceId& space,
                                  const EpochKey& previous) {
  return SealUnder(WrappingKey(key, space, "sacoche.previous"), previous, kPreviousPurpose);
}

Result<EpochKey> OpenPreviousKey(const EpochKey& key, const SpaceId& space,
                                 const SealedPreviousKey& sealed) {
  return OpenUnder(WrappingKey(key, space, "sacoche.previous"), sealed, kPreviousPurpose);
}

SealedPreviousKey SealLostKey(const EpochKey& key, const SpaceId& space, const EpochKey& lost) {
  return SealUnder(WrappingKey(key, space, "sacoche.lost"), lost, kLostPurpose);
}

Result<EpochKey> OpenLostKey(const EpochKey& key, const SpaceId& space,
                             const SealedPreviousKey& sealed) {
  return OpenUnder(WrappingKey(key, space, "sacoche.lost"), sealed, kLostPurpose);
}

DossierHandle HandleOf(const SpaceId& space, const RecordId& dossier) {
  const Hash256 hash = HashFor("sacoche.handle", {space.view(), dossier.view()});
  DossierHandle handle;
  std::copy_n(hash.begin(), handle.size(), handle.begin());
  return handle;
}

}  // namespace sacoche
